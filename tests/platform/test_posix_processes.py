"""Other processes, on Linux itself."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from patient import until

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)


from musfuse.platform import posix


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(
    ("how", "killed"), [(signal.SIGKILL, True), (signal.SIGTERM, True), (signal.SIGSEGV, False), (0, False)]
)
def test_who_ended_a_process(how: int, killed: bool) -> None:
    script = "import os, sys; number = int(sys.argv[1]); os.kill(os.getpid(), number) if number else sys.exit(1)"
    done = subprocess.run([sys.executable, "-c", script, str(int(how))], check=False)
    assert posix.was_killed(done.returncode) is killed
    assert not posix.was_out_of_time(done.returncode)


@pytest.mark.parametrize("wait", [posix.wait_for_end, posix.processes._poll_for_end])
def test_the_end_of_a_process_is_waited_for(wait: object, sleeper: subprocess.Popen[bytes]) -> None:
    assert callable(wait)
    assert wait(sleeper.pid, 0.03) is False
    sleeper.kill()
    sleeper.wait()
    assert wait(sleeper.pid, 30) is True


def test_a_detached_process_tells_through_what_it_inherits_and_logs_the_rest(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    script = (
        "import os, sys; from musfuse.platform import posix\n"
        "with os.fdopen(posix.open_inherited(int(sys.argv[1])), 'w') as out: out.write(f'{os.getcwd()} {os.getsid(0)}')\n"
        "print('logged')"
    )
    passed = posix.inheritable(theirs)
    process = posix.spawn_detached([sys.executable, "-c", script, str(passed)], tmp_path / "log", passed)
    os.close(theirs)
    with os.fdopen(ours) as told:
        assert told.read() == f"/ {process.pid}"  # a session of its own
    assert process.wait() == 0
    assert (tmp_path / "log").read_text() == "logged\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems start a new program")
def test_a_fork_goes_on_alone_with_what_it_is_to_keep(tmp_path: Path) -> None:
    """Run in a process of its own, which has no other threads."""
    script = (
        "import os, sys; from pathlib import Path; from musfuse.platform import posix\n"
        "ours, theirs = os.pipe(); more = os.dup(0)\n"
        "log = Path(sys.argv[1]); log.touch()\n"
        "pid = posix.fork_detached(log, theirs)\n"
        "if pid == 0:\n"
        "    print('logged', flush=True)\n"
        "    left = sorted({int(n) for n in os.listdir('/proc/self/fd')} - {0, 1, 2, theirs})[:-1]\n"
        "    os.write(theirs, f'{os.getcwd()} {os.getsid(0) == os.getpid()} {left} {os.read(0, 9)}'.encode())\n"
        "    os._exit(7)\n"
        "os.close(theirs)\n"
        "print(os.read(ours, 999).decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path / "log"], capture_output=True, text=True, check=True)
    assert done.stdout == "/ True [] b'' 7\n"
    assert (tmp_path / "log").read_text() == "logged\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems start a new program")
def test_a_fork_that_cannot_begin_does_not_go_on_as_a_second_caller(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from musfuse.platform import posix\n"
        "pid = posix.fork_detached(Path(sys.argv[1]), 1)\n"
        "print('went on', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    log = tmp_path / "no such folder/log"
    done = subprocess.run([sys.executable, "-c", script, log], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("went on 1\n", "")


def test_a_process_with_other_threads_is_not_forked(tmp_path: Path) -> None:
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    try:
        assert posix.fork_detached(tmp_path / "log", 1) is None
    finally:
        leave.set()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="others have no /proc")
def test_a_process_is_named_while_it_is_there() -> None:
    with subprocess.Popen(["sleep", "100"]) as process:
        until(lambda: posix.program_of(process.pid).startswith("sleep"))  # it is a copy of this process at first
        assert posix.program_of(process.pid) == f"sleep ({process.pid})"
        process.kill()
    assert posix.program_of(process.pid) == f"process {process.pid}"
