"""Wheels are found by their hashes, and unpacked as pip would."""

from pathlib import Path

import pytest
from winsetup.errors import BuildError
from winsetup.lock import Locked
from winsetup.wheels import found, sha256_of, wheel_at

from installer import parts


def locked(path: Path) -> Locked:
    wheel = wheel_at(path)
    return Locked(wheel.name, wheel.version, sha256_of(path))


def test_the_locked_ones_are_found_among_others(tmp_path: Path) -> None:
    wanted = [parts.wheel(tmp_path, "av", tag="cp311-abi3-win_amd64"), parts.wheel(tmp_path, "Rich-Text")]
    parts.wheel(tmp_path, "av", tag="cp311-cp311-manylinux_2_17_x86_64")
    parts.wheel(tmp_path, "av", "2.0")
    assert [wheel.path for wheel in found(map(locked, wanted), tmp_path)] == wanted


def test_a_wheel_for_another_system_does_not_do(tmp_path: Path) -> None:
    only = locked(parts.wheel(tmp_path, "av", tag="cp311-cp311-win32"))
    with pytest.raises(BuildError, match=r"no wheel of av 1\.0 for Windows; --fetch"):
        found([only], tmp_path)


def test_a_wheel_of_other_bytes_does_not_do(tmp_path: Path) -> None:
    path = parts.wheel(tmp_path, "av")
    before = locked(path)
    parts.wheel(tmp_path, "av", files={"av/__init__.py": "changed"})
    with pytest.raises(BuildError, match="not the file that was locked"):
        found([before], tmp_path)


def test_modules_are_installed_and_nothing_else(tmp_path: Path) -> None:
    files = {
        "av/__init__.py": "1", "av/tests/test_av.py": "2", "av/testing/__init__.py": "3", "tests.py": "4",
        "av-1.0.data/purelib/extra.py": "5", "av-1.0.data/platlib/av/core.pyd": "6", "av-1.0.data/scripts/tool": "7",
        "av-1.0.data/data/share/man/man1/tool.1": "8",
    }  # fmt: skip
    members = dict(wheel_at(parts.wheel(tmp_path, "av", files=files)).members())
    assert {name: data for name, data in members.items() if ".dist-info/" not in name} == {
        "av/__init__.py": b"1", "av/testing/__init__.py": b"3", "tests.py": b"4", "extra.py": b"5", "av/core.pyd": b"6",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "av/../../evil.py", "av\\evil.py", "C:evil.py", "av/a?.py"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    wheel = wheel_at(parts.wheel(tmp_path, "av", files={name: ""}))
    with pytest.raises(BuildError, match="impossible name"):
        list(wheel.members())


def test_what_is_no_wheel_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no name of a wheel"):
        wheel_at(tmp_path / "av.whl")
    (tmp_path / "av-1.0-py3-none-any.whl").write_bytes(b"no archive")
    with pytest.raises(BuildError, match="download it again"):
        wheel_at(tmp_path / "av-1.0-py3-none-any.whl").metadata()
