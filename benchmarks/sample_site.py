"""A data folder with the sample service in it."""

import os
import subprocess
import sys
from pathlib import Path


def sample_data(folder: Path) -> Path:
    """Prepare a database and load the sample; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for words in (("db", "upgrade"), ("sample", "load")):
        subprocess.run(
            [sys.executable, "-m", "lamppost", *words],
            env={**os.environ, "LAMPPOST_DATA": str(folder)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return folder
