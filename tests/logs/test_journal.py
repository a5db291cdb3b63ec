"""systemd's journal, played by a socket that reads its protocol."""

import logging
import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from musfuse.ids import said_for
from musfuse.logs import journal
from musfuse.logs.files import keep_log
from musfuse.logs.journal import JournalHandler, datagram, is_read_by_it


def parse(raw: bytes) -> dict[str, str]:
    """The fields of a datagram, as the protocol's description has them."""
    found = {}
    while raw:
        head, _, raw = raw.partition(b"\n")
        name, equals, value = head.partition(b"=")
        if not equals:
            size = int.from_bytes(raw[:8], "little")
            value, raw = raw[8 : 8 + size], raw[8 + size + 1 :]
        found[name.decode()] = value.decode()
    return found


@pytest.fixture
def listening(tmp_path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(tmp_path / "journal"))
    made.settimeout(10)
    return made


def test_a_line_has_its_fields(listening: socket.socket, tmp_path: Path) -> None:
    with listening:
        handler = JournalHandler(str(tmp_path / "journal"))
        with said_for(job=3):
            handler.emit(logging.LogRecord("musfuse.x", logging.ERROR, "a.py", 7, "two\nlines %d", (5,), None, "do"))
        handler.close()
        found = parse(listening.recv(1 << 16))
    assert found["MESSAGE"] == "two\nlines 5"
    assert (found["PRIORITY"], found["SYSLOG_IDENTIFIER"], found["MUSFUSE_JOB"]) == ("3", "musfuse", "3")
    assert (found["CODE_FILE"], found["CODE_LINE"], found["CODE_FUNC"]) == ("a.py", "7", "do")


def test_fields_with_line_ends_have_their_length() -> None:
    assert datagram({"A": "b=c", "D": "e\nf"}) == b"A=b=c\nD\n\x03\0\0\0\0\0\0\0e\nf\n"


def test_a_journal_that_is_gone_or_full_stops_nothing(tmp_path: Path) -> None:
    handler = JournalHandler(str(tmp_path / "none"))
    handler.emit(logging.LogRecord("musfuse.x", logging.INFO, "a.py", 7, "x" * 1_000_000, (), None))
    handler.close()


def test_it_is_spoken_to_where_it_reads_this_process(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = os.fstat(2)
    monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
    monkeypatch.setattr(journal.JournalHandler.__init__, "__defaults__", (str(tmp_path / "journal"),))
    assert is_read_by_it()
    with listening, ExitStack() as closing:
        keep_log(tmp_path / "musfuse.log", closing)
        logging.getLogger("musfuse.x").warning("careful")
        assert parse(listening.recv(1 << 16))["MESSAGE"] == "careful"
    assert "careful" in (tmp_path / "musfuse.log").read_text()


@pytest.mark.parametrize("stream", ["", "1", "1:2", "a:b", "::"])
def test_elsewhere_it_is_not(stream: str) -> None:
    assert not is_read_by_it(2, stream)
