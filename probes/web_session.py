"""One HTTP client for all probes: watched connections, a total deadline, nothing from outside.

Environment, netrc, proxies and cookies are left out; redirects and bytes are capped. Connections
are not reused, so a figure always holds connecting too, and a stale one never looks like a fault.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from probes.connection import Watchdog, open_connection
from probes.faults import TargetFailedError
from probes.outward import Reach, Way, check_redirect
from probes.service import tls_context

AGENT = "Lamppost-Probe/1.0"
MAX_REDIRECTS = 5
CHUNK = 65_536

_watchdog: ContextVar[Watchdog] = ContextVar("watchdog")
_way: ContextVar[Way] = ContextVar("way")


def _connect(connection: HTTPConnection) -> socket.socket:
    port = connection.port or connection.default_port
    return open_connection(connection.host, port, _watchdog.get(), _way.get().check)


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """Connections of our own making."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Session(requests.Session):
    """Looks at every redirect before it is followed."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        if target:
            try:
                check_redirect(urljoin(resp.url, target))
            except TargetFailedError:
                resp.close()
                raise
        return target


def _make_session() -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.max_redirects = MAX_REDIRECTS
    session.headers.update({"User-Agent": AGENT, "Connection": "close", "Accept": "*/*"})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


_SESSION = _make_session()


@contextmanager
def answer(
    url: str,
    watchdog: Watchdog,
    *,
    headers: Mapping[str, str] | None = None,
    ca_file: str | None,
    reach: Reach = Reach.ANY,
) -> Iterator[requests.Response]:
    """The answer to a GET, its body still to be read with `read_body`.

    Raises:
        ProbeFaultError: no answer in time, one that is not HTTP, or an address beyond `reach`.
    """
    if ca_file is not None:
        tls_context(ca_file)  # says in a sentence when the file cannot be read
    token, way = _watchdog.set(watchdog), _way.set(Way.of(url, reach))
    try:
        with _SESSION.get(
            url,
            headers=headers,
            stream=True,
            timeout=watchdog.remaining(),
            verify=ca_file or True,
        ) as response:
            yield response
        # A body without a length ends where the connection does: cut off, it would pass for whole.
        if watchdog.has_bitten:
            raise watchdog.explain(TimeoutError())
    except requests.TooManyRedirects as error:
        raise TargetFailedError("redirects", f"More than {MAX_REDIRECTS} redirects.") from error
    except requests.RequestException as error:
        raise watchdog.explain(_cause(error)) from error
    finally:
        _watchdog.reset(token)
        _way.reset(way)


def read_body(response: requests.Response, max_bytes: int) -> tuple[bytes, bool]:
    """The body up to a number of bytes, and whether it is the whole of it."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            return bytes(body[:max_bytes]), False
    return bytes(body), True


def _cause(error: BaseException) -> Exception:
    """The error of the network at the bottom of the libraries' wrapping."""
    seen: BaseException | None = error
    is_cut_off = isinstance(error, requests.ConnectionError | ChunkedEncodingError)
    deepest: Exception = EOFError() if is_cut_off else OSError(error)
    while seen is not None:
        if isinstance(seen, OSError) and not isinstance(seen, requests.RequestException):
            deepest = seen
        inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        seen = inner or getattr(seen, "reason", None) or seen.__cause__ or seen.__context__
        if not isinstance(seen, BaseException):
            break
    return deepest
