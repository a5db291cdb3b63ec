"""A drive whose process may have little address space."""

import errno
import json
import resource
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
import sound

from mount.conftest import Program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")

LIMIT = 900_000 << 10
"""Bytes: `ulimit -v 900000`."""
BUSY = {errno.EIO, errno.EMFILE, errno.EAGAIN, errno.ENOMEM}


def limited(*argv: str) -> str:
    """What a command says under the limit."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))

    done = subprocess.run([sys.executable, "-m", "musfuse", *argv], preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_many_readers_leave_a_drive_with_little_address_space_alive(program: Program, music: Path) -> None:
    for number in range(20):
        sound.write(music / f"{number:02}.wav", 200_000, artist="A", album="B", title=f"{number:02}", seed=number)
    limited("mount", "--library", str(program.library), str(music), str(program.mnt))
    program.wait_for_scan()
    files = program.files()
    assert len(files) == 20
    ends: Counter[int] = Counter()

    def read_all(first: int) -> None:
        for path in files[first % 20 :] + files[: first % 20]:
            try:
                path.read_bytes()
                ends[0] += 1
            except OSError as error:
                ends[error.errno or -1] += 1

    readers = [threading.Thread(target=read_all, args=(number,)) for number in range(120)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert ends.keys() <= {0, *BUSY}, ends
    assert ends[0] > len(files)
    assert [path.read_bytes()[:4] for path in files] == [b"fLaC"] * 20
    (status,) = program.status()
    assert status["mounts"] == [str(program.mnt)]


def test_doctor_tells_what_a_drive_needs(program: Program) -> None:
    def check(said: str) -> tuple[str, str]:
        (row,) = (row for row in json.loads(said) if row["check"] == "address space")
        return row["state"], row["detail"]

    state, detail = check(program.run("doctor", "--json", "--library", program.library).stdout)
    assert (state, "not limited" in detail) == ("ok", True)
    state, detail = check(limited("doctor", "--json", "--library", str(program.library)))
    assert state == "warning"
    assert "limited to 878 MiB" in detail
    assert "ulimit -v" in detail
