"""One version of a path from its first open to its last close, whoever opens it: what the driver holds them to anyway."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sound
from musfuse_winfsp import status
from musfuse_winfsp.openfiles import OpenFiles, OutdatedError

from musfuse.drive import Drive, Opened
from musfuse.errors import NoEntryError
from musfuse.platform import system
from musfuse.service.tagging import Who
from winfsp import driver
from winfsp import kernel as k
from winfsp.conftest import Windows

Mount = Callable[..., Windows]
ALBUM = {"artist": "Abbey", "album": "Road", "tracknumber": "1"}
FOLDER = "Abbey/Road"
FLAC, WAV, MP3 = (f"\\Abbey\\Road\\0{n} - {name}" for n, name in ((1, "One.flac"), (2, "Two.flac"), (3, "Three.mp3")))
LONG = "x" * 20_000  # more than the padding of any of them


@pytest.fixture
def album(windows: Mount, music: Path) -> Windows:
    for n, (name, title) in enumerate((("1.flac", "One"), ("2.wav", "Two"), ("3.mp3", "Three")), 1):
        sound.write(music / name, 120_000, **{**ALBUM, "tracknumber": str(n)}, title=title)
    return windows()


def whole(one: Windows, name: str) -> bytes:
    """The bytes of the newest version, past the face."""
    drive = one.library.drive
    opened = drive.open(name.replace("\\", "/").strip("/"))
    try:
        return drive.read_at(opened.handle, 0, opened.size)
    finally:
        drive.close(opened.handle)


def retag(one: Windows, music: Path, comment: str = LONG) -> None:
    one.library.tagging.set([(str(music), str(music))], [f"comment={comment}"], Who("tester"))


@pytest.mark.parametrize("name", [FLAC, WAV, MP3])
def test_who_opens_a_file_that_is_open_gets_the_version_that_is_open(album: Windows, music: Path, name: str) -> None:
    kernel = album.kernel
    before = whole(album, name)
    player = kernel.open(name)
    assert kernel.cached_read(player, 0, 5000) == before[:5000]
    for comment in (LONG, "short"):
        retag(album, music, comment)
        other = kernel.open(name.upper())
        assert kernel.cached_read(other, 0, 10_000_000) == before
        assert kernel.read(other, 0, len(before) + 8192) == (0, before)
        assert kernel.query(other).size == len(before)
        kernel.close(other)
    assert kernel.cached_read(player, 0, 10_000_000) == before
    kernel.close(player)
    after = whole(album, name)
    assert after != before
    new = kernel.open(name)
    assert kernel.cached_read(new, 0, 10_000_000) == after
    kernel.close(new)
    assert album.library.drive.open_handles == 0


def test_a_player_reads_on_and_another_program_reads_it_too_after_a_retag(album: Windows, music: Path) -> None:
    """Pages are read through the player's file object, and overrun its tail; what the other was told of is newer."""
    kernel, before = album.kernel, whole(album, FLAC)
    player = kernel.open(FLAC)
    kernel.cached_read(player, 0, 100)
    retag(album, music)
    album.library.drive.attr(f"{FOLDER}/01 - One.flac")  # somebody is told the new size
    assert kernel.attributes(FLAC)[1] is player.info  # by the driver alone
    other = kernel.open(FLAC)
    end = len(before) // 4096 * 4096
    assert kernel.cached_read(other, end - 4096, 100_000) == before[end - 4096 :]
    assert kernel.read(player, end, 65_536) == (0, before[end:])
    assert kernel.read(player, len(before), 4096) == (driver.END_OF_FILE, b"")
    kernel.close(player)
    assert kernel.cached_read(other, 0, 10_000_000) == before  # through the player's file object still
    kernel.close(other)


