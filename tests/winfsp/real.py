"""winfspy's own compiled binding, on Windows: its trampolines and structures are the real ones, and the simulated driver
calls them through addresses. Only what the DLL and the driver do is simulated.
"""

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from winfsp.binding import SimulatedFfi, SimulatedLib, Volume

_SIMULATED = frozenset(
    name for name in vars(SimulatedLib) if name.startswith("FspFileSystem")
) - {"FspFileSystemAddDirInfo", "FspFileSystemGetOpenFileInfo", "FspFileSystemSetDebugLogF"}  # fmt: skip


class RealFfi:
    """The binding's FFI, but that exceptions which escape a callback are recorded."""

    def __init__(self, real: Any, record: Callable[..., None]) -> None:
        self._real, self._record = real, record

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def def_extern(self) -> Any:
        return self._real.def_extern(onerror=self._record)


class RealLib(SimulatedLib):
    """The binding's functions, constants and trampolines; volumes are made by the stub of the DLL, and driven here."""

    def __init__(self, ffi: SimulatedFfi, real: Any) -> None:
        super().__init__(ffi)
        self._real = real

    def __getattribute__(self, name: str) -> Any:
        passed = name.startswith(("Fsp", "WFSPY_", "_trampolin", "Convert", "GetSecurity", "LocalFree", "wcslen"))
        if passed and name not in _SIMULATED:
            return getattr(object.__getattribute__(self, "_real"), name)
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_real"), name)

    def configure_FSP_FSCTL_VOLUME_PARAMS(self, params: Any, *values: Any) -> None:
        self.settings = dict(zip(self._PARAMS, values, strict=True))
        self._real.configure_FSP_FSCTL_VOLUME_PARAMS(params, *values)

    def FspFileSystemCreate(self, device: Any, params: Any, interface: Any, out: Any) -> int:
        code: int = self._real.FspFileSystemCreate(device, params, interface, out)
        address = int(self._ffi.cast("uintptr_t", out[0]))
        self.volumes[address] = Volume(
            dict(self.settings),
            self._ffi.cast("FSP_FILE_SYSTEM_INTERFACE *", interface),
            self._ffi.cast("FSP_FILE_SYSTEM *", out[0]),
            self._ffi.cast("FSP_FSCTL_VOLUME_PARAMS *", params).Flags,
        )
        return code

    def FspFileSystemDelete(self, file_system: Any) -> None:
        super().FspFileSystemDelete(file_system)
        self._real.FspFileSystemDelete(file_system)


def load_real() -> tuple[RealFfi, SimulatedFfi, RealLib]:
    """The binding without winfspy around it. Raises ImportError."""
    folder = Path(os.environ.get("WINFSP_LIBRARY_PATH", ""), "bin")
    package = importlib.util.find_spec("winfspy")
    if package is None or package.origin is None or not (folder / "winfsp-x64.dll").exists():
        raise ImportError("winfspy, or the DLL that scripts/test-windows makes, is missing")
    os.add_dll_directory(str(folder))  # type: ignore[attr-defined]
    os.environ["PATH"] = f"{folder};{os.environ.get('PATH', '')}"
    name, file = "winfspy.plumbing._bindings", Path(package.origin).parent / "plumbing" / "_bindings.pyd"
    loader = importlib.machinery.ExtensionFileLoader(name, str(file))
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    binding = importlib.util.module_from_spec(spec)
    loader.exec_module(binding)
    sys.modules[name] = binding
    ffi = SimulatedFfi()
    return RealFfi(binding.ffi, ffi._record), ffi, RealLib(ffi, binding.lib)
