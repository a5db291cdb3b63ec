"""One suite for the drive itself, a real FUSE mount and the simulated WinFsp."""

import errno
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from drive.conftest import Make, Place
from originals import Originals
from winfsp.kernel import upcase

from faces.conftest import FACES, Show
from faces.shown import Shown, manifest
from musfuse.service.tagging import Who

TAGS = {"artist": "Ann", "album": "Über alles 🎵", "date": "1999"}
ALBUM = "Ann/Über alles 🎵 (1999)"


@pytest.fixture
def originals(music: Path) -> dict[str, Path]:
    """Name on the drive to original."""
    return {
        "01 - Wave.flac": sound.write(music / "1.wav", 100_000, **TAGS, title="Wave", tracknumber="1"),
        "02 - Aiff.flac": sound.write(music / "2.aiff", 50_000, 1, 24, 96_000, **TAGS, title="Aiff", tracknumber="2"),
        "03 - Flac.flac": sound.write(music / "x" / "3.flac", 90_000, **TAGS, title="Flac", tracknumber="3"),
        "04 - Mpeg.mp3": sound.write(music / "4.mp3", 90_000, **TAGS, title="Mpeg", tracknumber="4"),
    }


def test_listing_and_sizes(show: Show, originals: dict[str, Path], kept_at: Originals) -> None:
    shown = show()
    assert list(shown.entries("")) == ["Ann"]
    assert shown.stat("").folder
    entries, keeps_times = shown.entries(ALBUM), kept_at.keeps_times
    assert sorted(entries) == sorted(originals)
    for name, seen in entries.items():
        assert seen == shown.stat(f"{ALBUM}/{name}")
        assert not keeps_times or seen.mtime_ns == originals[name].stat().st_mtime_ns // 100 * 100
        with shown.open(f"{ALBUM}/{name}") as (size, read):
            assert size == seen.size
            assert len(read(0, size)) == size
            assert read(size, 1) == read(size + 100_000, 1) == b""
            assert read(size - 3, 100) == read(0, size)[-3:]


def test_audio_is_that_of_the_original(show: Show, originals: dict[str, Path], tmp_path: Path) -> None:
    shown = show()
    for name, original in originals.items():
        with shown.open(f"{ALBUM}/{name}") as (size, read):
            data = read(0, size)
        if original.suffix in (".flac", ".mp3"):
            assert data == original.read_bytes()
        else:
            copy = tmp_path / name
            copy.write_bytes(data)
            sound.flac_test(copy)
            assert sound.ffmpeg_md5(copy) == sound.ffmpeg_md5(original)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("none", errno.ENOENT), ("Ann/none", errno.ENOENT), (f"{ALBUM}/01 - Wave.flac2", errno.ENOENT),
        (f"{ALBUM}/01 - Wave", errno.ENOENT), ("Ann/caf\udce9", errno.ENOENT),
    ],
)  # fmt: skip
def test_what_is_not_there(show: Show, originals: dict[str, Path], path: str, number: int) -> None:
    shown = show()
    for call in (shown.stat, shown.entries, lambda p: shown.open(p).__enter__()):
        with pytest.raises(OSError) as caught:
            call(path)
        assert caught.value.errno == number


def test_folders_and_files_are_told_apart(show: Show, originals: dict[str, Path]) -> None:
    shown = show()
    with pytest.raises(OSError) as caught:
        shown.entries(f"{ALBUM}/01 - Wave.flac")
    assert caught.value.errno == errno.ENOTDIR
    with pytest.raises(OSError) as caught:
        shown.stat(f"{ALBUM}/01 - Wave.flac/below")
    assert caught.value.errno in (errno.ENOTDIR, errno.ENOENT)
    with pytest.raises(OSError) as caught, shown.open("Ann"):
        pass
    assert caught.value.errno == errno.EISDIR


def test_every_write_is_refused(show: Show, originals: dict[str, Path]) -> None:
    shown = show()
    before = list(manifest(shown))
    for refused in shown.refusals(f"{ALBUM}/01 - Wave.flac"):
        with pytest.raises(OSError) as caught:
            refused()
        assert caught.value.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
    assert list(manifest(shown)) == before


