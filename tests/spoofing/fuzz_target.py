"""A target for atheris, which looks for new paths through the reading of a message.

`pip install atheris`, then `python tests/spoofing/fuzz_target.py -max_total_time=600`. Not in the
lock: it has wheels for few platforms. `make test-long` runs it for a minute where it is there.
"""

import json
import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support")]

with atheris.instrument_imports(include=["postmaster.spoofing"]):
    from spoof_cases import judged, said

SEEDS = (
    "=?utf-8?Q?admin=40nhs.net?= <x@evil.example>",
    '<@a,@b:"a b"@nhs.net>, Team: c@d (e@f);',
    "admin@nhs\u3002net\x00.evil.example",
)


def judge_one(message: bytes) -> None:
    """Any bytes get a verdict that can be written down."""
    json.dumps(judged(message).as_json("x"))


def main() -> None:
    """Begin with the seeds, then go where the coverage leads."""
    for seed in SEEDS:
        judge_one(said(seed))
    atheris.Setup(sys.argv, judge_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
