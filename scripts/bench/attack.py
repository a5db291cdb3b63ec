#!/usr/bin/env python3
"""The attacks of tests/attacks in large: `attack.py [--rounds N] [--seed S] [ATTACK...]`. Prints what was done, ends
with 1 where anything was lost, mixed or hung. It takes some minutes; the suite runs the same attacks in small."""

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "adapters"), str(ROOT / "tests")]

from attacks import changes, intruders, kills, owners  # noqa: E402

ATTACKS: dict[str, Callable[[Path, int, int], Counter[str]]] = {
    "kills": kills.attack,
    "owners": owners.attack,
    "changes": lambda folder, rounds, seed: changes.attack(folder, 2 * rounds, seed),
    "socket": lambda folder, rounds, seed: intruders.attack_socket(folder, 20 * rounds, seed),
    "imports": lambda folder, *_: intruders.attack_imports(folder),
}


def main() -> int:
    """Run the attacks that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("attacks", nargs="*", choices=[[], *ATTACKS], default=[])
    given = parser.parse_args()
    failed = 0
    for name in given.attacks or ATTACKS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="musfuse-attack-") as folder:
            try:
                counts = ATTACKS[name](Path(folder), given.rounds, given.seed)
            except BaseException:
                traceback.print_exc()
                print(f"{name}: FAILED after {time.monotonic() - began:.0f} s", flush=True)
                failed = 1
                continue
        told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        print(f"{name}: held, {time.monotonic() - began:.0f} s; {told}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