def test_random_reads(show: Show, originals: dict[str, Path]) -> None:
    shown, rng = show(), random.Random(3)
    for name in originals:
        with shown.open(f"{ALBUM}/{name}") as (size, read):
            whole = read(0, size)
            for _ in range(300):
                offset, length = rng.randrange(size + 1000), rng.choice((0, 1, 17, 4096, 70_000))
                if length:
                    assert read(offset, length) == whole[offset : offset + length]


def test_many_readers(show: Show, originals: dict[str, Path]) -> None:
    shown = show()
    expected = {path: data for path, seen, data in manifest(shown) if not seen.folder}
    problems: list[str] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(40):
            path = rng.choice(sorted(expected))
            with shown.open(path) as (size, read):
                offset = rng.randrange(size)
                if read(offset, 20_000) != expected[path][offset : offset + 20_000]:
                    problems.append(path)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


def test_names_that_are_hard(show: Show, music: Path) -> None:
    titles = ["a:b", "CON", "ends.", "x" * 400, "🎵" * 100, "AbC", "aBc", "é", "e\u0301", "Straße", "STRASSE", "ı", "ſ"]
    for n, title in enumerate(titles):
        sound.write(music / f"{n}.flac", 3000, artist="A", title=title)
    shown = show(view__template="$artist/$title")
    entries = shown.entries("A")
    assert len(entries) == len(titles)
    assert len({upcase(name) for name in entries}) == len(titles)
    for name in entries:
        with shown.open(f"A/{name}") as (size, read):
            assert len(read(0, size)) == entries[name].size


@pytest.mark.expects_errors
@pytest.mark.not_over("sftp", "s3", reason="what was read ahead stays right for who has the file open")
def test_a_source_that_changes_under_a_reader(show: Show, originals: dict[str, Path]) -> None:
    shown = show()
    with shown.open(f"{ALBUM}/03 - Flac.flac") as (_, read):
        read(0, 100)
        original = originals["03 - Flac.flac"]
        with original.open("r+b") as file:  # in place: the reader's own file is another one now
            file.seek(0, 2)
            file.write(b"x" * 100)
        with pytest.raises(OSError) as caught:
            for at in range(0, original.stat().st_size, 4096):
                read(at + 60_000, 4096)
        assert caught.value.errno == errno.EIO


def test_the_same_manifest_from_every_face(
    simulation: object, show_as: Callable[..., Shown], make_library: Make, music: Path, originals: dict[str, Path],
    place: Place,
) -> None:  # fmt: skip
    for n in range(30):
        suffix = ("wav", "flac", "mp3", "aiff", "ogg")[n % 5]
        sound.write(
            music / f"more/{n}.{suffix}", 5000 + n * 777, 1 + n % 2, artist=f"Artist {n % 7}", title="aA"[n % 2] * 3
        )
    (music / "cover.png").write_bytes(sound.picture(500))
    (music / "booklet.pdf").write_bytes(b"pages")
    library = make_library(view__sidecars="*.pdf")
    retagged = [(place(music / "more"), place(music / "more"))]
    library.tagging.set(retagged, ["genre=Set", "comment=" + "long " * 2000], Who("tester"))
    seen = {face: list(manifest(show_as(face, library))) for face in FACES}
    assert len(seen["drive"]) > 40
    names = {path.rpartition("/")[2] for path, _, _ in seen["drive"]}
    assert {"cover.png", "cover_medium.jpg", "cover_thumb.jpg", "booklet.pdf"} <= names
    assert seen["fuse"] == seen["drive"]
    assert seen["winfsp"] == seen["drive"]


@pytest.mark.expects_errors
def test_a_call_that_fails_in_no_way_known_is_an_error_and_the_drive_lives(
    show_as: Callable[..., Shown], make_library: Make, music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound.write(music / "1.flac", artist="A", album="B", title="One")
    library = make_library()
    show_as("fuse", library)
    (path,) = (tmp_path / "mnt").rglob("*.flac")
    whole = path.read_bytes()
    for failure in (MemoryError(), RuntimeError("can't start new thread"), SystemExit(1)):
        with monkeypatch.context() as patched:

            def fail(*_: object, failure: BaseException = failure) -> None:
                raise failure

            patched.setattr(type(library.drive), "attr", fail)  # the mount has a copy of it
            with pytest.raises(OSError) as caught:
                path.stat()
            assert caught.value.errno == errno.EIO
        assert path.read_bytes() == whole
