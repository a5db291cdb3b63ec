"""What the log hears of a place that cannot be written."""

import logging

import pytest

from musfuse.store import Complaint


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "musfuse.store.complaint")
    return caplog


def test_the_same_trouble_at_every_file_is_one_line(said: pytest.LogCaptureFixture) -> None:
    complaint = Complaint("nothing is kept")
    for n in range(5):
        complaint.failed(OSError(f"disk full at {n}"))
    assert said.messages == ["disk full at 0; nothing is kept"]
    assert complaint.problem == "disk full at 4; nothing is kept"  # the state tells the latest


def test_the_end_of_it_repeats_why_because_the_first_line_may_be_lost(said: pytest.LogCaptureFixture) -> None:
    complaint = Complaint("nothing is kept")
    complaint.failed(OSError("disk full"))
    complaint.failed(OSError("disk gone"))
    for _ in range(3):
        complaint.worked()
    assert complaint.problem == ""
    assert said.messages[1:] == ["written again, after: disk gone; nothing is kept"]


def test_what_always_works_is_not_talked_about(said: pytest.LogCaptureFixture) -> None:
    complaint = Complaint("nothing is kept")
    complaint.worked()
    assert said.messages == []


def test_each_trouble_is_announced_anew(said: pytest.LogCaptureFixture) -> None:
    complaint = Complaint("nothing is kept")
    for _ in range(2):
        complaint.failed(OSError("disk full"))
        complaint.worked()
    assert len(said.messages) == 4
