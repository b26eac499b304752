"""What the milter costs a message beyond its verdict, against one that does nothing.

Both speak through the same codec over a unix socket in this process, and both answer in a thread
away from the event loop; a driver in another process plays the mail server. Process CPU time; the
verdict is measured by itself and taken off.
"""

import asyncio
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from figures import Figure

from lamppost.clock import SystemClock
from lamppost.database import make_engine, unit_of_work
from lamppost.migrations import upgrade
from lamppost.nameservers import ZoneResolver
from lamppost.worker.milter.judging import Choices, MessageJudge
from lamppost.worker.milter.knowing import Knowledge
from lamppost.worker.milter.off_loop import OffLoop
from lamppost.worker.milter.server import Answer, Limits, Shared, listen
from lamppost.worker.milter.spool import Spool
from lamppost.worker.milter.transaction import Transaction
from lamppost.worker.milter.wire import CONTINUE
from postmaster.spoofing.judging import judge
from postmaster.spoofing.policy_reads import enter_preset_stages
from postmaster.spoofing.verdict import Verdict

MESSAGES = 400
ROUNDS = 3
DRIVER = Path(__file__).with_name("milter_driver.py")
ZONES = {"mailer.example": [{"TXT": "v=spf1 ip4:192.0.2.0/24 -all"}]}


class Meter:
    """Counts the CPU a verdict takes, by the thread that gives it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def judge(self, *args: object, **kwargs: object) -> Verdict:
        """The verdict, timed."""
        began = time.thread_time()
        verdict = judge(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        self.seconds += time.thread_time() - began
        return verdict


def drive(handle: Callable[[Transaction], object], path: Path) -> float:
    """CPU of this process for all messages of a driver, in seconds."""
    loop = asyncio.new_event_loop()
    shared = Shared(handle, Limits())  # type: ignore[arg-type]  # an async function
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(listen(shared, path=str(path)), loop).result(5)
    began = time.process_time()
    subprocess.run([sys.executable, str(DRIVER), str(path), str(MESSAGES)], check=True)
    took = time.process_time() - began
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    path.unlink()
    return took


def do_nothing(_transaction: Transaction) -> Answer:
    """Say yes."""
    return Answer(CONTINUE)


def never(_transaction: Transaction, why: str) -> Answer:
    """Nothing fails here."""
    raise SystemExit(f"a message failed: {why}")


def make_judge(folder: Path, meter: Meter) -> MessageJudge:
    """A milter's judge over a fresh database that tags."""
    engine = make_engine(f"sqlite:///{folder / 'lamppost.sqlite3'}")
    upgrade(engine)
    clock = SystemClock()
    with unit_of_work(engine) as session:
        enter_preset_stages(session, by="system:bench", now=clock.now())
    knowledge = Knowledge(engine, folder / "policy.json", authserv_id="mx.bench", clock=clock)
    knowledge.refresh()
    spool = Spool(folder / "spool")
    spool.prepare()
    return MessageJudge(
        judge=meter.judge,
        resolver=ZoneResolver(ZONES),
        knowledge=knowledge,
        spool=spool,
        choices=Choices("mx.bench"),
        clock=clock,
    )


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as name:
        folder, meter = Path(name), Meter()
        made = make_judge(folder, meter)
        # The first verdict loads what later ones use.
        drive(made.handle, folder / "warm.sock")
        ratios = []
        for _ in range(ROUNDS):
            nothing = drive(OffLoop(do_nothing, never), folder / "nothing.sock")
            meter.seconds = 0.0
            whole = drive(made.handle, folder / "whole.sock")
            ratios.append((whole - meter.seconds) / nothing)
            print(
                f"a message: {nothing / MESSAGES * 1000:.2f} ms doing nothing, "
                f"{whole / MESSAGES * 1000:.2f} ms enforcing, "
                f"{meter.seconds / MESSAGES * 1000:.2f} ms of it the verdict"
            )
    name = "milter CPU a message without its verdict / a milter that does nothing"
    return [Figure(name, min(ratios), at_most=1.5)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
