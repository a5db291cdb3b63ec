"""A library mounted through the WinFsp face on the simulated kernel."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from drive.conftest import make_library  # noqa: F401 - a fixture
from musfuse_winfsp import mount as mount_module
from musfuse_winfsp.mount import WinFspFace, WinFspMount

from musfuse.app.library import Library
from musfuse.platform import system
from winfsp.binding import SimulatedFfi, SimulatedLib, load
from winfsp.kernel import Kernel


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


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, SimulatedFfi, SimulatedLib]:
    try:
        package, ffi, lib = load()
    except ImportError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(mount_module, "load_binding", lambda: package)
    monkeypatch.setattr(system, "waiting_calls", lambda limit: min(limit, 2))
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
        mounted = WinFspFace(label, system.free_drive_letter).mount(library.drive, Path(where))
        made.append(Windows(library, mounted, ffi, lib, package))
        return made[-1]

    yield mount
    for one in made:
        one.mount.unmount(force=True)
    assert not lib.volumes
    assert not ffi.escaped, ffi.escaped
