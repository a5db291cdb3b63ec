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


def run(windows: Windows, name: str, *arguments: str) -> dict[str, int]:
    """Run pytest there; its counts. Prints its summary; fails where a test fails, or none runs."""
    folder = Path(windows.folder)
    done = windows.python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "600", "--tb", "short"),
        *("--basetemp", "Z:" + str(folder / "inner").replace("/", "\\"), *arguments),
        seconds=SECONDS, folder=Path.cwd(),
    )  # fmt: skip
    found = counts(done.output.splitlines()[-1] if done.output else "")
    print(f"on Windows: {name}: {', '.join(f'{count} {what}' for what, count in found.items())}")
    assert done.code == 0, done.output
    assert found.get("passed", 0) > 0, done.output
    return found


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("suite", list(SUITES))
def test_a_suite(windows: Windows, suite: str) -> None:
    run(windows, suite, *SUITES[suite])


@pytest.mark.timeout(SECONDS + 60)
def test_the_face_over_the_real_binding(windows: Windows) -> None:
    """winfspy's own compiled part, below it the simulated driver: volume, sizes, descriptors, names. Each test there
    mounts a library of its own, which takes Wine some 15 s, so all of it runs only where WINFSP_TEST_BINDING is set."""
    few = "volume_info or attributes_times or one_descriptor or as_they_are_stored"
    chosen = ("tests/winfsp/test_operations.py", "-k", few)
    everything = (f"tests/winfsp/test_{name}.py" for name in ("operations", "openfiles", "kernel", "notices", "shown"))
    run(
        windows.having(WINFSP_TEST_BINDING="real"), "the face over winfspy's real binding",
        *(everything if os.environ.get("WINFSP_TEST_BINDING") else chosen),
    )  # fmt: skip
