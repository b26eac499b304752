"""Messages answered in threads, each within a time limit, so that the event loop never waits.

A thread cannot be stopped: one whose time is over goes on alone, and what it finds is dropped. All
of them stuck means that every message meets the failure answer, never that one slips through.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lamppost.worker.milter.server import Answer
from lamppost.worker.milter.transaction import Transaction

log = logging.getLogger(__name__)
WITHIN_S = 20.0
THREADS = 8
# Given the message and why it could not be answered.
Fail = Callable[[Transaction, str], Answer]


class OffLoop:
    """An asynchronous handler made of a plain function.

    Args:
        work: answers one message; may raise.
        fail: answers one that could not be.
        within_s: how long a message may take, the wait for a free thread included.
        threads: how many at once.
    """

    def __init__(
        self,
        work: Callable[[Transaction], Answer],
        fail: Fail,
        *,
        within_s: float = WITHIN_S,
        threads: int = THREADS,
    ) -> None:
        self._work = work
        self._fail = fail
        self._within_s = within_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="judge")

    async def __call__(self, transaction: Transaction) -> Answer:
        """The answer; never an exception."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, self._work, transaction)
        # Cheaper than `wait_for`, which makes a task of its own for each message.
        over = loop.call_later(self._within_s, future.cancel)
        try:
            return await future
        except asyncio.CancelledError:
            return self._fail(transaction, f"not judged in {self._within_s:g} s")
        except Exception as error:
            log.exception("Message %s could not be judged.", transaction.queue_id or "without id")
            return self._fail(transaction, error.__class__.__name__)
        finally:
            over.cancel()
