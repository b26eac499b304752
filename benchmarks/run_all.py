"""Every performance claim, each figure printed beside its target; exit 1 when one is missed."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "cached_pages.py",
    "cold_status.py",
    "convention_month.py",
    "status_scale.py",
    "day_rollup.py",
    "building_bulletins.py",
    "second_start.py",
    "audit_verify.py",
    "milter_overhead.py",
    "spoof_rehearsal.py",
    "spoof_verdicts.py",
    "lifecycle.py",
)


def main() -> int:
    """Run each script in a process of its own."""
    here = Path(__file__).parent
    failed = 0
    for script in SCRIPTS:
        print(f"# {script}", flush=True)
        failed += subprocess.run([sys.executable, str(here / script)], check=False).returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
