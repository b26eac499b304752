"""What the milter costs a message beyond its verdict, against one that does nothing.

Both speak through the same codec over a unix socket in this process, and both answer in a thread
away from the event loop; a driver in another process plays the mail server. Process CPU time, in
turns, medians: the machine is shared. The verdicts are given from memory, so that what is left is
the milter's own; what a message costs with its verdict is printed beside it.
"""

import asyncio
import statistics
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

MESSAGES = 300
ROUNDS = 9
DRIVER = Path(__file__).with_name("milter_driver.py")
ZONES = {"mailer.example": [{"TXT": "v=spf1 ip4:192.0.2.0/24 -all"}]}


class Memory:
    """Gives the verdict on a message it has seen from memory, unless told to judge."""

    def __init__(self) -> None:
        self.is_judging = False
        self._known: dict[int, Verdict] = {}

    def judge(self, raw: bytes, *args: object, **kwargs: object) -> Verdict:
        """The verdict."""
        key = hash(raw)
        if self.is_judging or key not in self._known:
            self._known[key] = judge(raw, *args, **kwargs)  # type: ignore[arg-type]  # handed on
        return self._known[key]


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


def make_judge(folder: Path, memory: Memory) -> MessageJudge:
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
        judge=memory.judge,
        resolver=ZoneResolver(ZONES),
        knowledge=knowledge,
        spool=spool,
        choices=Choices("mx.bench"),
        clock=clock,
    )


def main() -> list[Figure]:
    """Measure and give the figure."""
    with tempfile.TemporaryDirectory() as name:
        folder, memory = Path(name), Memory()
        made = make_judge(folder, memory)
        # The first round loads what later ones use, and fills the memory.
        drive(made.handle, folder / "warm.sock")
        rounds = []
        for _ in range(ROUNDS):
            nothing = drive(OffLoop(do_nothing, never), folder / "nothing.sock")
            own = drive(made.handle, folder / "own.sock")
            memory.is_judging = True
            whole = drive(made.handle, folder / "whole.sock")
            memory.is_judging = False
            rounds.append((nothing, own, whole))
    nothing, own, whole = (
        statistics.median(column) / MESSAGES * 1000 for column in zip(*rounds, strict=True)
    )
    print(f"a message: {nothing:.2f} ms doing nothing, {own:.2f} ms enforcing a verdict, "
          f"{whole:.2f} ms with the verdict")  # fmt: skip
    name = "milter CPU a message beside its verdict / a milter that does nothing"
    return [Figure(name, own / nothing, at_most=1.5)]


if __name__ == "__main__":
    figures = main()
    print(*figures, sep="\n")
    sys.exit(not all(figure.is_met for figure in figures))
