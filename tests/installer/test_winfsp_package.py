"""WinFsp's own installer is brought along as it was published, or not at all."""

from pathlib import Path

import pytest
from winsetup.errors import BuildError
from winsetup.wheels import sha256_of
from winsetup.winfsp import checked


def test_the_published_package_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "winfsp.msi"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100))
    assert checked(path, sha256_of(path)) == path
    with pytest.raises(BuildError, match="as WinFsp's project published it"):
        checked(path, "0" * 64)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "winfsp.exe"
    path.write_bytes(b"MZ")
    with pytest.raises(BuildError, match="no package of Windows Installer"):
        checked(path, sha256_of(path))
