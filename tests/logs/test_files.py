"""The library's log: dated lines of starts, mounts, scans and errors, bounded, and never in the way."""

import logging
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from mount.conftest import Program, program  # noqa: F401 - a fixture

from musfuse.logs.files import LOG_LIMIT, keep_log

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (INFO|WARNING|ERROR) musfuse[\w.]*(?: \w+=\S+)*: (.*)")


def _messages(program: Program) -> list[str]:
    found = [_LINE.fullmatch(line) for line in program.log().splitlines()]
    assert all(found), program.log()
    return [f"{match[1]} {match[2]}" for match in found if match]


def test_a_mount_from_start_to_end(program: Program, music: Path, tmp_path: Path) -> None:
    sound.write(music / "1.flac", title="One")
    (music / "bad.flac").write_bytes(b"fLaC")
    second = tmp_path / "second"
    second.mkdir()
    program.mount()
    program.settle()
    program.run("mount", "--library", program.library, second)
    subprocess.run(["fusermount3", "-u", second], check=True)
    program.unmount()
    said = _messages(program)
    indexed = [line for line in said if line.startswith("INFO index: ")]  # in the background, and because of `settle`
    assert set(indexed) == {"INFO index: 0 indexed, 0 failed"}
    assert [re.sub(r"process \d+", "process N", line) for line in said if line not in indexed] == [
        f"INFO musfuse 0.1.0 starts, process N, library {program.library}",
        f"INFO shown at {program.mnt}",
        f"INFO scan of {music}: 2 files, 2 read, 1 skipped, 0 removed; done",
        f"INFO shown at {second}", f"INFO no longer shown at {second}", f"INFO no longer shown at {program.mnt}",
        "INFO musfuse ends, process N",
    ]  # fmt: skip


def test_what_libfuse_says_is_dated(program: Program, music: Path) -> None:
    at = ("--library", program.library)
    program.run("scan", *at, music)
    program.run("mount", *at, "-o", "no_such_option", program.mnt, check=False)
    assert "WARNING libfuse: unknown option(s): `-o no_such_option'" in _messages(program)


def test_scans_without_a_mount_and_errors(program: Program, music: Path, tmp_path: Path) -> None:
    sound.write(music / "1.flac", title="One")
    at = ("--library", program.library)
    assert program.run("scan", *at, music).stderr == ""
    (music / "1.flac").unlink()
    assert " INFO " in program.run("-v", "scan", *at).stderr
    assert " INFO " in program.run("scan", *at, "-v").stderr
    program.run("mount", *at, tmp_path / "none", check=False)
    moved = music.rename(tmp_path / "moved")
    program.run("scan", *at, check=False)
    moved.rename(music)
    said = _messages(program)
    assert said[0] == f"INFO scan of {music}: 1 file, 1 read, 0 skipped, 0 removed; done"
    assert [line for line in said if line.startswith("ERROR")] == [
        f"ERROR {tmp_path}/none: no such folder; make it first: mkdir -p {tmp_path}/none"
    ]
    assert [line for line in said if line.startswith("WARNING scan")]


def test_it_is_bounded(tmp_path: Path) -> None:
    with ExitStack() as closing:
        keep_log(tmp_path / "musfuse.log", closing)
        for _ in range(3 * LOG_LIMIT // 1000):
            logging.getLogger("musfuse.test").warning("%s", "x" * 1000)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(sizes) == {"musfuse.log", "musfuse.log.1"}
    assert max(sizes.values()) < LOG_LIMIT + 2000
    assert not any(str(tmp_path) in str(handler) for handler in logging.getLogger().handlers)


@pytest.mark.parametrize("what", ["a folder in its place", "a full disk"])
def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "musfuse.log"
    log.mkdir() if what == "a folder in its place" else log.symlink_to("/dev/full")
    with ExitStack() as closing:
        keep_log(tmp_path / "musfuse.log", closing)
        logging.getLogger("musfuse.test").warning("lost")
    assert capsys.readouterr().err == ""
