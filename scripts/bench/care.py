#!/usr/bin/env python3
"""Kills vacuum, backup and restore at random moments, and writes noise over random pages of both databases.

    scripts/bench/care.py [--rounds 100] [--tracks 60] [--seed 1] [--only kill|damage]

Each round ends with a look (`tests/carebench.py`): everything that was said of tracks is there and shown, every page
is sound, a backup is whole or not there, a restored user.db is the old one or the new one. Damage also has to be found
by `library check`, said in the log and in the status, and mended by `library repair` or by the next owner. Prints how
many rounds held; ends with an error, and keeps the folder, at the first that did not.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "adapters"), str(HERE / "tests")]
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)

from carebench import ACTS, Desk  # noqa: E402


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="of each part")
    parser.add_argument("--tracks", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("kill", "damage"))
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="care-"))
    print("library in", folder, flush=True)
    desk = Desk(folder, asked.tracks, random.Random(asked.seed))
    if asked.only != "damage":
        hits = Counter(act for act in _in_turn(ACTS, asked.rounds) if desk.kill(act))
        print(f"{asked.rounds} rounds of kill -9 held; at work were", dict(hits), flush=True)
    if asked.only != "kill":
        kinds = [(database, path) for database in ("catalog", "user") for path in ("repair", "owner")]
        ends = Counter(
            (database, path, desk.damage(database, path)) for database, path in _in_turn(kinds, asked.rounds)
        )
        print(f"{asked.rounds} rounds of damage held:", flush=True)
        for (database, path, end), number in sorted(ends.items()):
            print(f"  {database}.db, {path}: {end} {number} times")
    shutil.rmtree(folder)


def _in_turn(kinds, rounds):  # type: ignore[no-untyped-def]
    return (kinds[number % len(kinds)] for number in range(rounds))


if __name__ == "__main__":
    main()
