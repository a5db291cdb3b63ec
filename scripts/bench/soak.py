#!/usr/bin/env python3
"""A mounted drive under everything at once, for long: is every byte right, and does nothing grow?

    scripts/bench/soak.py [--seconds 120] [--seed 1]

Players seek, files are copied whole and decoded, tags change, files come and go, scans follow, all on a real mount
(`tests/attacks/soak.py`). Prints what was done, and what the process that serves took early and late. Ends with 1 at a
wrong byte, or where memory, descriptors or threads grew: by more than a tenth and 4 MiB, or 8 of the others.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "adapters"), str(ROOT / "tests")]

from attacks.soak import Outcome, soak  # noqa: E402


def grown(outcome: Outcome) -> list[str]:
    """What the process took more of at the end than it did when all was warm."""
    early, late = outcome.early, outcome.late
    pairs = (
        ("memory", early.memory, late.memory, 4), ("descriptors", early.descriptors, late.descriptors, 8),
        ("threads", early.threads, late.threads, 8),
    )  # fmt: skip
    return [what for what, before, after, slack in pairs if after > 1.1 * before + slack]


def main() -> int:
    """Soak, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="musfuse-soak-") as folder:
        try:
            outcome = soak(Path(folder), 4, given.seconds, given.seed)
        except BaseException:
            traceback.print_exc()
            print(f"FAILED after {time.monotonic() - began:.0f} s")
            return 1
    print(
        f"{time.monotonic() - began:.0f} s: " + ", ".join(f"{n} {what}" for what, n in sorted(outcome.counts.items()))
    )
    step = max(1, len(outcome.all) // 8)
    for number in range(0, len(outcome.all), step):
        print(f"  round {number + 1}: {outcome.all[number]}")
    print(f"early: {outcome.early}\nlate:  {outcome.late}")
    found = grown(outcome)
    print(f"GREW: {', '.join(found)}" if found else "nothing grew")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
