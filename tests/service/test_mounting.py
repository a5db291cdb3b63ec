"""A mount as a face: what it is called, and when it is gone. The contract of faces holds the rest."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from musfuse.drive import Drive
from musfuse.errors import MountError
from musfuse.service.face import Reach
from musfuse.service.mounting import MountFace


class Mounted:
    def __init__(self) -> None:
        self.mountpoint, self.ended, self.forced = Path("Z:"), threading.Event(), list[bool]()

    def withheld(self) -> list[str]:
        return [f"{self.mountpoint}: held"]

    def unmount(self, force: bool = False) -> None:
        self.forced.append(force)
        self.ended.set()


class Mounter:
    """Takes the next free drive letter, as `*` asks it to."""

    name = "letters"

    def __init__(self) -> None:
        self.made: list[Mounted] = []

    def check(self, mountpoint: Path, options: Sequence[str] = ()) -> None:
        if options:
            raise MountError(f"{mountpoint}: no options")

    def mount(self, drive: Drive, mountpoint: Path, options: Sequence[str] = ()) -> Mounted:
        self.check(mountpoint, options)
        self.made.append(Mounted())
        return self.made[-1]


def test_it_is_called_as_it_was_asked_for_until_it_is_somewhere() -> None:
    mounter, reach = Mounter(), Reach(Any, Any)  # type: ignore[arg-type]
    face = MountFace(mounter, Path("*"))
    assert face.name == "*"
    face.stop()
    assert not face.ended.is_set()
    assert face.withheld() == ()
    face.start(reach)
    assert (face.name, face.withheld()) == ("Z:", ["Z:: held"])
    assert not face.ended.is_set()
    face.stop(force=True)
    assert face.ended.is_set()
    assert mounter.made[0].forced == [True]


def test_it_is_checked_with_its_options() -> None:
    face = MountFace(Mounter(), Path("M:"), ["rw"])
    with pytest.raises(MountError, match="M:: no options"):
        face.check()
