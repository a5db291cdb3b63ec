"""Listings that the kernel may keep, with libfuse before 3.16.

The kernel keeps a listing where the answer to opening its folder says so. libfuse 3.16 passes on what a file system
says there, in `fuse_file_info`; 3.5 to 3.15 have the fields and drop them: `fuse_lib_opendir` of lib/fuse.c fills a
copy of them for the file system, and answers with its own. So the function that the session calls to open a folder
is replaced by one that keeps hold of libfuse's own structure meanwhile, and has libfuse do the rest.

Where the session has its functions is found by what must lie there, never assumed: 44 functions of libfuse's own code,
but for those that lib/fuse.c does not have. Where that is not found nothing is touched, and each folder is listed anew.
"""

import ctypes
import logging
import threading
from collections.abc import Iterator
from typing import Any

log = logging.getLogger(__name__)

_OPERATIONS = 44  # up to lseek, the last one of 3.8 to 3.17 (struct fuse_lowlevel_ops, fuse_lowlevel.h)
_OPENDIR, _WRITE, _RETRIEVE_REPLY = 20, 16, 37
_ABSENT = {_WRITE, _RETRIEVE_REPLY}  # lib/fuse.c writes through write_buf, and asks the kernel for no pages
_LOCKS = {31, 32}  # getlk and setlk: only where a file system has locks of its own
_SEARCHED = 16  # words of the session in which the first function is looked for; it is the sixth or seventh
_FIRST_PASSED_ON = (3, 16)
_WORD = ctypes.sizeof(ctypes.c_void_p)


class KeptListings:
    """What the kernel may do with the listing of the folder that this thread is opening."""

    def __init__(self) -> None:
        self._opening = threading.local()
        self._held: list[Any] = []

    def passes_on(self, binding: Any, library: Any, fuse: Any) -> bool:
        """Have libfuse pass on what is said of listings; whether it does. Called once for a mount, before the kernel
        opens a folder. `fuse` is libfuse's handle of the mount, `library` libfuse as ctypes has it."""
        version = (binding.fuse_version_major, binding.fuse_version_minor)
        if version >= _FIRST_PASSED_ON:
            return True
        try:
            return self._replace(binding, library, fuse)
        except (AttributeError, OSError, ValueError) as error:
            log.debug("libfuse %s passes on nothing of listings: %s", ".".join(map(str, version)), error)
            return False

    def say(self, keep: bool, kept: bool) -> None:
        """The kernel may keep the listing of the folder that is being opened, and may use the one that it has."""
        info = getattr(self._opening, "info", None)
        if info is not None:
            info.cache_readdir, info.keep_cache = keep, kept

    def _replace(self, binding: Any, library: Any, fuse: Any) -> bool:
        library.fuse_get_session.argtypes, library.fuse_get_session.restype = [ctypes.c_void_p], ctypes.c_void_p
        session = library.fuse_get_session(fuse)
        first = find_operations(session, list(code_of("libfuse3.so")))
        if first is None:
            return False
        info = ctypes.POINTER(binding.fuse_file_info)
        kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, info)
        place = ctypes.c_void_p.from_address(first + _OPENDIR * _WORD)
        theirs = kind(place.value or 0)
        opening = self._opening

        def opendir(request: int, inode: int, info: Any) -> None:
            opening.info = info.contents
            try:
                theirs(request, inode, info)
            finally:
                opening.info = None

        ours = kind(opendir)
        self._held += [ours, theirs]  # as long as libfuse may call it
        place.value = ctypes.cast(ours, ctypes.c_void_p).value
        return True


def find_operations(session: int, code: list[range]) -> int | None:
    """The address of the first of a session's functions; None where nothing looks like them. `code` is where libfuse's
    functions may lie."""
    for n in range(2, _SEARCHED):
        first = session + n * _WORD
        if not any(ctypes.c_void_p.from_address(first).value in part for part in code):
            continue
        values = (ctypes.c_void_p * _OPERATIONS).from_address(first)
        found = all(
            value is None if at in _ABSENT else any((value or 0) in part for part in code)
            for at, value in enumerate(values)
            if value is not None or at not in _LOCKS
        )
        return first if found else None
    return None


def code_of(library: str) -> Iterator[range]:
    """The addresses of this process where the code of a library lies. Raises OSError."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        for line in maps:
            place, rights, *_, path = line.split(maxsplit=5) if line.count(" ") > 4 else (line, "", "")
            if "x" in rights and path.rpartition("/")[2].startswith(library):
                begin, end = place.split("-")
                yield range(int(begin, 16), int(end, 16))
