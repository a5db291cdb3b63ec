"""The programs that start musfuse; that they run is tested under Wine."""

import struct
from pathlib import Path

import pytest
from winsetup import launcher
from winsetup.errors import BuildError

from installer import parts


def test_versions_as_windows_has_them() -> None:
    assert launcher.four_numbers("0.1.0") == ["0", "1", "0", "0"]
    assert launcher.four_numbers("2.3rc1") == ["2", "3", "0", "0"]
    assert launcher.four_numbers("1.2.3.4.5") == ["1", "2", "3", "0"]


def test_one_is_for_consoles_and_one_is_not(tmp_path: Path) -> None:
    parts.needs_tools("x86_64-w64-mingw32-gcc")
    made = launcher.build(tmp_path, "1.2.3")
    assert [subsystem(made[name]) for name in ("musfuse.exe", "musfusew.exe")] == [3, 2]
    assert "1.2.3".encode("utf-16-le") in made["musfuse.exe"]


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="apt-get install gcc-mingw-w64-x86-64"):
        launcher.build(tmp_path, "1.0")


def subsystem(program: bytes) -> int:
    """What a program is for: 2 windows, 3 consoles."""
    header = struct.unpack_from("<I", program, 60)[0]
    number: int = struct.unpack_from("<H", program, header + 24 + 68)[0]
    return number
