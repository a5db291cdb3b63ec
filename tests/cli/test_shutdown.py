"""`musfuse shutdown`: on a real mount, reads that go on are not cut off."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import sound
from conftest import needs_fuse
from mount.conftest import Program, program, until  # noqa: F401 - fixtures
from patient import until as soon


def opens(path: Path) -> int:
    """0 where a file can be opened, else the number of the error."""
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        return error.errno or -1
    return 0


@needs_fuse
def test_what_is_open_is_read_to_its_end(program: Program, music: Path) -> None:
    for n in (1, 2):
        sound.write(music / f"{n}.flac", 200_000, artist="Ann", album="Lib", title=f"T{n}", seed=n)
    program.mount()
    program.settle()
    first, second = sorted(program.mnt.glob("*/*/*.flac"))
    pid = program.status()[0]["pid"]
    with first.open("rb", buffering=0) as file:
        begin = file.read(1000)
        argv = [sys.executable, "-m", "musfuse", "shutdown", "--library", program.library, "--timeout", "60", "--json"]
        ends = subprocess.Popen(argv, stdout=subprocess.PIPE)
        soon(lambda: opens(second) == errno.ENODEV)
        assert os.path.ismount(program.mnt)
        whole = begin + file.readall()
        assert len(whole) == os.fstat(file.fileno()).st_size
    soon(lambda: not os.path.ismount(program.mnt))
    said, _ = ends.communicate(timeout=60)
    told = json.loads(said)
    assert (ends.returncode, told["pid"]) == (0, pid)
    assert told["open_files"] in (1, 2)  # the second may be looked at in that moment
    soon(lambda: program.status() == [])


def test_where_there_is_nothing_to_end(program: Program) -> None:
    done = program.ask("shutdown", "--library", program.library, check=False)
    assert done.returncode == 4
    assert "no process has this library" in done.stderr
