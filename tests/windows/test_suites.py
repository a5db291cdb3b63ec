"""Suites of the project that run on Windows' own CPython as they are, each in one process, which pytest there counts."""

import os
import re
from pathlib import Path

import pytest

from windows.wine import Windows

SYSTEM = ("acl", "pipes", "channel", "session", "breakaway", "sources", "priority")
SUITES = {
    "system calls": [f"tests/platform/test_windows_{name}.py" for name in SYSTEM],
    "control channel": ["tests/control"],
    "encoder, stores, ledger": [
        *("tests/contracts/test_encoder.py", "tests/contracts/test_ledger.py", "tests/store/test_sqlite.py"),
        *("tests/store/test_layered.py", "tests/store/test_copies.py", "tests/store/test_opening.py"),
        *("tests/store/test_integrity.py", "tests/store/test_jobtable.py", "tests/store/test_memory.py"),
    ],
    "events and jobs": ["tests/events", "tests/jobs"],
    "configuration, names of origins": [
        *("tests/config/test_sections.py", "tests/config/test_toy_section.py"),
        *("tests/origins/test_checked.py", "tests/origins/test_memory.py"),
    ],
    "formats": ["tests/contracts/test_format.py"],
}
"""By what they are about. A suite belongs here once all of it passes on Windows."""
SECONDS = 1500


def counts(output: str) -> dict[str, int]:
    """How many tests did what, of pytest's last line."""
    return {what: int(count) for count, what in re.findall(r"(\d+) (passed|failed|skipped|errors?)\b", output)}


def run(windows: Windows, *arguments: str) -> dict[str, int]:
    """Run pytest there; its counts. Prints its summary; fails where a test fails, or none runs."""
    folder = Path(windows.folder)
    done = windows.python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "600", "--tb", "short"),
        *("--basetemp", "Z:" + str(folder / "inner").replace("/", "\\"), *arguments),
        seconds=SECONDS, folder=Path.cwd(),
    )  # fmt: skip
    found = counts(done.output.splitlines()[-1] if done.output else "")
    print(f"on Windows: {' '.join(arguments)}: {found}")
    assert done.code == 0, done.output
    assert found.get("passed", 0) > 0, done.output
    return found


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("suite", list(SUITES))
def test_a_suite(windows: Windows, suite: str) -> None:
    run(windows, *SUITES[suite])


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.skipif(not os.environ.get("WINFSP_TEST_BINDING"), reason="slow: set WINFSP_TEST_BINDING to real")
def test_the_face_over_the_real_binding(windows: Windows) -> None:
    run(windows.having(WINFSP_TEST_BINDING="real"), "tests/winfsp/test_openfiles.py")
