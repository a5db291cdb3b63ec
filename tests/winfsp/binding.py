"""A substitute for winfspy's compiled binding: real cffi buffers, handles and trampolines, only the DLL is simulated.

winfspy's own pure-Python layer runs over it unchanged. `load` gives that package; volumes it makes are driven by
`kernel.Kernel`.
"""

import errno
import importlib
import os
import sys
import threading
import types
from pathlib import Path
from typing import Any

import cffi
from musfuse_winfsp import starting

from winfsp.cdefs import CDEFS, SIZES
from winfsp.guard import Guard, NoGuard
from winfsp.kernel import Kernel, asks

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musfuse" / "winfspy-0.8.4"
_FREED = 0xDD
_POSIX_UNLINK_RENAME = 1 << 29


class SimulatedFfi(cffi.FFI):
    """An ABI-mode FFI whose `def_extern` makes callbacks of the interface's member types."""

    def __init__(self) -> None:
        super().__init__()
        self.cdef(CDEFS)
        for name, size in SIZES.items():
            assert self.sizeof(name) == size, (name, self.sizeof(name), size)
        self.externs: dict[str, Any] = {}
        self.escaped: list[BaseException] = []

    def def_extern(self) -> Any:  # type: ignore[override]
        members = dict(self.typeof("FSP_FILE_SYSTEM_INTERFACE").fields)

        def register(function: Any) -> Any:
            member = members.get(function.__name__.removeprefix("_trampolin_fs_"))
            if member is not None:
                self.externs[function.__name__] = self.callback(member.type, function, onerror=self._record)
            return function

        return register

    def _record(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """An exception that escapes a callback returns 0, which is SUCCESS: no test may let one pass."""
        del kind, trace
        self.escaped.append(error)


class Volume:
    """What FspFileSystemCreate made."""

    def __init__(self, params: Any, interface: Any, file_system: Any, flags: int) -> None:
        self.params, self.interface, self.file_system = params, interface, file_system
        self.posix = bool(flags & _POSIX_UNLINK_RENAME)
        self.mountpoint = ""
        self.guard: Any = Guard()
        self.running = False
        self.kernel: Any = None


class SimulatedLib:
    """The functions and constants that winfspy's Python layer calls."""

    WFSPY_FSP_FSCTL_DISK_DEVICE_NAME = "WinFsp.Disk"
    WFSPY_FSP_FSCTL_NET_DEVICE_NAME = "WinFsp.Net"
    WFSPY_FILE_ATTRIBUTE_INVALID_FILE_ATTRIBUTES = 0xFFFFFFFF
    WFSPY_STRING_SECURITY_DESCRIPTOR_REVISION = 1
    WFSPY_OWNER_SECURITY_INFORMATION, WFSPY_GROUP_SECURITY_INFORMATION = 1, 2
    WFSPY_DACL_SECURITY_INFORMATION, WFSPY_SACL_SECURITY_INFORMATION = 4, 8
    _OPTIONS = (
        "DIRECTORY_FILE:1 NON_DIRECTORY_FILE:40 WRITE_THROUGH:2 SEQUENTIAL_ONLY:4 RANDOM_ACCESS:800 "
        "NO_INTERMEDIATE_BUFFERING:8 SYNCHRONOUS_IO_ALERT:10 SYNCHRONOUS_IO_NONALERT:20 CREATE_TREE_CONNECTION:80 "
        "NO_EA_KNOWLEDGE:200 OPEN_REPARSE_POINT:200000 DELETE_ON_CLOSE:1000 OPEN_BY_FILE_ID:2000 "
        "OPEN_FOR_BACKUP_INTENT:4000 RESERVE_OPFILTER:100000 OPEN_REQUIRING_OPLOCK:10000 COMPLETE_IF_OPLOCKED:100"
    )
    _FLAGS = {
        "case_sensitive_search": 0, "case_preserved_names": 1, "unicode_on_disk": 2, "persistent_acls": 3,
        "read_only_volume": 9, "post_cleanup_when_modified_only": 10, "pass_query_directory_file_name": 13,
        "flush_and_purge_on_cleanup": 14, "um_file_context_is_user_context2": 16,
    }  # fmt: skip
    _PARAMS = [
        "sector_size",
        "sectors_per_allocation_unit",
        "max_component_length",
        "volume_creation_time",
        "volume_serial_number",
        "transact_timeout",
        "irp_timeout",
        "irp_capacity",
        "file_info_timeout",
        "case_sensitive_search",
        "case_preserved_names",
        "unicode_on_disk",
        "persistent_acls",
        "reparse_points",
        "reparse_points_access_check",
        "named_streams",
        "hard_links",
        "extended_attributes",
        "read_only_volume",
        "post_cleanup_when_modified_only",
        "pass_query_directory_pattern",
        "always_use_double_buffering",
        "pass_query_directory_file_name",
        "flush_and_purge_on_cleanup",
        "device_control",
        "um_file_context_is_user_context2",
        "um_file_context_is_full_context",
        "um_reserved_flags",
        "allow_open_in_kernel_mode",
        "case_preserved_extended_attributes",
        "wsl_features",
        "directory_marker_as_next_offset",
        "reject_irp_prior_to_transact0",
        "km_reserved_flags",
        "prefix",
        "file_system_name",
        "volume_info_timeout_valid",
        "dir_info_timeout_valid",
        "security_timeout_valid",
        "stream_info_timeout_valid",
        "km_additional_reserved_flags",
        "volume_info_timeout",
        "dir_info_timeout",
        "security_timeout",
        "stream_info_timeout",
    ]

    def __init__(self, ffi: SimulatedFfi) -> None:
        self._ffi = ffi
        self.volumes: dict[int, Volume] = {}
        self.settings: dict[str, Any] = {}
        self.taken: set[str] = {"C:"}
        self.fail_mount = 0
        self.notified: Any = None
        self._kept: list[Any] = []
        self._descriptors: dict[int, Any] = {}
        for option in self._OPTIONS.split():
            name, value = option.split(":")
            setattr(self, f"WFSPY_FILE_{name}", int(value, 16))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_trampolin_fs_") and name in self._ffi.externs:
            return self._ffi.externs[name]
        raise AttributeError(name)

    def configure_FSP_FSCTL_VOLUME_PARAMS(self, params: Any, *values: Any) -> None:
        assert len(values) == len(self._PARAMS) == 45
        given = dict(zip(self._PARAMS, values, strict=True))
        assert len(given["prefix"]) <= 95
        params.Version = 504
        params.SectorSize, params.SectorsPerAllocationUnit = given["sector_size"], given["sectors_per_allocation_unit"]
        params.MaxComponentLength = given["max_component_length"]
        params.VolumeCreationTime, params.VolumeSerialNumber = (
            given["volume_creation_time"],
            given["volume_serial_number"],
        )
        params.FileInfoTimeout = given["file_info_timeout"]
        params.Flags = sum(bool(given[name]) << bit for name, bit in self._FLAGS.items())
        params.DirInfoTimeout, params.VolumeInfoTimeout = given["dir_info_timeout"], given["volume_info_timeout"]
        self.settings = given

    def FspFileSystemPreflight(self, device: str, mountpoint: str) -> int:
        assert device in (self.WFSPY_FSP_FSCTL_DISK_DEVICE_NAME, self.WFSPY_FSP_FSCTL_NET_DEVICE_NAME)
        return 0xC0000035 if mountpoint in self.taken else 0  # OBJECT_NAME_COLLISION

    def FspFileSystemCreate(self, device: str, params: Any, interface: Any, out: Any) -> int:
        assert device == (
            self.WFSPY_FSP_FSCTL_NET_DEVICE_NAME if self.settings["prefix"] else self.WFSPY_FSP_FSCTL_DISK_DEVICE_NAME
        )
        made = self._ffi.new("FSP_FILE_SYSTEM *")
        self._kept.append(made)
        out[0] = made
        self.volumes[int(self._ffi.cast("uintptr_t", made))] = Volume(
            dict(self.settings), interface, made, params.Flags
        )
        return 0

    def volume(self, file_system: Any) -> Volume:
        return self.volumes[int(self._ffi.cast("uintptr_t", file_system))]

    def FspFileSystemSetMountPoint(self, file_system: Any, mountpoint: str) -> int:
        volume = self.volume(file_system)
        letter = len(mountpoint) == 2 and mountpoint[1] == ":"
        assert letter or "\\" in mountpoint, f"WinFsp does not know the mountpoint {mountpoint!r}"
        assert not (volume.params["prefix"] and not letter), "network mode takes drive letters only"
        if self.fail_mount or mountpoint in self.taken:
            return self.fail_mount or 0xC0000035
        self.taken.add(mountpoint)
        volume.mountpoint = mountpoint
        return 0

    def FspFileSystemStartDispatcher(self, file_system: Any, threads: int) -> int:
        volume = self.volume(file_system)
        volume.running = True
        volume.kernel = Kernel(self._ffi, volume, threads)
        return 0

    def FspFileSystemStopDispatcher(self, file_system: Any) -> None:
        volume = self.volume(file_system)
        if volume.kernel:
            volume.kernel.stop()
        volume.running = False

    def FspFileSystemDelete(self, file_system: Any) -> None:
        volume = self.volumes.pop(int(self._ffi.cast("uintptr_t", file_system)))
        self.taken.discard(volume.mountpoint)

    def FspFileSystemSetOperationGuardF(self, file_system: Any, enter: Any, leave: Any) -> None:
        assert enter == leave == self._ffi.NULL
        assert not self.volume(file_system).running, "the guard is taken away while it is held"
        self.volume(file_system).guard = NoGuard()

    def FspFileSystemOperationProcessIdF(self) -> int:
        return int(getattr(asks, "pid", 0))

    def FspFileSystemGetOpenFileInfo(self, info: Any) -> Any:
        return self._ffi.cast("FSP_FSCTL_OPEN_FILE_INFO *", info)

    def FspFileSystemAddDirInfo(self, info: Any, buffer: Any, length: int, transferred: Any) -> int:
        at = transferred[0]
        if info == self._ffi.NULL:
            if at + 2 > length:
                return 0
            self._ffi.memmove(buffer + at, b"\0\0", 2)
            transferred[0] = at + 2
            return 1
        size = info.Size
        aligned = -(-size // 8) * 8
        if at + aligned > length:
            return 0
        self._ffi.memmove(buffer + at, info, size)
        transferred[0] = at + aligned
        return 1

    def FspFileSystemSetDebugLogF(self, *_: Any) -> None:
        """Nothing is logged."""

    def ConvertStringSecurityDescriptorToSecurityDescriptorW(
        self, text: str, revision: int, out: Any, size: Any
    ) -> int:
        assert revision == 1
        assert text.startswith("O:")
        raw = text.encode("utf-16-le")
        memory = self._ffi.new("uint8_t[]", len(raw))
        self._ffi.memmove(memory, raw, len(raw))
        address = int(self._ffi.cast("uintptr_t", memory))
        self._descriptors[address] = memory
        out[0] = self._ffi.cast("SECURITY_DESCRIPTOR *", memory)
        size[0] = len(raw)
        return 1

    def LocalFree(self, pointer: Any) -> None:
        """Freed descriptors are poisoned and kept, so that a later use shows."""
        memory = self._descriptors.get(int(self._ffi.cast("uintptr_t", pointer)))
        if memory is not None:
            self._ffi.memmove(memory, bytes([_FREED]) * len(memory), len(memory))

    def wcslen(self, text: Any) -> int:
        return len(self._ffi.string(text).encode("utf-16-le")) // 2


class _Os:
    """`os` of what starts a file system: a stat of the mountpoint fails twice after a start, as the real one does."""

    def __init__(self, lib: SimulatedLib) -> None:
        self._lib, self._failures = lib, 2

    def stat(self, path: str) -> None:
        if self._failures:
            self._failures -= 1
            error = OSError(errno.EINVAL, "aborted")
            error.winerror = 995  # type: ignore[attr-defined]
            raise error
        volume = next(v for v in self._lib.volumes.values() if v.mountpoint == path)
        root = volume.kernel.open("\\")
        assert root.status == 0
        volume.kernel.close(root)


_lock = threading.Lock()
_loaded: tuple[Any, SimulatedFfi, SimulatedLib] | None = None


def load() -> tuple[Any, SimulatedFfi, SimulatedLib]:
    """winfspy over the simulation, or on Windows over its own binding where WINFSP_TEST_BINDING is `real`; raises
    ImportError where its wheel is not in the cache."""
    global _loaded
    with _lock:
        if _loaded is None:
            ffi: SimulatedFfi
            lib: SimulatedLib
            if sys.platform == "win32" and os.environ.get("WINFSP_TEST_BINDING") == "real":
                from winfsp.real import load_real

                for_winfspy, ffi, lib = load_real()
            else:
                if sys.platform != "win32" and not (CACHE / "winfspy").is_dir():
                    raise ImportError(f"winfspy's wheel is not in {CACHE}; scripts/test downloads it")
                for_winfspy = ffi = SimulatedFfi()
                lib = SimulatedLib(ffi)
            bindings = types.ModuleType("winfspy.plumbing.bindings")
            bindings.ffi, bindings.lib, bindings.enable_debug_log = for_winfspy, lib, lambda: None  # type: ignore[attr-defined]
            folder = types.ModuleType("winfspy.plumbing.get_winfsp_dir")
            for name in ("get_winfsp_dir", "get_winfsp_bin_dir", "get_winfsp_library_name"):
                setattr(folder, name, lambda *_: None)
            sys.modules["winfspy.plumbing.bindings"] = bindings
            sys.modules["winfspy.plumbing.get_winfsp_dir"] = folder
            sys.path.append(str(CACHE))
            _loaded = importlib.import_module("winfspy"), ffi, lib
        lib = _loaded[2]
        starting.os = _Os(lib)  # type: ignore[attr-defined]
        _loaded[1].escaped.clear()
        return _loaded
