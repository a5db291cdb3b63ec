"""What the drive remembers of paths, and what it looks up again when something changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sound
from patient import until

from drive.albums import ME, target
from drive.conftest import Make
from musfuse.app.library import Library
from musfuse.drive import DirEntry
from musfuse.errors import NoEntryError, NotAFolderError
from musfuse.library.catalog import FileRow
from musfuse.model import AudioFormat, NodeKind, Stamp, TagSet

ALBUMS, TRACKS = 111, 9


def many_tracks(make_library: Make, music: Path) -> Library:
    """An original that has to be indexed, among 999 that are told of only."""
    sound.write(music / "new.wav", artist="Artist", album="Album 7", title="New")
    library = make_library()
    source = library.sources.rows()[0].id
    fmt = AudioFormat("mp3", "mp3", 44_100, 2)
    for n in range(ALBUMS * TRACKS):
        tags = TagSet({"title": [f"T{n}"], "artist": ["Artist"], "album": [f"Album {n // TRACKS}"]})
        folder = library.catalog.files.folder(source, str(n // TRACKS), 1)
        library.catalog.files.put_files([(folder, FileRow(f"{n}.mp3", Stamp(1000, n), f"i{n}", format=fmt, tags=tags))])
    library.name_tracks()
    return library


def files(library: Library, path: str = "") -> list[str]:
    found = []
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found += files(library, below) if entry.kind is NodeKind.FOLDER else [below]
    return found


@contextmanager
def queries(library: Library) -> Iterator[list[str]]:
    """What is asked of the catalog meanwhile, on the connections that this thread is lent."""
    asked: list[str] = []
    idle = list(library.catalog.database._readers._idle)
    assert idle
    for connection in idle:
        connection.set_trace_callback(asked.append)
    yield asked
    for connection in idle:
        connection.set_trace_callback(None)


def asked_for(library: Library, paths: list[str], ask: Callable[[str], object]) -> dict[str, int]:
    """How many queries each of these paths costs."""
    counts = {}
    with queries(library) as asked:
        for path in paths:
            before = len(asked)
            ask(path)
            counts[path] = len(asked) - before
    return counts


def test_a_new_size_is_looked_up_and_nothing_else(make_library: Make, music: Path) -> None:
    library = many_tracks(make_library, music)
    paths = files(library)
    assert len(paths) == ALBUMS * TRACKS + 1
    (new,) = [path for path in paths if path.endswith(".flac")]
    for path in paths:
        library.drive.entry(path)
    assert set(asked_for(library, paths, library.drive.entry).values()) == {0}
    size = library.sizes.wait(library.drive.row(new)[0].item)
    counts = asked_for(library, paths, library.drive.entry)
    assert {path: n for path, n in counts.items() if n} == {new: 1}
    assert library.drive.entry(new).size == size


def test_a_change_of_one_album_leaves_the_others_alone(make_library: Make, music: Path) -> None:
    library = many_tracks(make_library, music)
    for path in files(library):
        library.drive.entry(path)
    library.tagging.set(target("Artist/Album 5"), ["title=Other"], ME)
    after = files(library)
    changed = [path for path in after if path.startswith("Artist/Album 5/")]
    assert len(changed) == TRACKS
    others = [path for path in after if path not in changed]
    assert set(asked_for(library, others, library.drive.entry).values()) == {0}
    assert all("Other" in library.drive.entry(path).name for path in changed)


def gone(library: Library, path: str) -> bool:
    try:
        library.drive.entry(path)
    except NoEntryError:
        return True
    return False


def test_a_folder_that_is_spelled_otherwise_has_no_old_paths(make_library: Make, music: Path) -> None:
    for name in "ab":
        sound.write(music / f"{name}.wav", artist="Band", album=name, title="One")
    library = make_library()
    first, second = files(library)
    told: DirEntry = library.drive.entry(second)
    library.tagging.set(target(first), ["artist=BAND"], ME)
    assert files(library) == [first.replace("Band", "BAND"), second.replace("Band", "BAND")]
    assert library.drive.entry(second.replace("Band", "BAND")).node == told.node
    assert gone(library, first)
    assert gone(library, second)


def test_a_cover_that_was_replaced_is_looked_up_again(make_library: Make, music: Path) -> None:
    sound.write(music / "a.wav", artist="Band", album="Album", title="One")
    (music / "cover.png").write_bytes(sound.picture(30))
    library = make_library(view__policy="original")
    before = library.drive.attr("Band/Album/cover.png")
    (music / "cover.png").write_bytes(sound.picture(300))
    library.scan_all(library.scanner())
    after = library.drive.attr("Band/Album/cover.png")
    assert (before.size, after.size) == (len(sound.picture(30)), len(sound.picture(300)))


def test_what_a_scan_read_is_told_before_names_are_given(make_library: Make, music: Path) -> None:
    path = sound.write(music / "a.wav", artist="Band", album="Album", title="One")
    library = make_library(view__policy="original")
    (shown,) = files(library)
    before = library.drive.attr(shown)
    sound.write(path, samples=50_000, artist="Band", album="Album", title="One")
    library.name_tracks = lambda: None  # type: ignore[method-assign] # a scan gives names at growing distances

    def is_read() -> bool:  # another look may tell more, where a worker had an accident
        library.refresh(library.sources.rows()[0].uid, "a.wav")
        row = library.drive.row(shown)[1]
        return row is not None and row.track.file.stamp.size == path.stat().st_size

    until(is_read)
    library.drive._items.freshness.forget()
    opened = library.drive.open(shown)
    after = library.drive.attr(shown)
    assert before.size != after.size == opened.size == path.stat().st_size
    library.drive.close(opened.handle)


def test_case_counts_where_the_mount_says_so(make_library: Make, music: Path) -> None:
    """One drive, shown to a system that tells a from A and to one that does not, at the same time."""
    for n in (1, 2):
        sound.write(music / f"{n}.flac", artist="Ann", album="Über", title=f"T{n}", seed=n)
    library = make_library()
    exact, loose = library.drive, library.drive.ignoring_case()
    (path, other) = files(library)
    shouted = path.upper()
    for _ in range(2):  # the second time from the cache
        with pytest.raises(NoEntryError):
            exact.attr(shouted)
        assert loose.attr(shouted) == loose.attr(path) == exact.attr(path)
        assert loose.spelling(shouted) == path
        assert [e.name for e in loose.list("ANN")] == [e.name for e in exact.list("Ann")]
    opened = loose.open(shouted)
    assert exact.open_handles == loose.open_handles == 1
    assert exact.read_at(opened.handle, 0, 4) == b"fLaC"
    exact.close(opened.handle)
    before = loose.attr(shouted).size
    library.drive.tree.forget_path(path)
    assert not {key for key in library.drive.tree._cache if key.strip("/").upper() == shouted}
    assert loose.attr(shouted).size == before
    (music / "1.flac").unlink()
    library.scan_all(library.scanner())
    for drive, name in ((exact, path), (loose, path), (loose, shouted)):
        with pytest.raises(NoEntryError):
            drive.attr(name)
    assert loose.attr(other.upper()) == exact.attr(other)


@pytest.mark.parametrize("count", [500, 2000])
def test_a_path_of_very_many_names_is_just_missing(make_library: Make, music: Path, count: int) -> None:
    sound.write(music / "1.flac", 4000, artist="A", album="B", title="One")
    drive = make_library().drive
    for path in ("/".join("x" * count), "A/B/" + "/".join("y" * count)):
        with pytest.raises(NoEntryError):
            drive.attr(path)
    with pytest.raises(NotAFolderError, match=r"A/B/One\.flac is a file"):
        drive.attr("A/B/One.flac/" + "/".join("z" * count))
    assert drive.attr("A/B/One.flac").kind is NodeKind.FILE


def test_a_listing_by_another_spelling_gives_nobody_else_that_spelling(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", 4000, artist="Anna", album="B", title="One")
    drive = make_library().drive
    windows = drive.ignoring_case()
    assert [entry.name for entry in windows.list("ANNA/b")] == ["One.flac"]
    assert windows.attr("ANNA/b/one.FLAC") == windows.attr("Anna/B/One.flac")
    with pytest.raises(NoEntryError):
        drive.attr("ANNA/b/One.flac")
