"""The interpreter that is brought: python.org's for a release, another one for tests only."""

from pathlib import Path

import pytest
from winsetup import python
from winsetup.errors import BuildError
from winsetup.wheels import sha256_of

from installer import parts


def test_it_sees_its_own_modules_only(tmp_path: Path) -> None:
    path = parts.python(tmp_path)
    archive = python.read_archive(path, sha256_of(path).upper())
    assert archive.files["python311._pth"].decode().split() == ["python311.zip", ".", "Lib\\site-packages"]
    assert not archive.is_release


def test_another_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"its SHA-256 is [0-9a-f]{64}, not 0{64}"):
        python.read_archive(parts.python(tmp_path), "0" * 64)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = parts.python(tmp_path, **{"python311.dll": ""})
    with pytest.raises(BuildError, match=r"lacks python311\.dll"):
        python.read_archive(path, sha256_of(path))
    path.write_bytes(b"no archive")
    with pytest.raises(BuildError, match="no ZIP archive"):
        python.read_archive(path, sha256_of(path))


def test_only_python_org_s_is_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parts.python(tmp_path)
    monkeypatch.setitem(python.RELEASED, "3.11.9", sha256_of(path))
    assert python.read_archive(path, sha256_of(path)).is_release
    marked = parts.python(tmp_path, **{python.FOR_TESTS: "tests"})
    monkeypatch.setitem(python.RELEASED, "3.11.9", sha256_of(marked))
    assert not python.read_archive(marked, sha256_of(marked)).is_release
