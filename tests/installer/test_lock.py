"""The lock file."""

from pathlib import Path

import pytest
from winsetup.closure import project_needs
from winsetup.errors import BuildError
from winsetup.lock import LOCK, Locked, read, written

WHEELS = [Locked("click", "8.1", "b" * 64), Locked("av", "14.0", "a" * 64)]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "lock.txt"
    path.write_text(written(WHEELS))
    assert read(path) == sorted(WHEELS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("av>=14", "line 2: NAME==VERSION"),
        ("av==14", "line 2: NAME==VERSION"),
        (f"av==14 --hash=sha256:{'g' * 64}", "line 2: NAME==VERSION"),
        (f"AV==14 --hash=sha256:{'b' * 64}", "av: more than once"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "lock.txt"
    path.write_text(f"av==14.0 --hash=sha256:{'a' * 64}\n{line}\n")
    with pytest.raises(BuildError, match=said):
        read(path)


def test_without_a_lock_it_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"renew_lock\.py"):
        read(tmp_path / "none.txt")


def test_the_shipped_lock_fits_what_the_program_needs() -> None:
    """A dependency that is added or raised needs a new lock file: installer/renew_lock.py makes it."""
    there = {one.name: one.version for one in read(LOCK)}
    assert [str(need) for need in project_needs() if not need.specifier.contains(there.get(need.name, "0"))] == []
    assert LOCK.read_text() == written(read(LOCK))
