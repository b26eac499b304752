"""Verdicts on mail: by the header against the stdlib's parse, whole against authheaders.

CPU time of one process; every ratio comes from passes that alternate inside one run.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path

from figures import Figure
from signed_mail import CLIENT, Mailbag, make_mailbag

from lamppost.nameservers import ZoneResolver
from postmaster.spoofing.judging import judge, judge_header
from postmaster.spoofing.preset import get_preset
from postmaster.spoofing.values import Envelope, Network, SenderStanding
from postmaster.spoofing.verdict import Check

ROUNDS = 5
BENCH_PYTHON = Path(sys.executable).parent.parent / "bench/bin/python"
ENVELOPE = Envelope(
    network=Network.INTERNET,
    received_at=datetime.now(UTC),
    client_ip=CLIENT,
    client_name="mail.esp.test",
    helo="mail.esp.test",
)
POLICY = get_preset()


class Nobody:
    """No account signs in."""

    def standing(self, address: str) -> SenderStanding | None:
        """Nobody is known."""
        return None


def parse(bag: Mailbag) -> int:
    """The standard library's header parse of the whole message, and who From names."""
    parser = BytesHeaderParser(policy=compat32)
    return sum(
        len(getaddresses(parser.parsebytes(raw).get_all("From", []))) for raw, _ in bag.messages
    )


def judge_headers(bag: Mailbag) -> int:
    """The verdict by header and envelope alone."""
    return sum(
        judge_header(
            raw, replace(ENVELOPE, mail_from=sender), policy=POLICY, senders=Nobody()
        ).is_spoof
        for raw, sender in bag.messages
    )


def judge_whole(bag: Mailbag) -> int:
    """The whole verdict; gives how many passed DMARC."""
    resolver = ZoneResolver(bag.zones)
    verdicts = [
        judge(
            raw,
            replace(ENVELOPE, mail_from=sender),
            policy=POLICY,
            senders=Nobody(),
            resolver=resolver,
        )
        for raw, sender in bag.messages
    ]
    return sum(one.checks.dmarc is Check.PASS for one in verdicts)


def seconds(work: Callable[[Mailbag], int], bag: Mailbag) -> float:
    """CPU seconds of one pass."""
    began = time.process_time()
    work(bag)
    return time.process_time() - began


def theirs(path: Path, expected: int) -> float:
    """CPU seconds of authheaders over the same messages, which must pass the same ones."""
    done = subprocess.run(
        [
            str(BENCH_PYTHON),
            "-W",
            "ignore",
            str(Path(__file__).parent / "authheaders_pass.py"),
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    if said["passed"] != expected:
        raise SystemExit(f"authheaders passed {said['passed']} messages, we {expected}")
    return float(said["seconds"])


def main() -> list[Figure]:
    """Measure and give the figures."""
    bag = make_mailbag()
    passed = judge_whole(bag)
    pairs = [(seconds(parse, bag), seconds(judge_headers, bag)) for _ in range(ROUNDS * 2)]
    header = statistics.median(ours / stdlib for stdlib, ours in pairs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mailbag.json"
        messages = [(b64encode(raw).decode(), sender) for raw, sender in bag.messages]
        path.write_text(json.dumps({"client": CLIENT, "zones": bag.zones, "messages": messages}))
        whole = [(theirs(path, passed), seconds(judge_whole, bag)) for _ in range(ROUNDS)]
    full = statistics.median(ours / other for other, ours in whole)
    each = 1000 / len(bag.messages)
    stdlib, by_header = (min(column) * each for column in zip(*pairs, strict=True))
    other, ours = (min(column) * each for column in zip(*whole, strict=True))
    return [
        Figure(
            f"header-only verdict ({by_header:.3f} ms) / stdlib compat32 parse ({stdlib:.3f} ms)",
            header,
            at_most=1.5,
        ),
        Figure(
            f"full verdict ({ours:.2f} ms) / authheaders, suffix list cached ({other:.2f} ms)",
            full,
            at_most=1,
        ),
    ]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
