"""FUSE callbacks over a real drive, called as libfuse calls them."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
import sound
from musfuse_fuse.binding import load_binding
from musfuse_fuse.operations import make_operations

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import Drive
from musfuse.errors import MountError
from musfuse.service.tagging import Who

ME = Who("tester")
PATH = "/Ann/Best/One.flac"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One for all tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("fuse")
    sound.write(folder / "music/1.flac", 60_000, artist="Ann", album="Best", title="One")
    sound.write(folder / "music/2.mp3", 60_000, artist="Ann", album="Best", title="Two")
    with ExitStack() as closing:
        config = load_config(default_sections(), flags={"index.background": False}).config
        made = open_library(folder / "state", config, closing, sources=[folder / "music"])
        made.scan_all(made.scanner())
        yield made


@pytest.fixture(params=["mfusepy", "fusepy"])
def binding(request: pytest.FixtureRequest) -> Any:
    try:
        return load_binding(request.param)
    except MountError as error:
        pytest.skip(str(error))


@pytest.fixture
def operations(binding: Any, library: Library) -> Any:
    return make_operations(binding, library.drive, lambda: None)


def file(flags: int = os.O_RDONLY, fh: int = 0) -> Any:
    """What libfuse keeps of an open file."""
    return SimpleNamespace(flags=flags, fh=fh, direct_io=None, keep_cache=None)


def fails(call: Callable[..., object], *given: object) -> int:
    with pytest.raises(OSError) as caught:
        call(*given)
    return caught.value.errno or 0


def opened(operations: Any, path: str = PATH) -> Any:
    info = file()
    assert operations.open(path, info) == 0
    return info


def test_attributes(operations: Any, library: Library) -> None:
    found = operations.getattr(PATH)
    attr = library.drive.attr(PATH[1:])
    assert stat.S_ISREG(found["st_mode"])
    assert stat.S_IMODE(found["st_mode"]) == 0o444
    assert (found["st_ino"], found["st_size"], found["st_nlink"]) == (attr.node, attr.size, 1)
    assert found["st_blocks"] * 512 - 512 < attr.size <= found["st_blocks"] * 512
    assert found["st_mtime"] == found["st_ctime"] == attr.mtime_ns  # ns, as `use_ns` says
    assert operations.use_ns
    assert (found["st_uid"], found["st_gid"]) == (os.getuid(), os.getgid())
    for path in ("/", "/Ann"):
        folder = operations.getattr(path)
        assert stat.S_ISDIR(folder["st_mode"])
        assert stat.S_IMODE(folder["st_mode"]) == 0o555
        assert folder["st_nlink"] == 2


def test_a_folder_lists_itself_what_is_above_and_its_entries_with_their_types(operations: Any) -> None:
    entries = list(operations.readdir("/Ann", 0))
    assert [name for name, _, _ in entries] == [".", "..", "Best"]
    assert all(stat.S_ISDIR(facts["st_mode"]) for _, facts, _ in entries)
    assert all(offset == 0 for _, _, offset in entries)
    files = {name: facts for name, facts, _ in operations.readdir("/Ann/Best", 0)}
    assert files.keys() == {".", "..", "One.flac", "Two.mp3"}
    assert stat.S_ISREG(files["One.flac"]["st_mode"])
    assert files["One.flac"]["st_ino"] == operations.getattr(PATH)["st_ino"]


def test_a_file_is_opened_read_and_closed(operations: Any, library: Library) -> None:
    info, size = opened(operations), operations.getattr(PATH)["st_size"]
    data = operations.read(PATH, size + 100, 0, info)
    assert (len(data), data[:4]) == (size, b"fLaC")
    assert operations.read(PATH, 10, 5, info) == data[5:15]
    assert operations.read(PATH, 10, size, info) == b""
    assert operations.release(PATH, info) == 0
    assert library.drive.open_handles == 0
    assert fails(operations.read, PATH, 1, 0, info) == fails(operations.release, PATH, info) == errno.EBADF


def test_what_the_kernel_cached_is_kept_only_of_the_same_version(operations: Any, library: Library) -> None:
    library.drive.invalidate()
    seen = []
    for genre in ("", "", "Rock"):
        if genre:
            library.tagging.set([("Ann/Best/Two.mp3", "")], [f"genre={genre}" * 3000], ME)
        info = opened(operations, "/Ann/Best/Two.mp3")
        seen.append((info.keep_cache, info.direct_io))
        if genre:  # beside a reader of the version before
            operations.release("/Ann/Best/Two.mp3", info)
    library.tagging.undo(0, ME)
    library.drive._handles.close_all()
    assert seen[1:] == [(True, False), (False, True)]
    assert seen[0] in ((False, False), (True, False))


@pytest.mark.parametrize(
    ("path", "number"),
    [("/no", errno.ENOENT), ("/Ann/no", errno.ENOENT), (f"{PATH}/x", errno.ENOTDIR), ("/caf\udce9", errno.ENOENT)],
)
def test_what_is_not_there(operations: Any, path: str, number: int) -> None:
    for call in (
        operations.getattr,
        lambda path: operations.open(path, file()),
        lambda path: operations.readdir(path, 0),
    ):
        assert fails(call, path) == number


def test_a_folder_is_no_file_and_a_file_is_no_folder(operations: Any) -> None:
    assert fails(operations.open, "/Ann", file()) == errno.EISDIR
    assert fails(operations.readdir, PATH, 0) == errno.ENOTDIR


@pytest.mark.parametrize(
    "flags", [os.O_WRONLY, os.O_RDWR, os.O_APPEND, os.O_CREAT, os.O_TRUNC, os.O_RDONLY | os.O_TRUNC]
)
def test_nothing_is_opened_to_be_written(operations: Any, library: Library, flags: int) -> None:
    assert fails(operations.open, PATH, file(flags)) == errno.EROFS
    assert library.drive.open_handles == 0


def test_every_call_that_would_write_is_refused(operations: Any) -> None:
    for name, given in (
        ("chmod", (0,)), ("chown", (0, 0)), ("create", (0,)), ("link", ("/x",)), ("mkdir", (0,)), ("mknod", (0, 0)),
        ("rename", ("/x",)), ("rmdir", ()), ("symlink", ("/x",)), ("truncate", (0,)), ("unlink", ()),
        ("write", (b"x", 0, file())), ("utimens", ((0, 0),)),
    ):  # fmt: skip
        assert fails(getattr(operations, name), PATH, *given) in (errno.EROFS, errno.ENOTSUP), name
    assert fails(operations.utimens, PATH) == errno.EROFS


def test_a_file_that_moved_is_what_its_handle_says(operations: Any, library: Library) -> None:
    info = opened(operations)
    before = operations.getattr(PATH)
    try:
        library.tagging.set([("title:one", "")], ["title=Moved"], ME)
        assert fails(operations.getattr, PATH) == errno.ENOENT
        found = operations.getattr(PATH, info)
        assert (found["st_size"], found["st_ino"]) == (before["st_size"], before["st_ino"])
        assert fails(operations.getattr, PATH, file(fh=99_999)) == errno.ENOENT
    finally:
        library.tagging.undo(0, ME)
        operations.release(PATH, info)


def test_a_reader_of_an_older_version_gets_an_error_not_another_end(operations: Any, library: Library) -> None:
    info, size = opened(operations), operations.getattr(PATH)["st_size"]
    try:
        library.tagging.set([("title:one", "")], ["comment=" + "x" * 50_000], ME)
        assert operations.getattr(PATH)["st_size"] != size
        assert fails(operations.getattr, PATH, info) == errno.EIO  # the kernel asks before it ends a read at a size
        assert fails(operations.read, PATH, 10, size, info) == errno.EIO
        assert operations.read(PATH, 10, 0, info)[:4] == b"fLaC"
    finally:
        library.tagging.undo(0, ME)
        operations.release(PATH, info)


def test_the_volume_is_as_large_as_what_it_shows_and_full(operations: Any, library: Library) -> None:
    found = operations.statfs("/")
    assert found["f_files"] == 4  # two folders, two files
    assert found["f_blocks"] * found["f_frsize"] >= library.drive.statvfs().bytes > 0
    assert [found[name] for name in ("f_bfree", "f_bavail", "f_ffree")] == [0, 0, 0]


@pytest.mark.expects_errors
@pytest.mark.parametrize("failure", [MemoryError(), RuntimeError("no thread"), SystemExit(1), ZeroDivisionError()])
def test_whatever_else_happens_is_an_io_error_and_logged(
    binding: Any,
    library: Library,
    failure: BaseException,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise failure

    operations = make_operations(binding, library.drive, lambda: None)
    monkeypatch.setattr(Drive, "attr", fail)
    assert fails(operations.getattr, PATH) == errno.EIO
    assert type(failure).__name__ in caplog.text


def test_the_kernel_is_told_what_it_may_do(binding: Any, library: Library) -> None:
    said: list[str] = []
    operations = make_operations(binding, library.drive, lambda: said.append("ready"), max_read=65_536)
    connection = SimpleNamespace(want=0xFFFFFFFF, max_read=0)
    operations.init_with_config(connection, None)
    assert (connection.want, connection.max_read) == (0xFFFFFFFF & ~(1 << 12 | 1 << 14), 65_536)
    operations.init("/")  # as libfuse 2 says it
    make_operations(binding, library.drive, lambda: said.append("ready")).init_with_config(None, None)
    assert said == ["ready"] * 3


def test_a_listing_holds_attributes_before_it_tells_a_newer_size(binding: Any, tmp_path: Any, music: Any) -> None:
    """libfuse takes the time-out of attributes when it is given an entry, not when it answers."""

    class Hearer:
        stale = False

        def changed(self, change: object) -> None:
            pass

        def held(self, stale: bool) -> None:
            self.stale = stale

    original = sound.write(music / "1.flac", 9000, artist="Ann", album="Best", title="One")
    with ExitStack() as closing:
        config = load_config(default_sections(), flags={"index.background": False}, env={}).config
        made = open_library(tmp_path / "state", config, closing, sources=[music])
        made.scan_all(made.scanner())
        hearer, operations = Hearer(), make_operations(binding, made.drive, lambda: None)
        made.drive.changes.listen(hearer)
        old, folder = opened(operations), file()
        sound.write(original, 20_000, artist="Ann", album="Best", title="One")
        made.scan_all(made.scanner())
        seen: list[bool] = []
        operations.open_folder("/Ann/Best", folder)
        operations.list_plus("/Ann/Best", folder.fh, 2, True, lambda entry, behind: seen.append(hearer.stale) or True)
        assert seen == [True]
        operations.release(PATH, old)
        assert not hearer.stale
