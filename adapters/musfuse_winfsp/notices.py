"""WinFsp's change notifications, by ctypes: winfspy binds none of them.

WinFsp, winfsp.h and fsctl.h: FspFileSystemNotifyBegin, FspFileSystemNotify, FspFileSystemNotifyEnd (since 1.9), and
FSP_FSCTL_NOTIFY_INFO. None of them may be called by a callback of the file system.
"""

import ctypes
import logging
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from musfuse_winfsp.info import windows_path

log = logging.getLogger(__name__)

_HEAD = struct.Struct("<HxxII")  # Size, Filter, Action; FileNameBuf follows
_ALIGNED = 8
_MAX_BYTES = 32_768
_BEGIN_MS = 500
_CANT_WAIT = 0xC00000D8
_FILE_NAME, _DIR_NAME, _SIZE, _LAST_WRITE = 0x1, 0x2, 0x8, 0x10  # FILE_NOTIFY_CHANGE_*


class Action(IntEnum):
    """FILE_ACTION_*; NONE tells nobody, and has the driver forget what it keeps of a file."""

    NONE = 0
    ADDED = 1
    REMOVED = 2
    MODIFIED = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened to a file or folder of the drive, by its path there, spelled as it is stored."""

    path: str
    action: Action
    folder: bool = False

    def packed(self) -> bytes:
        """An FSP_FSCTL_NOTIFY_INFO. Raises UnicodeEncodeError for what is no name of Windows."""
        name = windows_path(self.path).encode("utf-16-le")
        told = self.action is not Action.NONE
        names = self.action in (Action.ADDED, Action.REMOVED)
        kind = (_DIR_NAME if self.folder else _FILE_NAME) if names else _SIZE | _LAST_WRITE
        size = _HEAD.size + len(name)
        return (_HEAD.pack(size, kind if told else 0, self.action) + name).ljust(-(-size // _ALIGNED) * _ALIGNED, b"\0")


class Notices:
    """Tells Windows of changes of one file system, by its address. `library` has WinFsp's functions."""

    def __init__(self, library: Any, file_system: int) -> None:
        self._begin, self._notify, self._end = (
            _function(library, name, *arguments) for name, arguments in _FUNCTIONS.items()
        )
        self._file_system = file_system

    def tell(self, notices: Sequence[Notice]) -> bool:
        """Tell of all these; False where the driver has no time for it now, because something is being renamed."""
        code = self._begin(self._file_system, _BEGIN_MS)
        if code == _CANT_WAIT:
            return False
        if code:
            log.debug("WinFsp takes no notices: %#x", code)  # the volume is going
            return True
        try:
            for data in _batches(notices):
                code = self._notify(self._file_system, data, len(data))
                if code:
                    log.warning("WinFsp refused notices of changes (%#x): folders may be shown as they were", code)
        finally:
            self._end(self._file_system)
        return True


def notices_library(binding: Any) -> Any | None:
    """WinFsp's library, where it can be told of changes; else None."""
    library = load_library(binding)
    return library if library is not None and all(hasattr(library, name) for name in _FUNCTIONS) else None


def what_is_told(binding: Any) -> str:
    """For `musfuse doctor`: whether Windows hears of changes, and else why not."""
    if notices_library(binding) is None:
        return "Windows cannot be told of changes, and asks for folders again after 1 s; WinFsp 2 can"
    return "Windows is told of changes as they happen"


def load_library(binding: Any) -> Any | None:
    """The library that winfspy loaded."""
    if sys.platform != "win32":
        return None
    from winfspy.plumbing.get_winfsp_dir import get_winfsp_library_name

    del binding
    try:
        return ctypes.WinDLL(f"{get_winfsp_library_name()}.dll")
    except OSError as error:
        log.warning("WinFsp's library cannot be asked for its notifications: %s", error)
        return None


_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "FspFileSystemNotifyBegin": (ctypes.c_void_p, ctypes.c_uint32),
    "FspFileSystemNotify": (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t),
    "FspFileSystemNotifyEnd": (ctypes.c_void_p,),
}


def _function(library: Any, name: str, *arguments: Any) -> Any:
    function = getattr(library, name)
    function.restype, function.argtypes = ctypes.c_uint32, arguments
    return function


def _batches(notices: Sequence[Notice]) -> Iterator[bytes]:
    batch = bytearray()
    for notice in notices:
        try:
            packed = notice.packed()
        except UnicodeEncodeError:  # nobody was shown such a name
            continue
        if batch and len(batch) + len(packed) > _MAX_BYTES:
            yield bytes(batch)
            batch.clear()
        batch += packed
    if batch:
        yield bytes(batch)
