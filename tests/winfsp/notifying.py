"""WinFsp's notifications, simulated: C functions that ctypes calls, and what the driver does with what it is told."""

import ctypes
import struct
import threading
from typing import Any

from winfsp.driver import CANCELLED
from winfsp.filenode import upcase
from winfsp.kernel import Kernel

CANT_WAIT, INVALID_PARAMETER = 0xC00000D8, 0xC000000D
Told = tuple[str, int, int]


class Notified:
    """The functions by their names, of all volumes of a simulated library. `told` is what programs that watch the drive
    hear: name, filter, action. While `renaming`, the driver has no time."""

    def __init__(self, lib: Any) -> None:
        self._lib, self._begun = lib, 0
        self.told: list[Told] = []
        self.renaming = self.refusals = 0
        self._lock = threading.Lock()
        pointer, u32 = ctypes.c_void_p, ctypes.c_uint32
        self.FspFileSystemNotifyBegin = ctypes.CFUNCTYPE(u32, pointer, u32)(self._begin)
        self.FspFileSystemNotify = ctypes.CFUNCTYPE(u32, pointer, pointer, ctypes.c_size_t)(self._notify)
        self.FspFileSystemNotifyEnd = ctypes.CFUNCTYPE(u32, pointer)(self._end)

    def _kernel(self, file_system: int) -> Kernel | None:
        volume = self._lib.volumes.get(file_system)
        kernel: Kernel | None = volume.kernel if volume is not None and volume.running else None
        if kernel is not None and threading.current_thread() in kernel.threads:
            self._lib._ffi.escaped.append(AssertionError("notified from a callback"))
        return kernel

    def _begin(self, file_system: int, timeout_ms: int) -> int:
        if self._kernel(file_system) is None:
            return CANCELLED
        with self._lock:
            if self.renaming:
                self.renaming -= 1
                self.refusals += 1
                return CANT_WAIT
            self._begun += 1
        return 0

    def _end(self, file_system: int) -> int:
        with self._lock:
            self._begun -= 1
        return 0

    def _notify(self, file_system: int, data: int, size: int) -> int:
        kernel = self._kernel(file_system)
        if kernel is None:
            return CANCELLED
        if not self._begun:
            return INVALID_PARAMETER
        raw, at = ctypes.string_at(data, size), 0
        while at + 2 <= len(raw):
            length, kind, action = struct.unpack_from("<HxxII", raw, at)
            if length < 12:  # would end the session
                return INVALID_PARAMETER
            name = raw[at + 12 : at + length].decode("utf-16-le")
            if not kernel.driver.valid(name):
                self._lib._ffi.escaped.append(AssertionError(f"{name!r} is no name of a file"))
            kernel.driver.nodes.invalidate(upcase(name))
            if kind:
                kernel.driver.nodes.invalidate_listing(upcase(name.rpartition("\\")[0]) or "\\")
                with self._lock:
                    self.told.append((name, kind, action))
            at += -(-length // 8) * 8
        return 0
