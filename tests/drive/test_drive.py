"""The drive itself: names, sizes, handles, changes under readers."""

import queue
import threading
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
import sound
from originals import Originals
from tests_support import needs_program

from drive.albums import read
from drive.conftest import Make
from musfuse.drive import CacheHint
from musfuse.errors import (
    BadHandleError,
    BusyError,
    ConfigError,
    IsAFolderError,
    MusfuseError,
    NoEntryError,
    NotAFolderError,
    SourceChangedError,
    TooManyOpenError,
)
from musfuse.events import TrackIndexed
from musfuse.media.flac import encoder
from musfuse.model import NodeKind

TAGS = {"artist": "A", "album": "B"}


def test_lookup_list_open_read_close(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    sound.write(music / "2.flac", **TAGS, title="Two")
    drive = make_library().drive
    assert [(e.name, e.kind) for e in drive.list("")] == [("A", NodeKind.FOLDER)]
    entries = list(drive.list("A/B"))
    assert [(e.name, e.size is None) for e in entries] == [("One.flac", True), ("Two.flac", False)]
    attr = drive.attr("A/B/One.flac")
    opened = drive.open("A/B/One.flac")
    assert opened.size == attr.size > 0
    assert opened.node == attr.node == entries[0].node
    data = drive.read_at(opened.handle, 0, 1 << 24)
    assert len(data) == attr.size
    assert data[:4] == b"fLaC"
    assert drive.read_at(opened.handle, attr.size, 10) == b""
    drive.close(opened.handle)
    with pytest.raises(BadHandleError):
        drive.read_at(opened.handle, 0, 1)
    with pytest.raises(BadHandleError):
        drive.close(opened.handle)
    assert next(drive.list("A/B")).size == attr.size
    assert drive.statvfs().files == 2


def test_wrong_paths(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    drive = make_library().drive
    for path in ("no", "A/no", "a", "../etc", "A/..", "A//B", "caf\udce9"):
        with pytest.raises(NoEntryError):
            drive.attr(path)
    with pytest.raises(NotAFolderError):
        drive.attr("A/B/One.flac/x")
    with pytest.raises(NotAFolderError):
        drive.list("A/B/One.flac")
    with pytest.raises(IsAFolderError):
        drive.open("A/B")


def test_hidden_until_indexed(make_library: Make, music: Path) -> None:
    sound.write(music / "1.wav", **TAGS, title="One")
    sound.write(music / "2.mp3", **TAGS, title="Two")
    library = make_library(view__unindexed="hide")
    assert [e.name for e in library.drive.list("A/B")] == ["Two.mp3"]
    with pytest.raises(NoEntryError):
        library.drive.attr("A/B/One.flac")
    from musfuse.media.indexing.pool import Priority

    assert library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None) == (1, 0)
    assert [e.name for e in library.drive.list("A/B")] == ["One.flac", "Two.mp3"]
    assert library.drive.attr("A/B/One.flac").size


def test_the_first_stat_has_the_whole_folder_indexed(make_library: Make, music: Path) -> None:
    for n in range(4):
        sound.write(music / f"{n}.wav", **TAGS, title=str(n))
    library = make_library()
    indexed: queue.Queue[TrackIndexed] = queue.Queue()
    library.events.listen(TrackIndexed, indexed.put)
    library.drive.attr("A/B/2.flac")
    assert len({indexed.get(timeout=100).track_id for _ in range(4)}) == 4
    assert all(e.size for e in library.drive.list("A/B"))


def test_what_does_not_decode_is_served_as_the_original(make_library: Make, music: Path) -> None:
    """A file that a scan took for sound but no decoder finishes: never lost, and said."""
    path = sound.convert(sound.write(music.parent / "1.wav", 200_000), music / "1.wv")
    sound.tag(path, **TAGS, title="One")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 2000] = bytes(2000)
    path.write_bytes(raw)
    library = make_library()
    with pytest.raises(NoEntryError, match="served as the original"):
        library.drive.attr("A/B/One.flac")
    assert [e.name for e in library.drive.list("A/B")] == ["One.wv"]
    assert library.drive.attr("A/B/One.wv").size == len(raw)
    (report,) = library.catalog.reports.lines()
    assert report.kind == "failed"
    assert "1.wv" in report.reason


def test_a_source_rewritten_under_a_reader(make_library: Make, music: Path, where: str) -> None:
    path = sound.write(music / "1.flac", 200_000, **TAGS, title="One")
    drive = make_library().drive
    old = path.read_bytes()
    opened = drive.open("A/B/One.flac")
    assert drive.read_at(opened.handle, 0, 1000) == old[:1000]
    sound.write(path, 300_000, seed=2, **TAGS, title="One")
    with pytest.raises(SourceChangedError) if where == "local" else nullcontext():  # what was read ahead stays right
        assert drive.read_at(opened.handle, 1000, 1000) == old[1000:2000]
    drive._items.freshness.forget()
    again = drive.open("A/B/One.flac")
    assert again.hint is CacheHint.BYPASS
    assert drive.read_at(again.handle, 0, again.size) == path.read_bytes()
    drive.close(opened.handle)
    drive.close(again.handle)


def test_a_replaced_source_keeps_its_bytes_for_the_reader(make_library: Make, music: Path, kept_at: Originals) -> None:
    path = sound.write(music / "1.flac", 200_000, **TAGS, title="One")
    drive = make_library().drive
    old = path.read_bytes()
    opened = drive.open("A/B/One.flac")
    drive.read_at(opened.handle, 0, 1000)
    other = sound.write(music.parent / "new.flac", 400_000, seed=2, **TAGS, title="One")
    other.replace(path)
    with suppress(*kept_at.older):
        assert drive.read_at(opened.handle, 50_000, 1000) == old[50_000:51_000]
    drive._items.freshness.forget()
    drive.close(drive.open("A/B/One.flac").handle)  # who opens it looks at the original again
    assert drive.attr("A/B/One.flac").size == path.stat().st_size != len(old)
    # The system may believe in the new size now: the old reader never ends short, it fails.
    with pytest.raises(SourceChangedError):
        drive.read_at(opened.handle, len(old) - 10, 100)
    drive.close(opened.handle)


