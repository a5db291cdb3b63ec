"""A library mounted through the WinFsp face on the simulated kernel."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from drive.conftest import make_library  # noqa: F401 - a fixture
from musfuse_winfsp import mount as mount_module
from musfuse_winfsp import notices
from musfuse_winfsp.mount import WinFspFace, WinFspMount
from musfuse_winfsp.options import WinFspOptions

from musfuse.app.library import Library
from musfuse.platform import system
from winfsp.binding import SimulatedFfi, SimulatedLib, load
from winfsp.kernel import Kernel
from winfsp.notifying import Notified


@dataclass
class Windows:
    """A mounted volume and what drives it."""

    library: Library
    mount: WinFspMount
    ffi: SimulatedFfi
    lib: SimulatedLib
    package: Any

    @property
    def volume(self) -> Any:
        (volume,) = self.lib.volumes.values()
        return volume

    @property
    def kernel(self) -> Kernel:
        kernel: Kernel = self.volume.kernel
        return kernel


Mount = Callable[..., Windows]
"""Mounts a library over `music`; options by name, with `__` for the dot."""


class HeldIndexes:
    """Keeps indexes of a library from being built until `release`: a cold library on a slow machine. `asked` are the
    originals of which one is wanted."""

    def __init__(self, library: Library) -> None:
        pool = library.sizes._pool
        self._submit, self._lock = pool.submit, threading.Lock()
        self._held: list[tuple[tuple[Any, ...], Future[Any]]] = []
        self._open = False
        pool.submit = self.submit  # type: ignore[method-assign]

    def submit(self, *asked: Any) -> "Future[Any]":
        with self._lock:
            if not self._open:
                future: Future[Any] = Future()
                self._held.append((asked, future))
                return future
        return self._submit(*asked)

    @property
    def asked(self) -> list[str]:
        with self._lock:
            return [asked[2].file.path for asked, _ in self._held]

    def release(self) -> None:
        with self._lock:
            self._open, held = True, self._held
        for asked, future in held:
            self._submit(*asked).add_done_callback(lambda done, future=future: future.set_result(done.result()))


def until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    """Return once something is so; fails where it is not in time."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it does not come to be"
        time.sleep(0.005)


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, SimulatedFfi, SimulatedLib]:
    try:
        package, ffi, lib = load()
    except ImportError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(mount_module, "load_binding", lambda: package)
    lib.notified = Notified(lib)
    monkeypatch.setattr(notices, "load_library", lambda binding: lib.notified)
    monkeypatch.setattr(system, "waiting_calls", lambda limit, threads: max(1, min(limit, threads * 3 // 4)))
    monkeypatch.setattr(system, "turn_seconds", lambda seconds: seconds)
    monkeypatch.setattr(system, "check_mountpoint", lambda path, wants_allow_other: None)
    monkeypatch.setattr(system, "is_mounted", lambda path: str(path) in lib.taken)
    monkeypatch.setattr(system, "free_drive_letter", lambda: "Z:")
    return package, ffi, lib


@pytest.fixture
def windows(
    simulation: tuple[Any, SimulatedFfi, SimulatedLib], make_library: Callable[..., Library]
) -> Iterator[Callable[..., Windows]]:
    package, ffi, lib = simulation
    made: list[Windows] = []

    def mount(where: str = "M:", label: str = "Music", **options: object) -> Windows:
        library = make_library(**options)
        threads = library.config[WinFspOptions].threads
        mounted = WinFspFace(label, system.free_drive_letter, threads=threads).mount(library.drive, Path(where))
        made.append(Windows(library, mounted, ffi, lib, package))
        return made[-1]

    yield mount
    for one in made:
        one.mount.unmount(force=True)
    assert not lib.volumes
    assert not ffi.escaped, ffi.escaped
