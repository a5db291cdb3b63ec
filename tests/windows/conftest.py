"""A Windows under Wine, as `scripts/test-windows` sets it up."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "win32":
    from windows.building import TOOLS, built_setups
    from windows.machine import Machine, new_machine
    from windows.wine import Windows

PLACE = os.environ.get("MUSFUSE_TEST_WINDOWS", "")
"""Read here: tests get no variables of musfuse's."""


@pytest.fixture(scope="session")
def place() -> Path:
    """Where Windows is set up. These tests take minutes, so the whole suite leaves them out."""
    if sys.platform == "win32":
        pytest.skip("drives Wine from Linux")
    if not PLACE:
        pytest.skip("Windows under Wine is set up and tested by scripts/test-windows")
    return Path(PLACE)


@pytest.fixture
def windows(place: Path, tmp_path: Path) -> "Iterator[Windows]":
    """A Windows with a library, an endpoint and drive letters of the test's own; what a failed test left running in the
    background is ended."""
    made = Windows(place, tmp_path)
    yield made
    made.end_what_is_left()


@pytest.fixture(scope="session")
def setups(place: Path) -> dict[str, Path]:
    """Installers of two versions, by name."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed; scripts/test-windows installs it")
    return built_setups(place)


@pytest.fixture
def machine(place: Path, tmp_path: Path) -> "Iterator[Machine]":
    with new_machine(place, tmp_path) as made:
        yield made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many tests of each suite did what: `docs/windows.md` has these counts."""
    found = terminalreporter.stats
    told = [line for kind in ("passed", "failed") for report in found.get(kind, ()) for line in report.user_properties]
    here = [report for report in found.get("passed", ()) if report.nodeid.startswith("tests/winfsp/")]
    if told or here:
        terminalreporter.section("on Windows' CPython, and the face on this system")
    for suite, counts in told:
        terminalreporter.write_line(f"{suite}: {counts}")
    if here:
        terminalreporter.write_line(f"the face over the simulated DLL, on this system: {len(here)} passed")
