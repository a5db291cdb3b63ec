"""How progress is shown, and what may be asked about it all the time."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from musfuse_fuse.mount import FuseFace

from musfuse.app.answers import Answers
from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.app.methods import Methods
from musfuse.cli import progress
from musfuse.cli.progress import Progress
from musfuse.config import Config
from musfuse.errors import StoreError


def test_progress_asks_no_database(tmp_path: Path) -> None:
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", Config(), closing)
        host = Host(library, lambda: FuseFace("mfusepy", 32, False))
        methods = Methods(host)
        closing.callback(host._server.close)
        library.catalog.database.close()
        assert methods.progress()["scan"]["state"] == "never"
        with pytest.raises(StoreError):
            Answers(host).status()


def test_without_a_terminal_there_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PLAIN_SECONDS", 0.0)
    with Progress("scan") as shown:
        shown.update(3, 10, "/music")
        shown.update(4)
    assert [line.split(" files")[0] for line in capsys.readouterr().err.splitlines()] == ["scan: 3 of 10", "scan: 4"]
    with Progress("scan", quiet=True) as shown:
        shown.update(3, 10)
    assert capsys.readouterr().err == ""


def test_bytes_are_told_as_such(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musfuse.cli.progress._PLAIN_SECONDS", 0.0)
    with Progress("sync", in_bytes=True) as progress:
        progress.update(1024, 4096, "a")
        progress.update(10)
    assert capsys.readouterr().err == "sync: 1.0 KiB of 4.0 KiB, 0:00 a\nsync: 10 B, 0:00\n"
