"""A process that owns a library: its faces get what it can hold; where it cannot start, its reason and its exit code are
those of the command that began it in the background."""

import threading
from pathlib import Path

import pytest
from mount.conftest import Program, program  # noqa: F401 - a fixture
from musfuse_fuse.options import FuseOptions

from musfuse.app.sections import default_sections
from musfuse.cli.hosting import host
from musfuse.config import Config, load_config
from musfuse.platform import system
from musfuse.service.face import Reach


class Once:
    """A face that is gone as soon as it started."""

    name = "once"

    def __init__(self, config: Config, started: list[Config]) -> None:
        self._config, self._started, self.ended = config, started, threading.Event()

    def check(self) -> None:
        pass

    def start(self, reach: Reach) -> None:
        del reach
        self._started.append(self._config)
        self.ended.set()

    def stop(self, force: bool = False) -> None:
        pass


def test_faces_have_as_many_threads_as_the_process_can_hold_files(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "raise_open_file_limit", lambda: 64)
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)  # the test hears signals itself
    config, started = load_config(default_sections(), env={}).config, list[Config]()
    host(tmp_path / "state", config, [str(music)], [lambda given: Once(given, started)], lambda _: None, None)
    assert config[FuseOptions].threads == 256
    assert [given[FuseOptions].threads < 32 for given in started] == [True]


def test_what_cannot_start_in_the_background_says_why(program: Program, tmp_path: Path) -> None:
    program.library.mkdir()
    (program.library / "catalog.db").write_bytes(b"no database" * 500)
    (program.library / "user.db").write_bytes(b"no database" * 500)
    said = program.run("serve", "--library", program.library, check=False)
    assert said.returncode == 1
    assert str(program.library) in said.stderr
    assert len(said.stderr.splitlines()) == 1
