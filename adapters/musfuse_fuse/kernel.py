"""What the kernel remembers of a mount: how long it may, and how it is told to forget.

These are functions of libfuse that the bindings do not have; with libfuse 2, or without them, the kernel remembers next
to nothing. A path is forgotten with `fuse_invalidate_path` (libfuse 3.2), which finds the inode that the kernel knows
by that path, and has its attributes and pages dropped. A name that is gone answers ENOENT from then on, since its
attributes are asked for; names themselves stay until their time is over.
"""

import ctypes
import errno
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

log = logging.getLogger(__name__)

if sys.platform == "linux":
    _PIN = os.O_PATH | os.O_DIRECTORY
else:
    _PIN = 0

SHORT_SECONDS = 1.0
"""For how long the kernel remembers names that it cannot be told to forget."""


class KernelMemory:
    """The kernel's memory of one mount. With `seconds` above 0 it keeps names and attributes for that long, unless it
    is told to forget them. `library` is libfuse as ctypes has it, None where it has nothing of this."""

    def __init__(self, library: Any, mountpoint: str, seconds: float) -> None:
        self._forget = function_of(library) if seconds > 0 else None
        self.library, self._mountpoint = library, mountpoint
        self.seconds = seconds if self._forget is not None else 0.0
        self._config: Any = None
        self.fuse: Any = None
        self._holds = self._doubts = False
        self._pinning = threading.Lock()
        self.on_forget: Callable[[str], None] = lambda _: None
        """Hears of each path before the kernel does: what is being told of it just now may reach the kernel behind
        that, and be remembered."""

    def connect(self, config: Any) -> None:
        """Called by libfuse's `init`, on a thread of its own, with its configuration, which it looks at for every
        answer."""
        if self._forget is None or config is None:
            self.seconds = 0.0
            return
        self.fuse = ctypes.c_void_p(self.library.fuse_get_context().contents.fuse)
        self._config = config
        self._set_seconds()

    def hold(self, stale: bool) -> None:
        """Handles on older versions than were told to anyone come, or are gone: as long as there are some, attributes
        are asked for each time. Else the kernel would end their reads at the newer version's size without asking."""
        self._holds = stale
        self._set_seconds()

    def doubt(self, doubted: bool) -> None:
        """There are files that may be gone as soon as they are closed, or none any more: as long as there are some,
        nothing is remembered of what is told."""
        if doubted != self._doubts:
            self._doubts = doubted
            self._set_seconds()

    def _set_seconds(self) -> None:
        if self._config is not None:
            self._config.entry_timeout = 0.0 if self._doubts else self.seconds
            self._config.attr_timeout = 0.0 if self._doubts or self._holds else self.seconds

    def forget(self, path: str) -> bool:
        """Have the kernel forget what it knows of a path, which begins with a slash; whether it knew it.

        Never called from a callback, nor with a lock: it waits for reads that are under way. The mount is pinned
        meanwhile, so that it cannot end, and libfuse's memory with it, in the middle of the call.
        """
        self.on_forget(path)
        with self._pinning:
            try:
                pin = os.open(self._mountpoint, _PIN)
            except OSError:  # it has ended
                return False
            try:
                return self._forget_now(path)
            finally:
                os.close(pin)

    def unpinned(self) -> AbstractContextManager[object]:
        """For the time of the block nothing is forgotten, so that nothing stands in the way of an unmount."""
        return self._pinning

    def close(self) -> None:
        """The mount ends, or has: nothing is forgotten any more."""
        self.fuse = None

    def _forget_now(self, path: str) -> bool:
        fuse = self.fuse
        if fuse is None or self._forget is None:
            return False
        status = self._forget(fuse, path.encode("utf-8", "surrogateescape"))
        if status not in (0, -errno.ENOENT):
            log.debug("%s: the kernel does not forget it: %s", path, os.strerror(-status))
        return bool(status == 0)


def libfuse_of(binding: Any) -> Any:
    """libfuse as a binding loaded it; None where the binding does not tell."""
    return getattr(binding, "_libfuse", None)


def function_of(library: Any) -> Any:
    """`fuse_invalidate_path`, None where libfuse does not have it, or a mount cannot be pinned."""
    function = getattr(library, "fuse_invalidate_path", None) if sys.platform == "linux" else None
    if function is not None:
        function.argtypes, function.restype = [ctypes.c_void_p, ctypes.c_char_p], ctypes.c_int
    return function
