"""What is laid down, as one tree."""

from pathlib import Path

import pytest
from winsetup.errors import BuildError
from winsetup.payload import put_together, written
from winsetup.python import read_archive
from winsetup.wheels import sha256_of, wheel_at

from installer import parts


def tree(folder: Path, *wheels: Path, launchers: dict[str, bytes] | None = None) -> dict[str, bytes]:
    python = parts.python(folder)
    return put_together(read_archive(python, sha256_of(python)), map(wheel_at, wheels), launchers or {}, "1.0")


def test_everything_has_its_place(tmp_path: Path) -> None:
    made = tree(tmp_path, parts.wheel(tmp_path, "musfuse"), launchers={"musfuse.exe": b"MZ"})
    assert next(iter(made)) == "musfuse.txt"
    assert {
        "python.exe", "bin/musfuse.exe", "Lib/site-packages/musfuse/__init__.py", "Lib/site-packages/musfuse_setup.py",
        "Lib/site-packages/musfuse_windowless.py", "licences/index.txt", "licences/musfuse/LICENSE.txt", "about.txt",
        "docs/usage.md",
    } <= made.keys()  # fmt: skip
    written(made, tmp_path / "out")
    assert (tmp_path / "out/Lib/site-packages/musfuse/__init__.py").read_bytes() == b""


def test_two_parts_of_one_name_are_refused_in_any_case(tmp_path: Path) -> None:
    one = parts.wheel(tmp_path, "one", files={"Shared.py": "1"})
    same, other = (
        parts.wheel(tmp_path, name, files={"shared.py": text}) for name, text in (("same", "1"), ("other", "2"))
    )
    tree(tmp_path, one, same)
    with pytest.raises(BuildError, match=r"shared\.py: two parts"):
        tree(tmp_path, one, other)


def test_paths_leave_room_for_the_folder(tmp_path: Path) -> None:
    deep = parts.wheel(tmp_path, "deep", files={f"{'d' * 100}/{'m' * 20}.py": ""})
    with pytest.raises(BuildError, match="longer than 130 characters"):
        tree(tmp_path, deep)
