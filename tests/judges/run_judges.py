"""Third-party checkers over the served sample. Prints what each found, and names what did not run.

Run by `make judges`. Node's packages are fetched into a temporary folder; Java runs the Nu checker.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import requests

SUPPORT = Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))

from addresses import FEEDS, PAGES  # noqa: E402 - the path is set above
from behind_tls import JUDGES as TLS_JUDGES  # noqa: E402 - as above
from behind_tls import NODE_PACKAGES, NoTlsError, behind_tls  # noqa: E402 - as above
from live import Lamppost, living  # noqa: E402 - as above
from mail_vectors import SUITES  # noqa: E402 - as above

# Two kinds of message come from NHS macros as they ship: roles on responsive tables, role=text.
NHS_MESSAGES = (
    r"(.*role.*attribute must not be used on a .*|Bad value .text. for attribute .role.*)"
)


class NotRunError(Exception):
    """A judge could not be called; the message says why."""


def node_package(folder: Path, *names: str) -> Path:
    """Packages of the npm registry in a folder."""
    if shutil.which("npm") is None:
        raise NotRunError("npm is missing")
    done = subprocess.run(
        ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotRunError(f"npm could not install {' '.join(names)}: {done.stderr[-200:]}")
    return folder / "node_modules"


def nu_checker(lamppost: Lamppost, folder: Path) -> list[str]:
    """Every page as saved, through the Nu Html Checker."""
    if shutil.which("java") is None:
        raise NotRunError("java is missing")
    jar = node_package(folder, "vnu-jar@26.9.27") / "vnu-jar/build/dist/vnu.jar"
    saved = folder / "pages"
    saved.mkdir()
    for number, path in enumerate(PAGES):
        name = f"{number:02d}{path.strip('/').replace('/', '_').replace('?', '_') or '_home'}.html"
        (saved / name).write_bytes(requests.get(lamppost.address + path, timeout=30).content)
    done = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", "--filterpattern", NHS_MESSAGES, str(saved)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.replace(str(saved), "") for line in done.stderr.splitlines() if line.strip()]


def link_checker(lamppost: Lamppost, folder: Path) -> list[str]:
    """Every link inside the site leads somewhere."""
    tool = node_package(folder, "linkinator@7.6.1") / ".bin/linkinator"
    words = ["--recurse", "--skip", f"^(?!{lamppost.address})", "--verbosity", "error"]
    done = subprocess.run(
        [str(tool), f"{lamppost.address}/", *words], capture_output=True, text=True, check=False
    )
    return [line for line in done.stdout.splitlines() if "[404]" in line or "[5" in line]


def feed_reader(lamppost: Lamppost, _folder: Path) -> list[str]:
    """A feed reader finds nothing wrong with any feed and gets a 304 the second time."""
    import feedparser  # noqa: PLC0415 - only this judge needs it

    faults = []
    for path in FEEDS:
        if path.endswith(".json"):
            continue
        first = feedparser.parse(lamppost.address + path)
        second = feedparser.parse(lamppost.address + path, etag=first.get("etag"))
        if first.bozo or second.get("status") != 304:
            faults.append(f"{path}: bozo {first.bozo}, second time {second.get('status')}")
    return faults


def schemathesis(lamppost: Lamppost, folder: Path) -> list[str]:
    """Our own API, asked what its document allows and what it does not.

    One check is left out: a cursor is one the API gave before, and no schema can say so.
    """
    tool = Path(sys.prefix) / "judges" / "bin" / "schemathesis"
    if not tool.exists():
        raise NotRunError("its environment could not be made; see `make judges`")
    words = ["--checks", "all", "--exclude-checks", "positive_data_acceptance", "--no-color"]
    done = subprocess.run(
        [tool, "run", f"{lamppost.address}/api/v1/openapi.json", *words, "--max-examples", "30"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return [line for line in done.stdout.splitlines() if line.startswith(("- ", "GET ", "  ❌"))]


JUDGES: dict[str, Callable[[Lamppost, Path], list[str]]] = {
    "Nu Html Checker": nu_checker,
    "linkinator": link_checker,
    "feedparser": feed_reader,
    "schemathesis": schemathesis,
}
ELSEWHERE = {
    "axe-core": "runs in make test, over every page",
    "W3C feed validator": "not packaged: point it at /bulletins/feed.atom and /status/feed.rss",
}


def judge_behind_tls() -> int:
    """Call the judges of what a browser is told over TLS; gives how much they found."""
    found = 0
    with tempfile.TemporaryDirectory() as name:
        try:
            modules = node_package(Path(name), *NODE_PACKAGES)
            with behind_tls(Path(name)) as (address, authority):
                for judge, call in TLS_JUDGES.items():
                    figure, faults = call(address, authority, modules)
                    found += len(faults)
                    report(f"{judge}: {figure}", faults)
        except (NotRunError, NoTlsError) as error:
            print(f"not run  {', '.join(TLS_JUDGES)}: {error}")
    return found


def judge_mail() -> int:
    """Run the vectors of SPF, DKIM and DMARC; gives how many cases do not agree."""
    found = 0
    for suite, run in SUITES.items():
        cases = run()
        faults = [f"{one.name}: {one.got}, not {one.expected}" for one in cases if not one.agrees]
        found += len(faults)
        report(f"{suite}: {len(cases) - len(faults)} of {len(cases)} cases agree", faults)
    return found


def report(judge: str, faults: list[str]) -> None:
    """One line for the judge, then what it found."""
    print(f"{'clean' if not faults else len(faults)!s:8} {judge}")
    print(*(f"         {fault}" for fault in faults[:40]), sep="\n" if faults else "")


def main() -> int:
    """Call every judge; exit 1 when one found something."""
    found = judge_mail()
    with (
        tempfile.TemporaryDirectory() as name,
        living(Path(name), "relay", "web", "worker") as lamppost,
    ):
        for judge, call in JUDGES.items():
            folder = Path(name) / judge.replace(" ", "_")
            folder.mkdir()
            try:
                faults = call(lamppost, folder)
            except NotRunError as error:
                print(f"not run  {judge}: {error}")
                continue
            found += len(faults)
            report(judge, faults)
    found += judge_behind_tls()
    for judge, words in ELSEWHERE.items():
        print(f"not run  {judge}: {words}")
    return int(found > 0)


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
