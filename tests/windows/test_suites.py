"""Suites of the project that run on Windows' own CPython as they are, each in one process, which pytest there counts."""

import re
from collections.abc import Callable

import pytest

from windows.prepare import CHECKOUT, windows_path
from windows.wine import Windows

Record = Callable[[str, object], None]

SYSTEM = ("acl", "pipes", "channel", "session", "breakaway", "sources", "priority")
SUITES = {
    "system calls": [f"tests/platform/test_windows_{name}.py" for name in SYSTEM],
    "control channel": ["tests/control"],
    "encoder, stores, ledger": [
        *("tests/contracts/test_encoder.py", "tests/contracts/test_ledger.py", "tests/store/test_sqlite.py"),
        *("tests/store/test_layered.py", "tests/store/test_copies.py", "tests/store/test_opening.py"),
        *("tests/store/test_integrity.py", "tests/store/test_jobtable.py", "tests/store/test_memory.py"),
    ],
    "worker processes": ["tests/media/workers"],
    "events and jobs": ["tests/events", "tests/jobs"],
    "configuration, names of origins": [
        *("tests/config/test_sections.py", "tests/config/test_toy_section.py"),
        *("tests/origins/test_checked.py", "tests/origins/test_memory.py"),
    ],
    "gRPC, its way to the owner": ["tests/gateway"],
    "formats": ["tests/contracts/test_format.py"],
}
"""By what they are about. A suite belongs here once all of it passes on Windows."""
NOT_THERE = "not a_link and not what_is_no_file"
"""What is made by calls that there are not: `os.mkfifo`, and Wine's for links."""
DRIVE = "(winfsp and not audio) or whoever_did_it"
"""Of the one drive suite, what goes through this face; the program that decodes what is served is not there, but the
encoder's fingerprint is looked at."""
SECONDS = 2400


def counts(output: str) -> dict[str, int]:
    """How many tests did what, of pytest's last line."""
    return {what: int(count) for count, what in re.findall(r"(\d+) (passed|failed|skipped|errors?)\b", output)}


def run(windows: Windows, record: Record, name: str, *arguments: str, below: str = "") -> None:
    """Run pytest there, in the checkout, with what it makes below a folder, and record its counts. Fails where a test
    fails, or none runs."""
    done = windows.python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "600", "--tb", "short", "-rfE"),
        *("--basetemp", (below or windows_path(windows.folder)) + "\\inner", *arguments),
        seconds=SECONDS, folder=CHECKOUT,
    )  # fmt: skip
    found = counts(done.output.splitlines()[-1] if done.output else "")
    record(name, ", ".join(f"{count} {what}" for what, count in found.items()))
    assert done.code == 0, done.output
    assert found.get("passed", 0) > 0, done.output


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("suite", list(SUITES))
def test_a_suite(windows: Windows, suite: str, record_property: Record) -> None:
    run(windows, record_property, suite, *SUITES[suite])


@pytest.mark.timeout(SECONDS + 60)
def test_all_that_lies_on_a_share(windows: Windows, record_property: Record) -> None:
    """Originals, libraries, configurations and other programs' databases of these tests lie on a share."""
    suites = ("tests/platform/test_windows_sources.py", "tests/store/test_foreign.py")
    with windows.share("tests", "music"):
        run(windows, record_property, "on a share", *suites, "-k", NOT_THERE, below="\\\\tests\\music")


@pytest.mark.timeout(SECONDS + 60)
def test_the_face_over_the_real_binding(windows: Windows, record_property: Record) -> None:
    """winfspy's own compiled part, below it the simulated driver. Each test there mounts a library of its own, which
    takes Wine some 5 s, and calls through many layers, so fewer of the random operations are made than on Linux."""
    real = windows.having(WINFSP_TEST_BINDING="real", WINFSP_OPERATIONS="3200")
    run(real, record_property, "the face over winfspy's real binding", "tests/winfsp")


@pytest.mark.timeout(SECONDS + 60)
def test_the_one_drive_suite_over_the_real_binding(windows: Windows, record_property: Record) -> None:
    """Folders that are made, moved and removed by hand, searches, collections, plays, and all that every face has."""
    real = windows.having(WINFSP_TEST_BINDING="real")
    run(real, record_property, "the drive suite over winfspy's real binding", "tests/faces", "-k", DRIVE)
