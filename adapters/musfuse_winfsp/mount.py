"""Mount a drive through WinFsp: a drive letter, a folder, or a network share; and unmount it."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any

from musfuse.drive import Drive
from musfuse.errors import MountError
from musfuse.platform import system
from musfuse.platform.occupants import told
from musfuse_winfsp.binding import load_binding
from musfuse_winfsp.info import windows_path
from musfuse_winfsp.notices import Notices, notices_library
from musfuse_winfsp.operations import make_operations
from musfuse_winfsp.shown import Shown
from musfuse_winfsp.starting import start
from musfuse_winfsp.telling import Telling
from musfuse_winfsp.volume import file_system, volume_params

log = logging.getLogger(__name__)

_GONE_SECONDS = 10.0
_PREFIX_UNITS = 95  # winfspy cuts longer ones


class WinFspMount:
    """A drive that is mounted through WinFsp."""

    def __init__(
        self,
        mountpoint: Path,
        file_system: Any,
        operations: Any,
        is_there: Callable[[Path], bool],
        telling: Telling | None = None,
    ) -> None:
        self.mountpoint = mountpoint
        self.ended = threading.Event()
        self.file_system = file_system
        self._operations, self._is_there, self._telling = operations, is_there, telling
        self._lock = threading.Lock()

    def unmount(self, force: bool = False) -> None:
        """Stop; waits for callbacks in flight, so it is never called from one. Files still open are released.

        Raises MountError where files are open and `force` is not set.
        """
        opened = self._operations.open_files()
        if opened and not force:
            by = told(_programs(opened))
            raise MountError(f"{self.mountpoint}: in use: {len(opened)} files are open{by}; close them, or use --force")
        with self._lock:
            if self.ended.is_set():
                return
            released = self.take_down()
            if released:
                log.warning("%s: %d files were still open", self.mountpoint, released)
            self.ended.set()
        until = time.monotonic() + _GONE_SECONDS
        while self._is_there(self.mountpoint) and time.monotonic() < until:
            time.sleep(0.02)

    def take_down(self) -> int:
        """End everything, as far as it was begun; how many files were still open, which are released."""
        if self._telling is not None:
            self._telling.close()
        self._operations.end_waiting()
        self.file_system.stop()
        return int(self._operations.release_all())

    def withheld(self) -> Sequence[str]:
        """Files of which no version can be opened, and who keeps an older one open."""
        at = str(self.mountpoint).rstrip("\\")
        return [
            f"{at}{windows_path(path)}: has a newer version, which nobody gets while an older one is open"
            f"{told(_programs(holders))}; close it there"
            for path, holders in self._operations.outdated()
        ]


class WinFspFace:
    """Mounts drives through WinFsp, which hands on as many calls at the same time as there are `threads`."""

    name = "winfsp"

    def __init__(
        self, label: str = "Music", free_letter: Callable[[], str] | None = None, *, threads: int = 96
    ) -> None:
        self._label, self._threads = label, threads
        self._free_letter = free_letter or system.free_drive_letter

    def check(self, mountpoint: Path, options: Sequence[str] = ()) -> None:
        """Raise MountError where `mount` would, as far as that can be told without mounting."""
        if options:
            raise MountError(f"-o {options[0]}: mount options are for FUSE; there are none here")
        target, prefix = parse_mountpoint(str(mountpoint))
        if len(prefix) > _PREFIX_UNITS:
            raise MountError(f"{mountpoint}: a share's name may have {_PREFIX_UNITS} characters")
        system.check_mountpoint(Path(target), wants_allow_other=False)

    def mount(self, drive: Drive, mountpoint: Path, options: Sequence[str] = ()) -> WinFspMount:
        """Mount and return when the drive answers. Raises MountError."""
        self.check(mountpoint, options)
        binding = load_binding()
        target, prefix = parse_mountpoint(str(mountpoint))
        if target == "*":
            target = self._free_letter()
        _preflight(binding, target, network=bool(prefix))
        mounted = self._made(binding, drive.ignoring_case(keeping_sizes=True), target, prefix)
        try:
            start(binding, mounted.file_system, self._threads)
        except BaseException as error:
            mounted.take_down()  # the volume may be live already
            if isinstance(error, binding.WinFSPyError | OSError):
                raise MountError(f"{target}: WinFsp could not mount: {error}") from error
            raise
        return mounted

    def _made(self, binding: Any, drive: Drive, target: str, prefix: str) -> WinFspMount:
        """A mount that is still to be started."""
        library = notices_library(binding)
        shown = Shown() if library is not None else None
        operations = make_operations(binding, drive, self._label, shown)
        writable = drive.rearranging.allowed
        params = volume_params(self._label, prefix, told_of_changes=shown is not None, writable=writable)
        try:
            made = file_system(binding, target, operations, params, posix=writable)
        except (binding.WinFSPyError, RuntimeError) as error:
            raise MountError(f"{target}: WinFsp could not make the volume: {error}") from error
        telling = None
        if shown is not None:
            telling = Telling(drive, shown, Notices(library, _address(binding, made)))
        return WinFspMount(Path(target), made, operations, system.is_mounted, telling)


def parse_mountpoint(text: str) -> tuple[str, str]:
    r"""(what WinFsp mounts at, network prefix).

    `M:` or `M:\` is `M:`, `*` the next free letter, `\\server\share` that share under the next free letter, with one
    backslash in front as WinFsp wants it; anything else is a folder.
    """
    if text.startswith("\\\\") and not text.startswith(("\\\\?\\", "\\\\.\\")):
        parts = [part for part in text.strip("\\").split("\\") if part]
        if len(parts) != 2:
            raise MountError(f"{text}: a share is named \\\\server\\share")
        return "*", "\\" + "\\".join(parts)
    if text == "*":
        return "*", ""
    path = PureWindowsPath(text)
    if len(path.drive) == 2 and path.drive[0].isalpha() and str(path).rstrip("\\") == path.drive:
        return path.drive.upper(), ""
    return text, ""


def _programs(processes: Iterable[int]) -> list[str]:
    """What processes are called; those are left out that WinFsp did not tell."""
    return [system.program_of(process) for process in sorted(set(processes)) if process]


def _address(binding: Any, made: Any) -> int:
    return int(binding.plumbing.ffi.cast("uintptr_t", made._file_system_ptr[0]))


def _preflight(binding: Any, target: str, network: bool) -> None:
    """WinFsp's own check of the mountpoint, for a clear message before anything is made."""
    lib, plumbing = binding.plumbing.lib, binding.plumbing
    preflight = getattr(lib, "FspFileSystemPreflight", None)
    if preflight is None:
        return
    device = lib.WFSPY_FSP_FSCTL_NET_DEVICE_NAME if network else lib.WFSPY_FSP_FSCTL_DISK_DEVICE_NAME
    code = preflight(device, target)
    if not plumbing.nt_success(code):
        name = plumbing.cook_ntstatus(code)
        raise MountError(
            f"{target}: WinFsp cannot mount there ({name}); a drive letter must be free, a folder must not exist"
        )
