"""The order of a walk over real folders: what is wanted comes first, and nothing else is another than without."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound

from library.conftest import Desk
from musfuse.library import scanner as module
from musfuse.origins import Entry, LocalOrigin


class Watched(LocalOrigin):
    """Notes which folders are listed, and calls `on_list` before each."""

    def __init__(self, music: Path) -> None:
        super().__init__("src", str(music))
        self.listed: list[str] = []
        self.on_list: Callable[[str], None] = lambda _: None

    def list(self, path: str) -> Iterator[Entry]:
        self.on_list(path)
        self.listed.append(path)
        return super().list(path)


@pytest.fixture
def watched(music: Path) -> Iterator[Watched]:
    for artist in "abcd":
        for album in "12":
            sound.write(music / f"{artist}/{album}/t.wav", 2000, title="T", artist=artist, album=album)
    made = Watched(music)
    yield made
    made.close()


def scan(desk: Desk, origin: LocalOrigin, wanted: list[str]) -> None:
    """A scan in which these are wanted; what is wanted while it runs is put there."""

    def take(uid: str) -> list[str]:
        taken, wanted[:] = list(wanted), []
        return taken

    scanner = desk.scanner()
    scanner._wanted = take
    scanner.scan(desk.source("/src"), origin)


def test_wanted_folders_are_walked_first_and_the_result_is_the_same(
    desk: Desk, watched: Watched, tmp_path: Path
) -> None:
    scan(desk, watched, ["c/2"])
    assert watched.listed[2:6] == ["c", "c/2", "c/1", "a"]  # after the root, which is asked for twice
    other = Desk(tmp_path / "other.db")
    walked, watched.listed = watched.listed, []
    scan(other, watched, [])
    assert sorted(walked) == sorted(watched.listed)
    assert walked != watched.listed
    assert desk.tree() == other.tree()
    assert len(desk.tree()) == 8
    other.database.close()


def test_what_is_wanted_is_named_before_another_folder_is_listed(
    desk: Desk, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH_SECONDS", 1e9)
    monkeypatch.setattr(module, "_BATCH_FILES", 10**9)
    wanted: list[str] = []
    names: dict[str, set[str]] = {}

    def look(path: str) -> None:
        names[path] = set(desk.tree())
        if path == "a/1":
            wanted.append("d/1")

    watched.on_list = look
    scan(desk, watched, wanted)
    assert watched.listed[2:] == ["a", "a/1", "d", "d/1", "d/2", "a/2", *("b", "b/1", "b/2", "c", "c/1", "c/2")]
    assert "d/1/T.flac" not in names["d/1"]
    assert "d/1/T.flac" in names["d/2"]
    assert "d/2/T.flac" in names["a/2"]


def test_what_is_wanted_goes_before_what_waits_to_be_read(desk: Desk, watched: Watched) -> None:
    read: dict[str, bool] = {}
    scanner = desk.scanner()
    inspect = scanner._inspector.inspect_soon

    def noted(origin, file, beside_sheet, urgent=False):  # type: ignore[no-untyped-def]
        read[file.path] = urgent
        return inspect(origin, file, beside_sheet, urgent)

    wanted = [["b/2"]]
    scanner._inspector.inspect_soon = noted  # type: ignore[method-assign]
    scanner._wanted = lambda _: wanted.pop() if wanted else []
    scanner.scan(desk.source("/src"), watched)
    assert [path for path, urgent in read.items() if urgent] == ["b/2/t.wav", "b/1/t.wav"]
    assert len(read) == 8


def test_names_of_what_is_wanted_are_made_at_once_when_the_walk_leaves(desk: Desk, watched: Watched) -> None:
    """Whoever makes names may wait after other batches."""
    made: list[str] = []
    scanner = desk.scanner()
    scanner._after_batch = lambda at_once: made.append(watched.listed[-1]) if at_once else None
    wanted = {"a/1": ["d/1"], "a/2": ["c"]}
    scanner._wanted = lambda _: wanted.pop(watched.listed[-1], [])
    scanner.scan(desk.source("/src"), watched)
    assert watched.listed[2:11] == ["a", "a/1", "d", "d/1", "d/2", "a/2", "c", "c/1", "c/2"]
    assert made == ["d/1", "d/2", "c/2", "b/2"]


def test_a_batch_does_not_wait_for_the_next_file_that_changed(
    desk: Desk, watched: Watched, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(desk, watched, [])
    monkeypatch.setattr(module, "_WINDOW", 0)  # each file is taken in at once
    monkeypatch.setattr(module, "_BATCH_SECONDS", 1e9)
    sound.write(music / "a/1/new.wav", 2000, title="New", artist="a", album="1")
    names: dict[str, set[str]] = {}

    def look(path: str) -> None:
        names[path] = set(desk.tree())
        if path == "b":
            monkeypatch.setattr(module, "_BATCH_SECONDS", -1)  # the time is over

    watched.on_list = look
    scan(desk, watched, [])
    assert "a/1/New.flac" not in names["b"]
    assert "a/1/New.flac" in names["b/1"]