def test_cache_hints(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    drive = make_library().drive
    first = drive.open("A/B/One.flac")
    second = drive.open("A/B/One.flac")
    assert (first.hint, second.hint) == (CacheHint.DROP, CacheHint.KEEP)
    drive.close(first.handle)
    drive.close(second.handle)


def test_a_removed_source_leaves_the_drive(make_library: Make, music: Path) -> None:
    path = sound.write(music / "1.flac", **TAGS, title="One")
    sound.write(music / "2.flac", **TAGS, title="Two")
    drive = make_library().drive
    path.unlink()
    with pytest.raises(NoEntryError):
        drive.open("A/B/One.flac")
    with pytest.raises(NoEntryError):
        drive.attr("A/B/One.flac")
    assert [e.name for e in drive.list("A/B")] == ["Two.flac"]


def test_a_source_that_is_away_stays_on_the_drive(make_library: Make, music: Path, where: str) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    library = make_library()
    drive = library.drive
    size = drive.attr("A/B/One.flac").size
    library.sources.close()  # files kept open would go on being read
    music.rename(music.parent / "unplugged")
    drive._items.freshness.forget()
    assert drive.attr("A/B/One.flac").size == size
    opened = drive.open("A/B/One.flac")
    with pytest.raises(MusfuseError) if where == "local" else nullcontext():  # what a scan read of others is kept here
        drive.read_at(opened.handle, 0, 10)


def test_waiters_are_bounded(make_library: Make, music: Path) -> None:
    for n in range(6):
        sound.write(music / f"{n}.wav", 44_100 * 30, **TAGS, title=str(n))
    drive = make_library(index__waiters=2, index__workers=1).drive
    outcomes: list[object] = []

    def stat(n: int) -> None:
        try:
            outcomes.append(drive.attr(f"A/B/{n}.flac").size)
        except BusyError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=stat, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(o, BusyError) for o in outcomes) >= 1
    assert sum(isinstance(o, int) for o in outcomes) >= 2


def test_an_index_of_another_encoder_is_rebuilt(make_library: Make, music: Path, tmp_path: Path) -> None:
    """Sizes and indexes of an encoder with another fingerprint do not count, and cost nothing but a new pass."""
    sound.write(music / "1.wav", **TAGS, title="One")
    library = make_library()
    size = library.drive.attr("A/B/One.flac").size
    library.media.indexes._fingerprint = "anotherbuild"
    library.drive.invalidate()
    assert next(library.drive.list("A/B")).size is None
    assert library.drive.attr("A/B/One.flac").size == size
    row = library.drive.row("A/B/One.flac")[1]
    assert row is not None
    assert "anotherbuild" in row.size_token


def test_the_other_encoder(make_library: Make, music: Path, tmp_path: Path) -> None:
    """What it makes is FLAC of the same audio, whole and in pieces, and indexes are not shared."""
    pytest.importorskip("pyflac")
    needs_program("ffmpeg")
    sound.write(music / "1.wav", 44_100 * 9, **TAGS, title="One")
    one = make_library()
    assert one.drive.attr("A/B/One.flac").size
    one.close()
    library = make_library(flac__encoder="pyflac")
    assert next(library.drive.list("A/B")).size is None
    size = library.drive.attr("A/B/One.flac").size
    data = read(library, "A/B/One.flac")
    assert len(data) == size
    (tmp_path / "one.flac").write_bytes(data)
    assert sound.ffmpeg_md5(tmp_path / "one.flac") == sound.ffmpeg_md5(music / "1.wav")
    library.close()
    again = make_library(flac__encoder="pyflac")
    opened = again.drive.open("A/B/One.flac")
    assert again.drive.read_at(opened.handle, size - 100_000, 50_000) == data[size - 100_000 : size - 50_000]


def test_an_encoder_that_is_not_installed_is_said_at_once(
    make_library: Make, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pyFLAC is not installed"):
        make_library(flac__encoder="pyflac")


def test_the_table_of_handles_is_bounded(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", **TAGS, title="One")
    drive = make_library().drive
    drive._handles._limit = 3
    for _ in range(3):
        drive.open("A/B/One.flac")
    with pytest.raises(TooManyOpenError):
        drive.open("A/B/One.flac")
    assert drive.open_handles == 3
    assert drive.shut_down() == 3


def test_a_folder_of_twenty_thousand(make_library: Make, music: Path) -> None:
    from library.conftest import FORMAT

    from musfuse.library.catalog import FileRow
    from musfuse.model import Stamp, TagSet

    library = make_library()
    source = library.sources.rows()[0]
    folder = library.catalog.files.folder(source.id, "", 1)
    rows = [
        (
            folder,
            FileRow(
                f"{n}.mp3",
                Stamp(1, n),
                str(n),
                format=FORMAT.__class__("mp3", "mp3"),
                tags=TagSet({"title": [f"T{n}"]}),
            ),
        )
        for n in range(20_000)
    ]
    library.catalog.files.put_files(rows)
    library.name_tracks()
    path = "Unknown Artist/music"
    names = [e.name for e in library.drive.list(path)]
    assert len(names) == len(set(names)) == 20_000
    assert [e.name for e in library.drive.list(path, names[-3])] == names[-2:]
