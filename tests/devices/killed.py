"""A sync that is killed: `python -m devices.killed STATE RENAMES POINT…` makes a copy of a stick for each point, and
kills itself there, at the so many-th step of a sync; how many there are is printed first."""

import os
import shutil
import sys
from pathlib import Path

from killing import Steps

from devices.stick import Song, Stick
from musfuse.platform import system
from musfuse.platform.posix.trees import DirTree

BEFORE = (
    Song(1, "A/1.mp3", b"one"), Song(2, "A/2.mp3", b"two"), Song(3, "A/3.mp3", b"three"), Song(4, "B/4.mp3", b"four"),
    Song(5, "B/5.mp3", b"five"), Song(6, "C/6.mp3", b"six"),
)  # fmt: skip
AFTER = (
    Song(1, "A/2.mp3", b"one"), Song(2, "A/1.mp3", b"two"), Song(3, "A/3.mp3", b"THREE"), Song(4, "B/5.mp3", b"FOUR"),
    Song(5, "B/4.mp3", b"FIVE"), Song(7, "D/7.mp3", b"seven" * 1000), Song(8, "foreign/8.mp3", b"eight"),
)  # fmt: skip
LISTS = {"List.m3u8": b"A/1.mp3\n"}
FOREIGN = {"foreign/8.mp3": b"mine", "A/mine.txt": b"mine"}
EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.listdir"})


class DirectTree(DirTree):
    """One that renames nothing, as what desktops show of phones."""

    def replace(self, old: str, new: str) -> None:
        raise OSError(95, "Operation not supported", old)


def new_stick(folder: Path, *, renames: bool) -> Stick:
    """A stick in a folder, with all that was there before."""
    (folder / "stick").mkdir(parents=True)
    for path, data in FOREIGN.items():
        (folder / "stick" / path).parent.mkdir(exist_ok=True)
        (folder / "stick" / path).write_bytes(data)
    return stick_in(folder, renames=renames)


def stick_in(folder: Path, *, renames: bool) -> Stick:
    """The stick in a folder."""
    return Stick(folder / "stick", folder / "devices.json", open_tree=system.open_tree if renames else DirectTree)


def _killed(folder: Path, point: int, *, renames: bool) -> int:
    """Sync, and be killed at a step; how many steps there were."""
    steps = Steps(point)
    sys.addaudithook(lambda event, _: steps() if event in EVENTS else None)
    stick_in(folder, renames=renames).sync(*AFTER, lists=LISTS, jobs=2)
    return steps.count


def main(state: Path, renames: bool, points: list[int]) -> None:
    """Kill a sync at each of these points."""
    for number, point in enumerate(points):
        folder = state.with_name(f"{state.name}-{number}")
        shutil.copytree(state, folder)
        child = os.fork()
        if not child:
            print(_killed(folder, point, renames=renames), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] == "True", list(map(int, sys.argv[3:])))
