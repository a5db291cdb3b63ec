"""`musfuse serve` and `musfuse stop`: a library at work without a mount, mounts that come and go meanwhile."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from mount.conftest import Program, program, until  # noqa: F401 - fixtures


@pytest.fixture
def served(program: Program, music: Path) -> Iterator[Program]:
    for n in (1, 2):
        sound.write(music / f"{n}.wav", artist="Ann", album="Lib", title=f"T{n}", tracknumber=str(n), seed=n)
    said = program.run("serve", "--no-http", "--library", program.library, music)
    assert said.stdout == f"serving {program.library}; `musfuse stop` ends it\n"
    yield program
    program.run("stop", "--library", program.library, check=False)


def test_a_library_is_at_work_and_mounts_come_and_go(served: Program) -> None:
    served.settle()
    (status,) = served.status()
    assert (status["mounts"], status["stays"], status["pending"]) == ([], True, 0)
    shown = served.run("status").stdout
    assert "stays until `musfuse stop`" in shown
    assert served.run("ls", "--library", served.library, "Ann/Lib").stdout.count(".flac") == 2
    for _ in range(2):
        served.run("mount", "--library", served.library, served.mnt)
        assert len(served.files()) == 2
        served.unmount()
        assert served.status()[0]["pid"] == status["pid"]
    served.run("mount", "--library", served.library, served.mnt)
    said = served.run("stop", "--library", served.library)
    assert re.fullmatch(r"ended process \d+\n", said.stdout)
    assert not os.path.ismount(served.mnt)
    assert served.status() == []


def test_one_process_has_a_library(served: Program) -> None:
    again = served.run("serve", "--no-http", "--library", served.library, check=False)
    assert again.returncode == 4
    assert "has this library already; `musfuse stop` ends it" in again.stderr
    served.run("stop", "--library", served.library)
    nobody = served.run("stop", "--library", served.library, check=False)
    assert nobody.returncode == 4
    assert "no process has this library" in nobody.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_it_ends_when_it_is_told_to(program: Program, signal_number: int) -> None:
    argv = [
        sys.executable,
        "-m",
        "musfuse",
        "serve",
        "--foreground",
        "--no-http",
        "--library",
        program.library,
        program.music,
    ]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == f"serving {program.library}; Ctrl-C ends it\n"
        process.send_signal(signal_number)
        assert process.wait(60) in (0, 130)
    assert program.status() == []


def test_it_is_served_over_http(program: Program) -> None:
    pytest.importorskip("uvicorn")
    said = program.run("serve", "--listen", "127.0.0.1:0", "--library", program.library, program.music)
    try:
        told = re.fullmatch(
            rf"serving {program.library} at (http://127.0.0.1:\d+); `musfuse stop` ends it\n"
            r"to set it up, once: \1/setup#[\w-]{43}\n",
            said.stdout,
        )
        assert told
        with urllib.request.urlopen(f"{told[1]}/api/v1/health", timeout=30) as answer:
            assert json.loads(answer.read()) == {"ok": True}
        assert told[1] in program.run("status").stdout
        place = told[1].removeprefix("http://")
        other = program.library.with_name("other")
        taken = program.run("serve", "--listen", place, "--library", other, program.music, check=False)
        assert taken.returncode == 3
        assert f"{place} cannot be listened at" in taken.stderr
    finally:
        program.run("stop", "--library", program.library)


def test_http_is_wanted_or_not(program: Program) -> None:
    said = program.run("serve", "--listen", "127.0.0.1:0", "--no-http", "--library", program.library, check=False)
    assert said.returncode == 2
    assert "leave one of them out" in said.stderr


def test_without_the_extra_a_library_is_at_work_all_the_same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
import sys
import musfuse_http.face
musfuse_http.face.lacks = lambda: "uvicorn"
from musfuse.cli import main
sys.argv = ["musfuse", *sys.argv[1:]]
main()
"""
    run = [sys.executable, "-c", script, "serve", "--library", program.library]
    wanted = subprocess.run([*run, "--listen", "127.0.0.1:0"], capture_output=True, text=True)
    assert wanted.returncode == 3
    assert "uvicorn is not installed; `pip install 'musfuse[server]'` brings it" in wanted.stderr
    without = subprocess.run(run, capture_output=True, text=True)
    program.run("stop", "--library", program.library)
    assert (without.returncode, without.stdout) == (0, f"serving {program.library}; `musfuse stop` ends it\n")
    assert "HTTP is not served: uvicorn is not installed" in without.stderr
