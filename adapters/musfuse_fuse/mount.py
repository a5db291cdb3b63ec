"""Mount a drive through FUSE, and unmount it: checks before, the loop's thread, a clean end."""

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from musfuse.drive import Drive
from musfuse.errors import MountError
from musfuse.logs.files import place_of_errors
from musfuse.platform import system
from musfuse_fuse.binding import load_binding, major_version
from musfuse_fuse.forgetting import Forgetting
from musfuse_fuse.kernel import SHORT_SECONDS, KernelMemory, libfuse_of
from musfuse_fuse.operations import make_operations
from musfuse_fuse.plus import fuse_with_plus
from musfuse_fuse.said import heard, take_over

log = logging.getLogger(__name__)

_START_SECONDS = 20.0


class FuseMount:
    """A drive that is mounted through FUSE. `on_end` is called once, when the kernel's side is gone, whoever unmounted
    it."""

    def __init__(self, mountpoint: Path) -> None:
        self.mountpoint = mountpoint
        self.ended = threading.Event()
        self._ready = threading.Event()
        self._problem = ""
        self._thread: threading.Thread | None = None
        self._memory = KernelMemory(None, str(mountpoint), 0)

    def start(
        self,
        binding: Any,
        drive: Drive,
        options: Mapping[str, Any],
        seconds: float = 0,
        *,
        keeps_mac_files: bool = False,
    ) -> None:
        """Run the loop on a thread of its own; returns when the kernel has connected, which may remember for `seconds`
        what it is told. Raises MountError."""
        modern = major_version(binding) >= 3
        memory = KernelMemory(libfuse_of(binding) if modern else None, str(self.mountpoint), seconds)
        self._memory = memory
        operations = make_operations(
            binding, drive.telling_links(), self._ready.set, _number(options, "max_read"), memory,
            keeps_mac_files=keeps_mac_files,
        )  # fmt: skip
        fuse = fuse_with_plus(binding) if modern else binding.FUSE
        forgetting = Forgetting(drive, memory)

        def loop() -> None:
            lines: Sequence[str] = ()
            try:
                with heard() as lines:
                    fuse(operations, str(self.mountpoint), foreground=True, raw_fi=True, **options)
            except RuntimeError as error:
                why = f": {'; '.join(lines)}" if lines else f" (status {error}); {place_of_errors()} says why"
                self._problem = f"{self.mountpoint}: libfuse could not mount{why}"
            except BaseException as error:
                log.exception("the FUSE loop failed")
                self._problem = f"{type(error).__name__}: {error}"
            finally:
                memory.close()
                self.ended.set()
                self._ready.set()
                forgetting.close()

        self._thread = threading.Thread(target=loop, name=f"fuse {self.mountpoint}", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise MountError(f"{self.mountpoint}: libfuse did not connect within {_START_SECONDS:.0f} s")
        if self.ended.is_set():
            raise MountError(self._problem or f"{self.mountpoint}: the mount ended at once")

    def withheld(self) -> Sequence[str]:
        """Nothing: each reader has a version of its own."""
        return ()

    def unmount(self, force: bool = False) -> None:
        """Unmount; with `force` even while files are open (their readers get ENOTCONN once the process ends).

        Raises MountError where files are open and `force` is not set.
        """
        if not self.ended.is_set():
            with self._memory.unpinned():
                system.unmount(self.mountpoint, lazy=force)
        if self._thread is not None:
            self._thread.join(timeout=2.0 if force else 10.0)


class FuseFace:
    """Mounts drives through FUSE."""

    name = "fuse"

    def __init__(
        self, binding: str, threads: int, allow_other: bool, seconds: float = 0, *, keeps_mac_files: bool = False
    ) -> None:
        self._binding, self._threads, self._allow_other, self._seconds = binding, threads, allow_other, seconds
        self._keeps_mac_files = keeps_mac_files

    def mount(self, drive: Drive, mountpoint: Path, options: Sequence[str] = ()) -> FuseMount:
        """Mount; `options` are FUSE mount options (`allow_other`, `max_read=65536`). Raises MountError."""
        self.check(mountpoint, options)
        given = _parse(options)
        binding = load_binding(self._binding)
        merged = self._options(major_version(binding), drive.rearranging.allowed) | given
        if not merged.get("debug"):  # which is for whoever reads standard error
            take_over(binding)
        mount = FuseMount(mountpoint)
        mount.start(binding, drive, merged, self._seconds, keeps_mac_files=self._keeps_mac_files)
        return mount

    def check(self, mountpoint: Path, options: Sequence[str] = ()) -> None:
        """Raise MountError where `mount` would, as far as that can be told without mounting."""
        given = _parse(options)
        system.check_mountpoint(mountpoint, wants_allow_other=self._allow_other or bool(given.get("allow_other")))

    def _options(self, version: int, writable: bool) -> dict[str, Any]:
        options: dict[str, Any] = {
            "fsname": "musfuse",
            "subtype": "musfuse",
            **({} if writable else {"ro": True}),
            "use_ino": True,
            "default_permissions": True,
            "attr_timeout": 0,  # these are where the kernel cannot be told to forget; KernelMemory sets others
            "entry_timeout": SHORT_SECONDS,
            "negative_timeout": 0,
        }
        if version >= 3:
            options["max_threads"] = system.face_threads(self._threads)
            options["max_idle_threads"] = 16
        if self._allow_other:
            options["allow_other"] = True
        return options


def _number(options: Mapping[str, Any], name: str) -> int:
    text = str(options.get(name, 0))
    if not text.isdecimal():
        raise MountError(f"-o {name}={text}: not a number")
    return int(text)


def _parse(options: Sequence[str]) -> dict[str, Any]:
    """`-o a,b=c` as keyword arguments of the binding."""
    parsed: dict[str, Any] = {}
    for text in options:
        for option in filter(None, text.split(",")):
            name, given, value = option.partition("=")
            parsed[name] = value if given else True
    if parsed.pop("rw", False):
        raise MountError(
            "-o rw: the drive is read-only; view.writable_view = true lets its names be changed, bytes never"
        )
    return parsed
