"""The site in production behind the example's nginx, with a certificate of a throw-away authority.

Three judges ask it what a browser or a finder of faults would: MDN's HTTP Observatory, Google's
CSP evaluator and sectxt.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests

from live import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy" / "nginx" / "lamppost.conf"
NGINX = "/usr/sbin/nginx"
# The Observatory's best grade. Anything less is a fault.
WANTED = "A+"
# csp_evaluator's scale: 10 high, 20 syntax, 30 medium, 40 high maybe; from 50 on it is a remark.
REMARK_FROM = 50
NODE_PACKAGES = ("@mdn/mdn-http-observatory@1.4.8", "csp_evaluator@1.1.8")
SECTXT = "sectxt==0.9.8"
PAGES = ("/", "/status/", "/sign-in", "/admin/", "/bulletins/", "/no-such-page")
EVALUATE = """
import {CspEvaluator} from 'csp_evaluator/dist/evaluator.js';
import {CspParser} from 'csp_evaluator/dist/parser.js';
const asked = JSON.parse(process.argv[2]);
const found = Object.fromEntries(Object.entries(asked).map(([page, policy]) => [
  page, new CspEvaluator(new CspParser(policy).csp).evaluate().map(
    (one) => [one.severity, one.directive, one.description])]));
console.log(JSON.stringify(found));
"""


class Judged(NamedTuple):
    """What one judge measured, and what it found wrong."""

    figure: str
    faults: list[str]


class NoTlsError(Exception):
    """The site could not be put behind TLS here; the message says why."""


@contextmanager
def behind_tls(folder: Path) -> Iterator[tuple[str, Path]]:
    """The address of the site behind nginx, and the authority's certificate."""
    if not Path(NGINX).exists() or shutil.which("openssl") is None:
        raise NoTlsError("nginx or openssl is missing (Debian: apt install nginx-light openssl)")
    authority, certificate = _make_certificates(folder)
    inner, outer = free_port(), free_port()
    address = f"https://localhost:{outer}"
    environment = {
        **os.environ,
        "LAMPPOST_DATA": str(folder / "data"),
        "LAMPPOST_ENVIRONMENT": "production",
        "LAMPPOST_SECRET_KEY": secrets.token_urlsafe(48),
        "LAMPPOST_BASE_URL": address,
        "LAMPPOST_TRUSTED_PROXIES": "127.0.0.1",
        "LAMPPOST_SMTP_URL": "smtp://127.0.0.1:25",
        "LAMPPOST_MAIL_FROM": "postmaster@nhs.net",
        "LAMPPOST_METRICS_TOKEN": secrets.token_urlsafe(24),
    }
    lamppost = [sys.executable, "-m", "lamppost"]
    for words in (("db", "upgrade"), ("sample", "load")):
        subprocess.run([*lamppost, *words], env=environment, check=True, capture_output=True)
    site = subprocess.Popen([*lamppost, "web"], env={**environment, "LAMPPOST_PORT": str(inner)})
    conf = _configure(folder, certificate, inner=inner, outer=outer)
    front = subprocess.Popen([NGINX, "-c", str(conf), "-p", str(folder), "-g", "daemon off;"])
    try:
        wait_until(lambda: _answers(address, authority), within_s=40, what="the site behind TLS")
        yield address, authority
    finally:
        for process in (front, site):
            process.terminate()
            process.wait(10)


def observatory(address: str, authority: Path, modules: Path) -> Judged:
    """MDN's grade of the site, told as a fault when it is not the best there is."""
    package = modules / "@mdn/mdn-http-observatory"
    # Both would be downloaded; the preload list has no say in a site on loopback.
    (package / "conf").mkdir(exist_ok=True)
    (package / "conf" / "hsts-preload.json").write_text("{}", encoding="utf-8")
    told = _run_node(
        ["src/scan.js", address.removeprefix("https://")], package, NODE_EXTRA_CA_CERTS=authority
    )
    scan = json.loads(told)["scan"]
    faults = [] if scan["grade"] == WANTED else [f"grade {scan['grade']}: {told[:2000]}"]
    return Judged(f"grade {scan['grade']}, {scan['score']} points", faults)


def evaluate_policies(address: str, authority: Path, modules: Path) -> Judged:
    """What the evaluator says against the policy of a public page, a form and an error page."""
    policies = {
        page: requests.get(
            address + page, verify=str(authority), allow_redirects=False, timeout=30
        ).headers["Content-Security-Policy"]
        for page in PAGES
    }
    script = modules.parent / "evaluate.mjs"
    script.write_text(EVALUATE, encoding="utf-8")
    found = json.loads(_run_node([str(script), json.dumps(policies)], modules.parent))
    remarks = sum(len(one) for one in found.values())
    faults = [
        f"{page}: {directive}: {words} (severity {severity})"
        for page, findings in found.items()
        for severity, directive, words in findings
        if severity < REMARK_FROM
    ]
    return Judged(f"{len(policies)} policies, {remarks} findings and remarks in all", faults)


def security_txt(address: str, authority: Path, modules: Path) -> Judged:
    """The way to report a fault, as sectxt reads RFC 9116."""
    library = modules.parent / "library"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(library), SECTXT]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoTlsError(f"pip could not install {SECTXT}: {done.stderr[-200:]}")
    page = requests.get(f"{address}/.well-known/security.txt", verify=str(authority), timeout=30)
    read = "sectxt.Parser(sys.stdin.buffer.read()).errors"
    script = f"import json, sectxt, sys; print(json.dumps({read}))"
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(library)},
        input=page.content,
        capture_output=True,
        check=True,
    ).stdout
    return Judged(f"{len(page.content.splitlines())} lines", [str(one) for one in json.loads(told)])


JUDGES: dict[str, Callable[[str, Path, Path], Judged]] = {
    "MDN HTTP Observatory": observatory,
    "csp_evaluator": evaluate_policies,
    "sectxt": security_txt,
}


def _run_node(words: list[str], folder: Path, **extra: object) -> str:
    environment = {**os.environ, **{name: str(value) for name, value in extra.items()}}
    done = subprocess.run(
        ["node", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoTlsError(f"node {words[0]}: {(done.stderr or done.stdout)[-400:]}")
    return done.stdout


def _answers(address: str, authority: Path) -> bool:
    try:
        return requests.get(f"{address}/healthz", verify=str(authority), timeout=5).ok
    except requests.RequestException:
        return False


def _configure(folder: Path, certificate: Path, *, inner: int, outer: int) -> Path:
    server = EXAMPLE.read_text(encoding="utf-8")
    for words, put in (
        ("SERVER_NAME", "localhost"),
        ("CERTIFICATE.pem", f"{certificate}.pem"),
        ("CERTIFICATE.key", f"{certificate}.key"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{outer} ssl"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{inner}"),
        # On a port of its own the site is asked for by name and port.
        ("Host $host;", "Host $http_host;"),
    ):
        if words not in server:
            raise NoTlsError(f"{EXAMPLE.name} has no {words!r}")
        server = server.replace(words, put)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = folder / "nginx.conf"
    conf.write_text(
        f"pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}{server}}}\n",
        encoding="utf-8",
    )
    return conf


def _make_certificates(folder: Path) -> tuple[Path, Path]:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Throw-away")
    openssl(
        "req", "-x509", *key, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "site.key",
        "-out", "site.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    return folder / "ca.pem", folder / "site"
