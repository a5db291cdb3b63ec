"""What watchdog tells of a tree: a stand-in for its observer hands out its events, and its own, where it is installed."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from patient import until

from musfuse.errors import UnavailableError
from musfuse.origins.local.watchdogs import TreeWatch
from origins.local.test_inotify import Heard

pytest.importorskip("watchdog", reason="watchdog is for Windows and macOS; the extra dev has it")


class Observer:
    """As that of watchdog; `emit` plays the system."""

    def __init__(self, fails: bool = False) -> None:
        self.alive, self.fails = False, fails

    def schedule(self, handler: Any, path: str, recursive: bool) -> None:
        assert recursive
        self.handler = handler

    def start(self) -> None:
        if self.fails:
            raise OSError("access denied")
        self.alive = True

    def is_alive(self) -> bool:
        return self.alive

    def stop(self) -> None:
        self.alive = False

    def join(self) -> None:
        assert not self.alive

    def emit(self, kind: str, source: str, target: str = "", folder: bool = False) -> None:
        self.handler.dispatch(SimpleNamespace(event_type=kind, src_path=source, dest_path=target, is_directory=folder))


def watched(root: str, untold: Callable[[], str] = str) -> tuple[TreeWatch, Observer, Heard]:
    heard, observer = Heard(), Observer()
    return TreeWatch(root, heard, untold, observer), observer, heard


def test_its_events_are_ours() -> None:
    root = os.path.join(os.sep, "music")
    _, observer, heard = watched(root)
    observer.emit("created", os.path.join(root, "a", "1.wav"))
    assert (heard.folders, heard.files) == ({"a"}, [("made", "a/1.wav")])
    observer.emit("modified", os.path.join(root, "b", "1.wav"))
    observer.emit("opened", os.path.join(root, "c", "1.wav"))
    assert heard.folders == {"a", "b"}
    observer.emit("moved", os.path.join(root, "d"), os.path.join(root, "e", "d"), folder=True)
    assert (heard.folders, heard.files[-2:]) == ({"a", "b", "", "e"}, [("came", "e/d"), ("written", "e/d")])
    observer.emit("moved", os.path.join(os.sep, "elsewhere", "x"), os.path.join(root, "f", "x"))
    observer.emit("closed", os.path.join(root, "f", "y"))
    observer.emit("deleted", os.path.join(os.sep, "music2", "x"))
    assert heard.files[-2:] == [("written", "f/x"), ("written", "f/y")]
    heard.folders.clear()
    observer.emit("modified", root, folder=True)
    assert heard.folders == {""}


def test_its_problems() -> None:
    problem = "far away"
    watch, observer, _ = watched("/music", lambda: problem)
    assert watch.problem == "far away"
    problem = ""
    watch.enter("")
    watch.enter("a")
    watch.leave(["a"])
    assert watch.problem == ""
    observer.alive = False
    assert watch.problem
    with pytest.raises(UnavailableError, match="access denied"):
        TreeWatch("/music", Heard(), str, Observer(fails=True))


@pytest.mark.expects_errors  # watchdog's own, of what came while it ended
def test_with_an_observer_of_its_own(music: Path) -> None:
    heard = Heard()
    watch = TreeWatch(str(music), heard, str)
    (music / "a").mkdir()
    until(lambda: "" in heard.folders)
    until(lambda: (music / "a/1.wav").write_bytes(b"x") and "a" in heard.folders)
    watch.close()
