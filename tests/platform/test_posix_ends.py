"""How a process is asked to end, on Linux itself."""

import os
import pty
import signal
import subprocess
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


_HANGUP = """
import os, signal
from musfuse.platform import posix

def end():
    print("ends", flush=True)
    os._exit(0)

posix.on_terminate(end)
posix.on_hangup(lambda: print("rescans", flush=True))
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_a_hangup_without_a_terminal_is_somebody_asking() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HANGUP], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline() == "rescans\n"
        process.terminate()
        assert process.stdout.readline() == "ends\n"


def test_a_terminal_that_is_closed_ends_the_process() -> None:
    read, write = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.execv(sys.executable, [sys.executable, "-c", _HANGUP])
    os.close(write)
    with os.fdopen(read) as said:
        assert said.readline() == "ready\n"
        os.kill(pid, signal.SIGHUP)  # somebody asks, and the terminal is there
        assert said.readline() == "rescans\n"
        os.close(terminal)
        assert said.readline() == "ends\n"
    os.waitpid(pid, 0)
