"""FUSE callbacks, each one drive call."""

import errno
import functools
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, cast

from musfuse.drive import Attr, CacheHint, DirEntry, Drive
from musfuse.errors import MusfuseError, NoEntryError, errno_of
from musfuse.model import NodeKind
from musfuse_fuse.facts import as_dict, mode_of
from musfuse_fuse.folders import Folders, Take
from musfuse_fuse.kept_listings import KeptListings
from musfuse_fuse.kernel import KernelMemory
from musfuse_fuse.macfiles import MacFiles, keeping, refusing
from musfuse_fuse.recently import Recently
from musfuse_fuse.told import Told

log = logging.getLogger(__name__)
Call = TypeVar("Call", bound=Callable[..., Any])

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_WRITES = ("chmod", "chown", "create", "link", "mknod", "symlink", "truncate", "utimens", "write")
"""Calls that some binding takes for unknown, or says that they worked, where Operations do not have them."""
_BLOCK = 4096
_AUTO_INVAL_DATA, _READDIRPLUS_AUTO = 1 << 12, 1 << 14  # FUSE_CAP_… of libfuse's fuse_common.h


def make_operations(  # noqa: C901 - a class inside
    binding: Any,
    drive: Drive,
    on_ready: Callable[[], None],
    max_read: int = 0,
    memory: KernelMemory | None = None,
    *,
    keeps_mac_files: bool = False,
) -> Any:
    """An Operations object of the binding over a drive; `on_ready` is called when the kernel has said hello.

    `max_read` is the mount option of that name in bytes (0: not given), which libfuse 3 wants to hear twice. `memory`
    is the kernel's, where it may have one. `keeps_mac_files`: where names may be changed, what macOS puts beside files
    is kept while the mount lives.
    """
    remembers = memory or KernelMemory(None, "", 0)
    told, folders, listed, listings = Told(), Folders(), Recently(remembers), KeptListings()
    remembers.on_forget = listed.forget
    ghosts: dict[str, Attr] = {}  # what was removed while it is open, by the names that libfuse has for it until then

    def answered(call: Call) -> Call:
        """Have a callback raise nothing but errno: whatever else came out of it would end the drive with some bindings,
        and so would a log that cannot be written for want of memory. The one table from errors to errno is the errors'
        own."""

        @functools.wraps(call)
        def run(*given: Any, **named: Any) -> Any:
            try:
                return call(*given, **named)
            except MusfuseError as error:
                log.debug("%s", error)
                number = errno_of(error)
            except binding.FuseOSError:
                raise
            except (Exception, SystemExit):
                with suppress(Exception):
                    log.exception("%s", call.__name__)
                number = errno.EIO
            raise binding.FuseOSError(number)

        return cast(Call, run)

    class DriveOperations(binding.Operations):  # type: ignore[misc]
        """Bytes are read-only: what would write is not overridden, and the binding answers EROFS; so does the kernel
        (`ro`), where names cannot be changed either."""

        use_ns = True
        writable = drive.rearranging.allowed

        def init(self, path: str) -> None:
            """The kernel is connected (libfuse 2)."""
            del path
            on_ready()

        def init_with_config(self, conn: Any, config: Any) -> None:
            """The kernel is connected (libfuse 3). Pages are dropped at open, where `open` says so, not by mtime:
            that would cost a getattr for every read. Listings always bring attributes along: the kernel's own guess
            whether somebody will want them asks for each of a large folder's."""
            remembers.connect(config)
            if remembers.fuse is not None:
                listings.passes_on(binding, remembers.library, remembers.fuse)
            if conn is not None and hasattr(conn, "want"):
                conn.want &= ~(_AUTO_INVAL_DATA | _READDIRPLUS_AUTO)
            if conn is not None and max_read:
                conn.max_read = max_read
            on_ready()

        @answered
        def getattr(self, path: str, fi: Any = None) -> dict[str, Any]:
            """stat, always by path: the kernel keeps one set of attributes for all handles.

            It asks on behalf of a handle (`fi`) before it lets a read end at a size; a handle on an older version
            gets EIO then, instead of an end in the wrong place. So the kernel remembers no attributes while there is
            such a handle (KernelMemory.hold). A file that moved since it was opened, or is gone, is what its handle
            says; that must not be remembered either, or its old path would be there again.
            """
            handle = fi.fh if fi is not None else 0
            if path in ghosts:
                return as_dict(ghosts[path], self.writable)
            try:
                attr = drive.attr(_inside(path))
                if handle and attr.kind is NodeKind.FILE:
                    drive.check(handle)
            except NoEntryError:
                moved = drive.attr_of(handle) if handle else None
                if moved is None:
                    raise
                return as_dict(moved, self.writable)
            if attr.kind is NodeKind.FILE:
                told.tell(attr.node, attr.version)
            return as_dict(attr, self.writable)

        @answered
        def open_folder(self, path: str, fi: Any) -> None:
            """Open a folder, for listings that bring attributes along. The kernel keeps a listing as long as what came
            with it."""
            lasting = drive.visit(_inside(path))
            fi.fh = folders.open()
            fi.cache_readdir, fi.keep_cache = lasting and remembers.seconds > 0, lasting and listed.is_recent(path)
            listings.say(fi.cache_readdir, fi.keep_cache)

        @answered
        def close_folder(self, path: str, fh: int) -> int:
            del path
            folders.close(fh)
            return 0

        @answered
        def list_plus(self, path: str, fh: int, offset: int, plus: bool, take: Take) -> None:
            """Give entries behind an offset to the kernel, with their attributes where it wants them."""
            if offset == 0:
                listed.note(path)

            def taken(entry: DirEntry | str, behind: int) -> bool:
                shown = entry if plus and isinstance(entry, DirEntry) and entry.size is not None else None
                if shown is not None:
                    drive.shown(shown)  # first: libfuse takes the time-out together with the entry
                if not take(entry, behind):
                    return False
                if shown is not None:
                    told.tell(shown.node, shown.version)
                return True

            folders.give(fh, offset, lambda: self.entries(path), taken)

        @answered
        def readdir(self, path: str, fh: int) -> Iterator[Any]:
            """Names with their types and inode numbers, so that a walk need not stat."""
            del fh
            return self._entries(self.entries(path), self.writable)

        def entries(self, path: str) -> Iterator[DirEntry]:
            """What a folder has. Raises MusfuseError."""
            return drive.list(_inside(path))

        @staticmethod
        def _entries(entries: Any, writable: bool) -> Iterator[Any]:
            yield ".", {"st_mode": stat.S_IFDIR}, 0
            yield "..", {"st_mode": stat.S_IFDIR}, 0
            for entry in entries:
                yield entry.name, {"st_mode": mode_of(entry.kind, writable), "st_ino": entry.node}, 0

        @answered
        def readlink(self, path: str) -> str:
            """Where a link leads."""
            return drive.target(_inside(path))

        @answered
        def open(self, path: str, fi: Any) -> int:
            """Open for reading; anything else is EROFS."""
            if fi.flags & _WRITING:
                raise binding.FuseOSError(errno.EROFS)
            opened = drive.open(_inside(path))
            if remembers.seconds and not told.knows(opened.node, opened.version):
                if told.refuses(opened.node, opened.version):
                    drive.close(opened.handle)
                    raise binding.FuseOSError(errno.ESTALE)  # the kernel looks the path up again, and opens it then
                opened = replace(opened, hint=CacheHint.BYPASS)
            fi.fh = opened.handle
            fi.direct_io = opened.hint is CacheHint.BYPASS
            fi.keep_cache = opened.hint is CacheHint.KEEP
            return 0

        @answered
        def read(self, path: str, size: int, offset: int, fi: Any) -> bytes:
            """Positioned read of an open file."""
            del path
            return drive.read_at(fi.fh, offset, size)

        @answered
        def release(self, path: str, fi: Any) -> int:
            del path
            drive.close(fi.fh)
            return 0

        @answered
        def statfs(self, path: str) -> dict[str, int]:
            """As large as what is shown, as far as its sizes are known; nothing is free."""
            del path
            volume = drive.statvfs()
            return {
                "f_bsize": _BLOCK, "f_frsize": _BLOCK, "f_namemax": 255,
                "f_blocks": -(-volume.bytes // _BLOCK), "f_bfree": 0, "f_bavail": 0,
                "f_files": volume.files + volume.folders, "f_ffree": 0, "f_favail": 0,
            }  # fmt: skip

        @answered
        def mkdir(self, path: str, mode: int) -> int:
            """Make a folder; modes are the same for all."""
            del mode
            drive.rearranging.make_folder(_inside(path))
            return 0

        @answered
        def rmdir(self, path: str) -> int:
            drive.rearranging.remove_folder(_inside(path))
            return 0

        @answered
        def unlink(self, path: str) -> int:
            if ghosts.pop(path, None) is not None:
                return 0
            drive.rearranging.remove_file(_inside(path))
            return 0

        @answered
        def move(self, old: str, new: str, replace: bool = True) -> int:
            """Rename, also to another folder; with `replace` in the place of what is there. libfuse gives a file that
            is removed while it is open another name until it is closed, by which it asks for its facts."""
            if is_ghost(new):
                ghost = drive.attr(_inside(old))
                drive.rearranging.remove_file(_inside(old))
                ghosts[new] = ghost
                return 0
            drive.rearranging.move(_inside(old), _inside(new), replace=replace)
            return 0

        rename = move

    def refuse(*_: Any, **__: Any) -> int:
        """Bytes, and what is said of them, are never written; copies (`copied.py`) are none."""
        raise binding.FuseOSError(errno.EROFS)

    for name in _WRITES:
        setattr(DriveOperations, name, staticmethod(refuse))
    if drive.copying is None:
        return DriveOperations()
    from musfuse_fuse.copied import taking  # a view that nobody may change does without

    writable = taking(DriveOperations, drive, drive.copying, remembers, answered)
    return (keeping(writable, MacFiles()) if keeps_mac_files else refusing(writable))()


def _inside(path: str) -> str:
    return path.lstrip("/")


def is_ghost(path: str) -> bool:
    """Whether a path is one that libfuse gives to a file which is removed while it is open."""
    return path.rpartition("/")[2].startswith(".fuse_hidden")
