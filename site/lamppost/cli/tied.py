"""A process that ends with the one that started it, however that ended: even a kill leaves nobody.

The parent holds the one end of a pipe that is the child's standard input and never writes into it.
Whatever becomes of the parent, the system closes that end.
"""

import os
import signal
import threading

STDIN = 0


def tie() -> None:
    """From now on stop, as by SIGTERM, when standard input ends."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    # Of the file itself: a reader of Python's would be held while the process ends.
    while os.read(STDIN, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
