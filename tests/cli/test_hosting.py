"""A process that owns a library: its faces get what it can hold; where it cannot start, its reason and its exit code are
those of the command that began it in the background."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sound
from mount.conftest import Program, program  # noqa: F401 - a fixture
from musfuse_fuse.options import FuseOptions

from musfuse.app.sections import default_sections
from musfuse.cli.hosting import host
from musfuse.config import Config, load_config
from musfuse.config.load import Stated
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
    host(
        tmp_path / "state",
        Stated(config, lambda: config),
        [str(music)],
        [lambda given: Once(given, started)],
        lambda _: None,
        None,
    )
    assert config[FuseOptions].threads == 256
    assert [given[FuseOptions].threads < 32 for given in started] == [True]


def test_what_cannot_start_in_the_background_says_why(program: Program, tmp_path: Path) -> None:
    program.library.mkdir()
    with closing(sqlite3.connect(program.library / "user.db")) as newer:
        newer.execute("PRAGMA user_version = 1000")
    said = program.run("serve", "--no-http", "--library", program.library, check=False)
    assert said.returncode == 1
    assert str(program.library) in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_in_a_process_with_other_threads_a_new_program_is_started(program: Program, music: Path) -> None:
    """As under a debugger, or in somebody's own Python: what comes of it is the same."""
    sound.write(music / "1.flac", artist="Ann", album="Best", title="One")
    script = (
        "import sys, threading; threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "from musfuse.cli import main; sys.argv[0] = 'musfuse'; main()"
    )
    words = ["mount", "--library", str(program.library), str(music), str(program.mnt)]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout.startswith("mounted at ")) == (0, True), done.stderr
    program.settle()
    assert [path.name for path in program.files()] == ["One.flac"]
    (status,) = program.status()
    assert "--ready-fd" in Path(f"/proc/{status['pid']}/cmdline").read_text()


def test_a_process_in_the_background_holds_nothing_of_who_began_it(program: Program, music: Path) -> None:
    """Whoever reads from a pipe that the command had sees its end when the command ends."""
    sound.write(music / "1.flac", artist="Ann", album="Best", title="One")
    ours, theirs = os.pipe()
    words = ["mount", "--library", str(program.library), str(music), str(program.mnt)]
    with subprocess.Popen(
        [sys.executable, "-m", "musfuse", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(theirs,)
    ) as process:
        os.close(theirs)
        out, err = process.communicate(timeout=100)
        assert (process.returncode, out.startswith(b"mounted at ")) == (0, True), err
    with os.fdopen(ours, "rb") as pipe:
        assert pipe.read() == b""
    (status,) = program.status()
    assert os.getsid(status["pid"]) == status["pid"]
    assert os.readlink(f"/proc/{status['pid']}/cwd") == "/"
