"""Watching the owner's jobs, over a real socket."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from musfuse_fuse.mount import FuseFace

from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.app.methods import Methods
from musfuse.cli.index_cmd import command as index
from musfuse.cli.scan_cmd import command as scan
from musfuse.config import Config
from musfuse.control import Server
from musfuse.control.protocol import endpoint
from musfuse.errors import StoreError

Serve = Callable[..., list[str]]


def job(state: str, **details: Any) -> dict[str, Any]:
    ended = state in ("done", "failed")
    result = {"state": state, "files": 3, **details} if ended else {}
    return {
        "state": state, "done": 3, "total": 3, "details": details, "asked": 1, "completed": int(ended), "result": result,
    }  # fmt: skip


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """An owner of `tmp_path` whose jobs go through the states given; what it was asked."""
    with ExitStack() as closing:

        def serve(*states: dict[str, Any]) -> list[str]:
            asked, left = list[str](), list(states)

            def progress() -> dict[str, Any]:
                asked.append("progress")
                return {"scan": job("done"), "index": job("done")} | (left.pop(0) if len(left) > 1 else left[0])

            def begin(sources: list[str] = [], everything: bool = False) -> dict[str, int]:  # noqa: B006
                asked.append("begin")
                return {"ticket": 1}

            server = Server(endpoint(tmp_path), {"scan": begin, "index": begin, "progress": progress})
            server.start()
            closing.callback(server.close)
            return asked

        yield serve


def test_a_job_is_followed_by_one_light_call(serve: Serve, tmp_path: Path) -> None:
    counts = {"read": 1, "skipped": 2, "removed": 0, "problems": []}
    asked = serve({"scan": job("queued")}, {"scan": job("running", source="/m")}, {"scan": job("done", **counts)})
    done = CliRunner().invoke(scan, ["--library", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, "3 files, 1 read, 2 skipped, 0 removed\n")
    assert asked == ["begin", "progress", "progress", "progress"]


@pytest.mark.parametrize("command", [scan, index])
def test_a_job_that_failed_is_said(serve: Serve, tmp_path: Path, command: Any) -> None:
    serve({"scan": job("failed", error="the disk is full"), "index": job("failed", error="the disk is full")})
    done = CliRunner().invoke(command, ["--library", str(tmp_path), *(["--wait"] if command is index else [])])
    assert (done.exit_code, "Error: the disk is full" in done.output) == (1, True)


def test_progress_asks_no_database(tmp_path: Path) -> None:
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", Config(), closing)
        host = Host(library, lambda: FuseFace("mfusepy", 32, False))
        methods = Methods(host)
        closing.callback(host._server.close)
        library.catalog.database.close()
        assert methods.progress()["scan"]["state"] == "never"
        with pytest.raises(StoreError):
            methods.status()
