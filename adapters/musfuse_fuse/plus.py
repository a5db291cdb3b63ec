"""Listings that bring attributes along (readdirplus, libfuse 3), which the bindings do not pass on.

Each entry has an offset, since libfuse ignores the attributes of what has none. One whose size is not known goes
without attributes: the kernel asks when somebody wants to know.
"""

import errno
from typing import Any

from musfuse.drive import DirEntry
from musfuse_fuse.facts import FOLDER_MODE, StatBuffer

_NOREPLACE = 1 << 0
"""RENAME_NOREPLACE of rename(2). To exchange two names would be two edits."""
READ_PLUS, FILL_PLUS = 1 << 0, 1 << 1
"""FUSE_READDIR_PLUS and FUSE_FILL_DIR_PLUS of libfuse's fuse.h."""


def fuse_with_plus(binding: Any) -> Any:
    """The FUSE class of a binding of libfuse 3, whose listings bring attributes along.

    Beside what it calls else it calls of the operations `open_folder` (path, its fuse_file_info), `close_folder` (path,
    handle), `list_plus` (path, handle, offset, whether attributes are wanted, take) and `move` (path, new path, whether
    to replace); `take` is that of Folders.give, and `writable` tells which modes entries have.
    """

    class PlusFuse(binding.FUSE):  # type: ignore[misc]
        def __init__(self, operations: Any, *args: Any, **options: Any) -> None:
            # The binding has libfuse call what operations have under its names; with libfuse 2 no folder is opened.
            operations.opendir, operations.releasedir = operations.open_folder, operations.close_folder
            super().__init__(operations, *args, **options)

        def opendir(self, path: bytes, info: Any) -> int:
            self.operations.opendir(path.decode(self.encoding, self.errors), info.contents)
            return 0

        def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> int:
            if flags & ~_NOREPLACE:
                raise binding.FuseOSError(errno.EINVAL)
            before, after = (path.decode(self.encoding, self.errors) for path in (old, new))
            self.operations.move(before, after, not flags)
            return 0

        def readdir_fuse_3(self, path: bytes, buffer: Any, fill: Any, offset: int, info: Any, flags: int) -> int:
            found, plus = StatBuffer(binding.c_stat, self.operations.writable), FILL_PLUS if flags & READ_PLUS else 0

            def take(entry: DirEntry | str, behind: int) -> bool:
                if isinstance(entry, str):  # the folder itself or the one above: libfuse wants no more than their kind
                    found.stat.st_mode = FOLDER_MODE
                    return bool(fill(buffer, entry.encode(), found.stat, behind, 0) == 0)
                found.fill(entry)
                with_facts = plus if entry.size is not None else 0
                name = entry.name.encode("utf-8", "surrogateescape")
                return bool(fill(buffer, name, found.stat, behind, with_facts) == 0)

            inside = path.decode(self.encoding, self.errors)
            self.operations.list_plus(inside, info.contents.fh, offset, bool(plus), take)
            return 0

    return PlusFuse
