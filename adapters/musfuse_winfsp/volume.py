"""A volume: its parameters, and the file system that winfspy makes with them."""

import hashlib
import struct
from collections.abc import Mapping
from typing import Any

from musfuse_winfsp.info import SECTOR, filetime

_BORN = 1_767_225_600_000_000_000  # 2026-01-01, a fixed time: a volume has to have been made at some time
_FLAGS = struct.Struct("<I")
_FLAGS_AT = 36
_POSIX_UNLINK_RENAME = 0x2000_0000
"""SupportsPosixUnlinkRename of FSP_FSCTL_VOLUME_PARAMS (WinFsp, fsctl.h, since 2021.1), by its byte there."""


def volume_params(label: str, prefix: str, *, told_of_changes: bool = False, writable: bool = False) -> dict[str, Any]:
    """The volume's parameters. Folders are asked for again after a second, or a minute where Windows is
    `told_of_changes`. Windows asks for no change of a volume that is not `writable`.

    FileInfoTimeout of all ones turns on the cache manager, read-ahead and fast I/O, which needs sizes that are exact at
    open; contexts are user context 2 because winfspy makes a new one at each open.
    """
    serial = int.from_bytes(hashlib.blake2b(f"{label}{prefix}".encode(), digest_size=4).digest(), "big") or 1
    return {
        "sector_size": SECTOR,
        "sectors_per_allocation_unit": 1,
        "max_component_length": 255,
        "volume_creation_time": filetime(_BORN),
        "volume_serial_number": serial,
        "file_info_timeout": 0xFFFFFFFF,
        "case_sensitive_search": 0,
        "case_preserved_names": 1,
        "unicode_on_disk": 1,
        "persistent_acls": 1,
        "read_only_volume": 0 if writable else 1,
        "post_cleanup_when_modified_only": 1,
        "um_file_context_is_user_context2": 1,
        "flush_and_purge_on_cleanup": 1,
        "dir_info_timeout_valid": 1,
        "dir_info_timeout": 60_000 if told_of_changes else 1000,
        "volume_info_timeout_valid": 1,
        "volume_info_timeout": 10000,
        "file_system_name": "MUSFUSE",
        "prefix": prefix,
    }


def file_system(
    binding: Any, mountpoint: str, operations: Any, params: Mapping[str, Any], *, posix: bool = False
) -> Any:
    """winfspy's FileSystem, made but not started. With `posix` what is open can be removed and moved where all who have
    it open share that: its name is gone, or another one, at once, and they read on. winfspy sets no such parameter.

    Raises WinFSPyError, RuntimeError.
    """
    if not posix:
        return binding.FileSystem(mountpoint, operations, **params)

    class PosixFileSystem(binding.FileSystem):  # type: ignore[misc]
        def _apply_volume_params(self) -> None:
            super()._apply_volume_params()
            raw = binding.plumbing.ffi.buffer(self._volume_params)
            (flags,) = _FLAGS.unpack_from(raw, _FLAGS_AT)
            _FLAGS.pack_into(raw, _FLAGS_AT, flags | _POSIX_UNLINK_RENAME)

    return PosixFileSystem(mountpoint, operations, **params)
