"""Two views of one library: other names, other renditions of the same items, each exact."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from drive.albums import ME, checksum, target
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.app.work import Work
from musfuse.config import load_config
from musfuse.drive import Drive
from musfuse.errors import ConfigError
from musfuse.jobs import JobContext
from musfuse.library.userdb import ViewSpec
from musfuse.media.indexing.pool import Priority
from musfuse.model import NodeKind

WAVES = ViewSpec("waves", "$genre/$title by $artist", "wav")
CONFIG = load_config(default_sections(), flags={"index.background": False, "index.wait_seconds": 60}).config


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def originals(music: Path) -> Path:
    for number, name in enumerate(("one.wav", "two.flac", "three.aiff"), 1):
        sound.write(music / name, 60_000, seed=number, title=f"T{number}", artist="A", album="B", genre="G")
    return music


def opened(tmp_path: Path, music: Path, closing: ExitStack) -> Library:
    return open_library(tmp_path / "state", CONFIG, closing, sources=[music], views=[WAVES])


def scanned(tmp_path: Path, music: Path, closing: ExitStack) -> Library:
    library = opened(tmp_path, music, closing)
    library.scan_all(library.scanner())
    return library


def shown(drive: Drive, path: str = "") -> dict[str, int]:
    """Paths of files to the ids of their nodes."""
    found = {}
    for entry in drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found |= shown(drive, below) if entry.kind is NodeKind.FOLDER else {below: entry.node}
    return found


def read(drive: Drive, path: str) -> bytes:
    size = drive.attr(path).size
    opened = drive.open(path)
    data = drive.read_at(opened.handle, 0, size + 10)
    drive.close(opened.handle)
    assert len(data) == size == opened.size
    return data


def same_sound(library: Library, music: Path, folder: Path) -> None:
    """Every file of both views has the samples of its original."""
    for drive in library.drives.values():
        for path in shown(drive):
            node, row = drive.row(path)
            assert row is not None
            served = folder / f"{node.id}.{path.rpartition('.')[2]}"
            served.write_bytes(read(drive, path))
            assert sound.ffmpeg_md5(served) == sound.ffmpeg_md5(music / row.track.file.path), path
            if served.suffix == ".flac":
                sound.flac_test(served)


@pytest.mark.parametrize("first", ["main", "waves"])
def test_both_list_and_read_right_whichever_is_asked_first(
    tmp_path: Path, originals: Path, closing: ExitStack, first: str
) -> None:
    needs_program("ffmpeg")
    needs_program("flac")
    before = checksum(originals)
    library = scanned(tmp_path, originals, closing)
    main, waves = library.drives["main"], library.drives["waves"]
    assert set(shown(main)) == {f"A/B/T{n}.flac" for n in (1, 2, 3)}
    assert set(shown(waves)) == {f"G/T{n} by A.wav" for n in (1, 2, 3)}
    assert not set(shown(main).values()) & set(shown(waves).values())
    sizes = {path: library.drives[first].attr(path).size for path in shown(library.drives[first])}
    same_sound(library, originals, tmp_path)
    assert {path: library.drives[first].attr(path).size for path in sizes} == sizes
    for drive in (main, waves):
        assert [path for path in shown(drive) if drive.entry(path).size is None] == []
    assert library.catalog.renditions.pending(library.sizes.tokens()) == 0
    assert library.catalog.renditions.sized(library.sizes.tokens()) == 4
    assert checksum(originals) == before


def test_background_work_gives_way_to_readers_of_every_view(
    tmp_path: Path, originals: Path, closing: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = scanned(tmp_path, originals, closing)
    library.activity.last_read = -2e9
    read(library.drives["waves"], "G/T1 by A.wav")
    waited = []
    context = JobContext({}, lambda *_: None, lambda: False, lambda: False)
    monkeypatch.setattr(context, "pause", lambda seconds: waited.append(context.stop()))
    monkeypatch.setattr("musfuse.app.work.READER_PAUSE", 1e9)
    Work(library, lambda *_: None, lambda *_: None).settle(context)
    assert waited


def test_a_pass_finds_the_sizes_of_both(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    library = scanned(tmp_path, originals, closing)  # two are in a view what they are already
    assert library.catalog.renditions.pending(library.sizes.tokens()) == 4
    done, failed = library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    assert (done, failed) == (4, 0)
    assert library.catalog.renditions.pending(library.sizes.tokens()) == 0
    assert [entry.size is not None for entry in library.drives["waves"].list("G")] == [True] * 3


def test_an_edit_shows_in_both_and_a_removal_leaves_both(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    needs_program("ffmpeg")
    needs_program("flac")
    library = scanned(tmp_path, originals, closing)
    main, waves = library.drives["main"], library.drives["waves"]
    ids = shown(main) | shown(waves)
    for path in shown(main):
        read(main, path)
    for path in shown(waves):
        read(waves, path)
    library.tagging.set(target("title:T2"), ["title=New"], ME)
    assert shown(main) == {"A/B/New.flac": ids["A/B/T2.flac"]} | {p: ids[p] for p in ("A/B/T1.flac", "A/B/T3.flac")}
    assert shown(waves)["G/New by A.wav"] == ids["G/T2 by A.wav"]
    library.tagging.set(target("title:T1"), ["album=" + "Long " * 20], ME)  # no name of the second view depends on it
    assert b"Long Long" in read(waves, "G/T1 by A.wav")
    same_sound(library, originals, tmp_path)
    (originals / "one.wav").unlink()
    library.scan_all(library.scanner())
    assert set(shown(main)) == {"A/B/New.flac", "A/B/T3.flac"}
    assert set(shown(waves)) == {"G/New by A.wav", "G/T3 by A.wav"}
    library.sourcing.remove((str(originals), ""))
    assert (shown(main), shown(waves)) == ({}, {})


def test_a_view_that_comes_later_changes_nothing_of_the_first(
    tmp_path: Path, originals: Path, closing: ExitStack
) -> None:
    with ExitStack() as before:
        library = open_library(tmp_path / "state", CONFIG, before, sources=[originals])
        library.scan_all(library.scanner())
        ids = shown(library.drive)
    library = opened(tmp_path, originals, closing)
    assert shown(library.drives["waves"]) == {}
    library.trees.build()
    waves = shown(library.drives["waves"])
    assert len(waves) == 3
    assert shown(library.drive) == ids
    library.tagging.set(target("title:T2"), ["genre=Other"], ME)
    assert shown(library.drive) == ids
    assert shown(library.drives["waves"])["Other/T2 by A.wav"] == waves["G/T2 by A.wav"]


def test_a_view_that_is_named_no_more_goes_with_all_that_is_its_own(
    tmp_path: Path, originals: Path, closing: ExitStack
) -> None:
    with ExitStack() as before:
        library = scanned(tmp_path, originals, before)
        ids, (used,) = shown(library.drive), set(library.views.names().values()) - {1}
    with ExitStack() as before:
        library = open_library(tmp_path / "state", CONFIG, before)
        (originals / "one.wav").unlink()
        library.scan_all(library.scanner())
        library.trees.build()
        assert not library.stages.pipeline.left_over()
        with library.catalog.database.read() as db:
            assert db.execute("SELECT name FROM view").fetchall() == [("main",)]
            for table in ("place", "node"):
                assert db.execute(f"SELECT DISTINCT tree FROM {table}").fetchall() == [(1,)]
            assert db.execute("SELECT DISTINCT profile FROM rendition").fetchall() == [("flac",)]
        left = {path: node for path, node in ids.items() if "T1" not in path}
        assert shown(library.drive) == left
        pending = library.catalog.renditions.pending(library.sizes.tokens())
        assert library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None) == (pending, 0)
        assert library.catalog.renditions.pending(library.sizes.tokens()) == 0
    library = open_library(tmp_path / "state", CONFIG, closing, views=[ViewSpec("other", "$title", "wav"), WAVES])
    library.trees.build()
    assert used not in set(library.views.names().values())
    assert len(shown(library.drives["waves"])) == len(shown(library.drives["other"])) == 2
    assert shown(library.drive) == left


def test_what_cannot_be_decoded_is_the_original_in_both(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    whole = (originals / "two.flac").read_bytes()
    (originals / "two.flac").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 4))
    library = scanned(tmp_path, originals, closing)
    library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    for drive in library.drives.values():
        for path in shown(drive):
            assert drive.attr(path).size > 0
            read(drive, path)


def test_a_bad_template_is_said(tmp_path: Path, music: Path, closing: ExitStack) -> None:
    with pytest.raises(ConfigError):
        open_library(tmp_path / "state", CONFIG, closing, sources=[music], views=[ViewSpec("bad", "[$title", "wav")])
