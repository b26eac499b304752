"""The TLS port's certificate, from an authority made for it alone."""

import ssl
from datetime import datetime, timedelta

import trustme
from cryptography import x509

from lamppost.worker.relay.folders import Folders, write_safely

NAMES = ("127.0.0.1", "localhost", "::1")
LASTS = timedelta(days=397)  # the longest browsers accept
RENEW_BEFORE = timedelta(days=30)


def ensure_certificate(folders: Folders, now: datetime) -> bool:
    """Make the certificate when it is missing, broken or within 30 days of its end.

    Gives whether it was made. The authority is made with it and its key thrown away, so that
    trusting ca.pem trusts this relay and nothing else.
    """
    expires_at = _expires_at(folders)
    if expires_at is not None and expires_at - now >= RENEW_BEFORE:
        return False
    authority = trustme.CA(organization_name="Lamppost practice relay")
    issued = authority.issue_cert(
        *NAMES, common_name="localhost", not_before=now - timedelta(hours=1), not_after=now + LASTS
    )
    write_safely(folders.authority, authority.cert_pem.bytes())
    content = issued.private_key_and_cert_chain_pem.bytes()
    write_safely(folders.server_certificate, content, mode=0o600)
    return True


def tls_context(folders: Folders) -> ssl.SSLContext:
    """The server's side of TLS with the certificate on disk."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folders.server_certificate)
    return context


def _expires_at(folders: Folders) -> datetime | None:
    try:
        folders.authority.read_bytes()
        content = folders.server_certificate.read_bytes()
        return x509.load_pem_x509_certificate(content).not_valid_after_utc
    except (OSError, ValueError):
        return None