def test_a_version_that_nobody_read_is_gone_with_a_retag_and_opens_say_so_at_once(
    album: Windows, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = album.kernel
    monkeypatch.setattr(system, "program_of", lambda pid: f"player.exe ({pid})")
    other = 5000
    monkeypatch.setattr(k.asks, "pid", 4711, raising=False)
    holder = kernel.open(FLAC, driver.FILE_READ_ATTRIBUTES)
    monkeypatch.setattr(k.asks, "pid", other)
    retag(album, music)
    assert kernel.open(FLAC).status == status.FILE_INVALID
    assert kernel.read(holder, 0, 10)[0] == status.FILE_INVALID
    again = kernel.open(FLAC, driver.FILE_READ_ATTRIBUTES)  # nobody is told anything that is not so
    assert again.info.size == holder.info.size
    (said,) = album.mount.withheld()
    assert said.startswith("M:\\Abbey\\Road\\01 - One.flac: has a newer version")
    assert f"open by player.exe (4711) and player.exe ({other})" in said
    kernel.close(again)
    assert "open by player.exe (4711); close" in album.mount.withheld()[0]
    kernel.close(holder)
    assert album.mount.withheld() == []
    new = kernel.open(FLAC)
    assert kernel.cached_read(new, 0, 10_000_000) == whole(album, FLAC)
    kernel.close(new)


def test_where_the_size_stays_a_version_that_nobody_read_keeps_nobody_from_the_new_one(
    album: Windows, music: Path
) -> None:
    holder = album.kernel.open(FLAC, driver.FILE_READ_ATTRIBUTES)
    retag(album, music, "fits")
    new = album.kernel.open(FLAC)
    assert album.kernel.cached_read(new, 0, 10_000_000) == whole(album, FLAC)
    album.kernel.close(new)
    album.kernel.close(holder)


@pytest.mark.expects_errors
def test_an_original_that_is_replaced_while_it_is_open_is_gone_until_it_is_closed(album: Windows, music: Path) -> None:
    kernel = album.kernel
    holder = kernel.open(FLAC)
    sound.write(music / "new.flac", 90_000, **ALBUM, title="One")
    (music / "new.flac").replace(music / "1.flac")
    album.library.scan_all(album.library.scanner())
    assert kernel.open(FLAC).status == status.FILE_INVALID
    kernel.close(holder)
    new = kernel.open(FLAC)
    assert new.status == 0
    assert kernel.cached_read(new, 0, 10_000_000) == whole(album, FLAC)
    kernel.close(new)


@pytest.mark.expects_errors
def test_an_original_that_was_written_over_fails_opens_at_once_and_not_their_reads(album: Windows, music: Path) -> None:
    kernel = album.kernel
    holder = kernel.open(FLAC)
    original = music / "1.flac"
    sound.write(music / "other.flac", 90_000, **ALBUM, title="One")
    original.write_bytes((music / "other.flac").read_bytes())  # the same inode
    (music / "other.flac").unlink()
    album.library.scan_all(album.library.scanner())
    assert kernel.open(FLAC).status == status.FILE_INVALID
    assert album.mount.withheld()[0].startswith("M:\\Abbey\\Road\\01 - One.flac: has a newer version")
    kernel.close(holder)
    new = kernel.open(FLAC)
    assert kernel.cached_read(new, 0, 10_000_000) == original.read_bytes()
    kernel.close(new)


def test_what_is_gone_from_the_drive_is_not_opened_though_it_is_open(
    album: Windows, music: Path, tmp_path: Path
) -> None:
    holder = album.kernel.open(MP3)
    before = whole(album, MP3)
    (music / "3.mp3").rename(tmp_path / "gone.mp3")  # deleted, it may keep its name on Windows while it is open
    album.library.scan_all(album.library.scanner())
    assert album.kernel.open(MP3).status == status.OBJECT_NAME_NOT_FOUND
    assert album.kernel.cached_read(holder, 0, 1000) == before[:1000]
    album.kernel.close(holder)
    assert len(album.kernel.driver.nodes) == 0


def test_programs_that_open_a_file_first_at_the_same_time_share_it(
    album: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive, threads = album.library.drive.ignoring_case(keeping_sizes=True), 4
    together, real = threading.Barrier(threads), Drive.open

    def all_at_once(drive: Drive, path: str) -> Opened:
        together.wait(10)
        return real(drive, path)

    monkeypatch.setattr(Drive, "open", all_at_once)
    files = OpenFiles(drive)
    with ThreadPoolExecutor(threads) as pool:
        opened = list(pool.map(lambda n: files.open(f"{FOLDER}/01 - One.flac", n, reads=True), range(threads)))
    assert len({id(one) for one in opened}) == 1
    assert drive.open_handles == 1
    for n, one in enumerate(opened):
        files.close(one, n)  # type: ignore[arg-type]
    assert (drive.open_handles, len(files)) == (0, 0)


def test_an_open_that_fails_leaves_nothing(album: Windows) -> None:
    files = OpenFiles(album.library.drive.ignoring_case(keeping_sizes=True))
    with pytest.raises(NoEntryError):
        files.open(f"{FOLDER}/none.flac", 1, reads=True)
    assert len(files) == 0
    assert issubclass(OutdatedError, Exception)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_programs_do_each_reads_a_whole_version_and_all_the_same(
    album: Windows, music: Path, seed: int
) -> None:
    """Opens for facts and for reading, closes and changes of tags, in any order: what is read of a path is always one
    of its versions as a whole, the one that the driver knows the size of, until the last one closes it."""
    rng, kernel, names = random.Random(seed), album.kernel, (FLAC, WAV, MP3)
    versions = {name: {whole(album, name)} for name in names}
    held: list[tuple[str, k.Opened]] = []
    refused = 0
    for _ in range(80):
        act, name = rng.random(), rng.choice(names)
        if act < 0.12:
            retag(album, music, "x" * rng.choice((1, 50, 3000, 9000, 20_000)))
            for each in names:
                versions[each].add(whole(album, each))
        elif act < 0.45:
            opened = kernel.open(rng.choice((name, name.upper())), rng.choice((0x80, 0x81)))
            if opened.status == 0:
                held.append((name, opened))
            else:
                assert opened.status == status.FILE_INVALID
                assert any(other == name for other, _ in held)
                refused += 1
        elif act < 0.65 and held:
            kernel.close(held.pop(rng.randrange(len(held)))[1])
        elif held:
            name, opened = rng.choice(held)
            assert kernel.query(opened).size == opened.info.size in {len(version) for version in versions[name]}
            try:
                data = kernel.cached_read(opened, 0, 10_000_000)
            except k.PageError as error:  # it was opened for its facts, and they are of a version that is gone
                assert error.status == status.FILE_INVALID
            else:
                assert data in versions[name]
    for _, opened in held:
        kernel.close(opened)
    for name in names:
        opened = kernel.open(name)
        assert kernel.cached_read(opened, 0, 10_000_000) == whole(album, name)
        kernel.close(opened)
    assert (album.library.drive.open_handles, len(kernel.driver.nodes), refused < 40) == (0, 0, True)
