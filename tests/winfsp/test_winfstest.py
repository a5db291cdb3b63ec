"""WinFsp's own test cases as far as they apply to a volume that is read only, and Win32's words for what they get."""

import sys
from collections import Counter
from pathlib import Path

import pytest
import sound

from winfsp.conftest import Mount, Windows
from winfsp.win32 import Win32
from winfsp.winfstest import ReadOnlyRun

COUNTS = {
    "00_CreateFile_Dispositions": {"same": 6, "refused": 15},
    "01_CreateFile_Attributes": {"same": 1, "refused": 10, "own": 4},
    "02_CreateRemoveDirectory": {"same": 5, "refused": 10, "own": 1},
    "03_FindFiles": {"same": 13, "refused": 11},
    "04_MoveFile": {"same": 18, "refused": 27},
    "05_CreateFile_Truncation": {"same": 1, "refused": 12, "own": 8},
    "06_FileTimes": {"same": 2, "refused": 3, "own": 3},
    "07_SetGetFileAttributes": {"refused": 6, "own": 5},
    "08_CreateFile_Delete": {"same": 6, "refused": 6, "own": 3, "follows": 1, "empty": 1},
    "09_CreateFile_Sharing": {"same": 7, "refused": 9, "follows": 2},
    "10_GetSetSecurity": {"same": 1, "refused": 9, "own": 4, "follows": 1},
}
"""What of each case was answered how; `docs/windows.md` has the same table."""


@pytest.fixture
def mounted(windows: Mount, music: Path) -> Windows:
    for album, title in (("fb", "foo"), ("fb", "bar"), ("f", "foo"), ("one", "one")):
        sound.write(music / f"{album}-{title}.mp3", 3000, album=album, title=title)
    return windows(view__template="$album/$title")


def run(case: Path, mounted: Windows, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    made = ReadOnlyRun(Win32(mounted.kernel, mounted.ffi))
    monkeypatch.setitem(sys.modules, "winfstest", made.module())
    exec(compile(case.read_text(), case.name, "exec"), {"__name__": case.stem})
    assert made.counts.pop("done") == 1, "it did not run to its end"
    return made.counts


def test_all_cases(mounted: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = sorted(Path(mounted.package.__file__).with_name("tests").glob("winfstest/cases/*.t"))
    find = Win32(mounted.kernel, mounted.ffi).find
    before = [find(path) for path in ("\\*", "\\fb\\*", "\\f\\*", "\\one\\*")]
    assert {case.stem: dict(run(case, mounted, monkeypatch)) for case in cases} == COUNTS
    assert [find(path) for path in ("\\*", "\\fb\\*", "\\f\\*", "\\one\\*")] == before
    assert len(mounted.kernel.driver.nodes) == 0


def test_the_docs_have_the_same_counts() -> None:
    page = (Path(__file__).parents[2] / "docs/windows.md").read_text("utf-8")
    for case, counts in COUNTS.items():
        row = [counts.get(kind, 0) for kind in ("same", "refused", "own", "follows", "empty")]
        assert f"| `{case}` | {' | '.join(map(str, row))} |" in page
