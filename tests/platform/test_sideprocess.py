import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from patient import until

from musfuse.platform import sideprocess
from musfuse.platform.sideprocess import SideProcess

log = logging.getLogger("beside")

SAYS = """
import logging, sys
from musfuse.platform.sideprocess import Saying
logging.basicConfig(level=logging.WARNING, handlers=[Saying()])
print("no JSON", "[]", '{"level": null}', sep="\\n")
for line in sys.stdin:
    logging.warning("heard %r", line)
sys.exit(7)
"""
DEAF = 'import time; print(\'{"level": 30, "message": "here"}\', flush=True); time.sleep(1000)'


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SideProcess]:
    """One whose module lies where this process alone was told to look; the test writes it."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    made = SideProcess("of_this_test", log)
    yield made
    made.stop()


def runs(beside: SideProcess, line: bytes) -> "tuple[threading.Thread, list[int]]":
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(beside.run(line)))
    thread.start()
    return thread, codes


def test_what_it_says_is_logged_and_what_it_is_told_arrives(
    beside: SideProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "of_this_test.py").write_text(SAYS)
    thread, codes = runs(beside, b"do\n")
    until(lambda: caplog.messages == [r"heard 'do\n'"])
    beside.nudge()
    until(lambda: len(caplog.messages) == 2)
    assert beside.pid is not None
    beside.stop()
    thread.join()
    assert codes == [7]
    assert caplog.record_tuples == [("beside", logging.WARNING, rf"heard '{text}\n'") for text in ("do", "")]
    beside.nudge()
    assert (beside.pid, beside.run(b"do\n")) == (None, 0)  # it was stopped for good
    assert len(caplog.messages) == 2


def test_one_that_does_not_listen_is_ended(
    beside: SideProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "of_this_test.py").write_text(DEAF)
    monkeypatch.setattr(sideprocess, "_END_SECONDS", 0.05)
    thread, codes = runs(beside, b"do\n")
    until(lambda: caplog.messages == ["here"])
    beside.stop()
    thread.join(30)
    assert codes
    assert codes[0] != 0


def test_its_input_is_not_closed_while_it_is_written_to(
    beside: SideProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is opened meanwhile could have its number, and would be written to."""
    (tmp_path / "of_this_test.py").write_text(SAYS)
    thread, _ = runs(beside, b"do\n")
    until(lambda: caplog.messages)
    open_then: list[bool] = []

    def stop_meanwhile(number: int, data: bytes) -> int:
        stopping = threading.Thread(target=beside.stop)
        stopping.start()
        stopping.join(0.1)
        open_then.append(os.fstat(number).st_mode != 0 and stopping.is_alive())
        return len(data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", stop_meanwhile)
        beside.nudge()
    thread.join()
    assert open_then == [True]


def test_a_nudge_does_not_come_before_what_it_is_told(
    beside: SideProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "of_this_test.py").write_text(SAYS)
    tell = beside._tell

    def late(*told: Any) -> None:
        beside.nudge()
        tell(*told)

    monkeypatch.setattr(beside, "_tell", late)
    thread, _ = runs(beside, b"do\n")
    until(lambda: caplog.messages)
    beside.stop()
    thread.join()
    assert caplog.messages == [r"heard 'do\n'"]
