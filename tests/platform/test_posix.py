"""System calls of Linux, macOS and the BSDs, on the system itself: limits in processes of their own, real locks, sockets
and folders."""

import os
import pty
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests_support import small_disk

from musfuse.errors import ControlError, MountError, StoreError

if sys.platform == "win32":
    pytest.skip("POSIX only", allow_module_level=True)

import resource

from musfuse.platform import posix

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def child(script: str, *argv: str | Path, limit: tuple[int, int, int] | None = None, code: int = 0) -> str:
    """What a process with a limit (number, soft, hard) prints."""

    def bound() -> None:
        if limit:
            resource.setrlimit(limit[0], limit[1:])

    done = subprocess.run(
        [sys.executable, "-c", f"from musfuse.platform import posix\n{script}", *map(str, argv)],
        preexec_fn=bound, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout.strip()


GIB = 1 << 30


def test_the_soft_limit_on_open_files_is_raised_to_the_hard_one() -> None:
    assert child("print(posix.raise_open_file_limit())", limit=(resource.RLIMIT_NOFILE, 64, 256)) == "256"


def test_a_process_takes_no_more_memory_than_it_may() -> None:
    for limit in ("limit_memory", "limit_data"):
        script = f"posix.{limit}(300)\ntry: bytearray(400 << 20)\nexcept MemoryError: print('refused')"
        assert child(script) == "refused"


def test_threads_and_open_files_fit_into_little_address_space() -> None:
    script = "print(posix.face_threads(200), posix.open_handles(16384), posix.waiting_calls(64), posix.address_space())"
    assert child(script) == "200 16384 64 None"
    found = {}
    for size in (GIB // 4, GIB, 4 * GIB):
        threads, handles, waiting, told = map(int, child(script, limit=(resource.RLIMIT_AS, size, size)).split())
        assert told == size
        assert 16 <= threads <= 200
        assert 16 <= handles <= 16384
        assert 0 < waiting < threads  # some are left for others
        found[size] = (threads, handles)
        if threads > 16:
            assert posix.address_space_needed(threads) <= size
    assert sorted(found.values()) == [found[size] for size in sorted(found)]


def test_only_where_address_space_is_limited_threads_get_small_stacks() -> None:
    script = "import os, threading; posix.spare_address_space()\nprint(threading.stack_size(), os.environ.get('FUSE_THREAD_STACK'))"
    assert child(script) == "0 None"
    assert child(script, limit=(resource.RLIMIT_AS, 2 * GIB, 2 * GIB)) == f"{1 << 20} {1 << 20}"


@pytest.mark.parametrize(
    ("how", "killed"), [(signal.SIGKILL, True), (signal.SIGTERM, True), (signal.SIGSEGV, False), (0, False)]
)
def test_who_ended_a_process(how: int, killed: bool) -> None:
    script = "import os, sys; number = int(sys.argv[1]); os.kill(os.getpid(), number) if number else sys.exit(1)"
    done = subprocess.run([sys.executable, "-c", script, str(int(how))], check=False)
    assert posix.was_killed(done.returncode) is killed
    assert not posix.was_out_of_time(done.returncode)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("wait", [posix.wait_for_end, posix._poll_for_end])
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


def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.close(posix.open_shared(str(tmp_path / "pipe")))


def test_listing_and_opening_leave_no_descriptor(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    before = len(os.listdir("/dev/fd"))
    with posix.opened_folder(str(tmp_path)) as (names, place, facts_of):
        assert (names, place, facts_of("a").st_size) == (["a"], os.path.realpath(tmp_path), 1)
    assert posix.placed_facts(str(tmp_path / "a"))[1] == os.path.realpath(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / "missing"):
        with pytest.raises(OSError), posix.opened_folder(str(path)):
            pass
    with pytest.raises(OSError):
        posix.placed_facts(str(tmp_path / "missing"))
    assert len(os.listdir("/dev/fd")) == before


def test_what_a_version_tag_tells(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1")
    before = posix.version_tag(path.stat())
    assert posix.version_tag(path.stat()) == before
    path.chmod(0o640)
    other = posix.version_tag(path.stat()).split(" ")
    assert len(other) == 3
    assert other[0] == before.split(" ")[0]
    assert other[2] != before.split(" ")[2]  # which explains the change time
    os.link(path, tmp_path / "b")
    assert posix.version_tag(path.stat()).split(" ")[2] not in (before.split(" ")[2], other[2])


def test_bytes_are_written_and_read_where_they_belong(tmp_path: Path) -> None:
    fd = posix.open_for_update(str(tmp_path / "f"))
    posix.write_at(fd, b"end", (5 << 30) - 3)
    posix.write_at(fd, b"begin", 0)
    assert posix.read_at(fd, 10, (5 << 30) - 3) == b"end"
    assert posix.read_at(fd, 7, 0) == b"begin\0\0"
    assert posix.read_at(fd, 7, 5 << 30) == b""
    os.close(fd)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600


def test_a_write_that_finds_no_room_is_an_error_not_a_short_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 100) as disk:
        fd = posix.open_for_update(str(disk / "f"))
        with pytest.raises(OSError, match="No space left"):
            posix.write_at(fd, bytes(300 << 10), 0)
        os.close(fd)


def test_a_read_from_a_pipe_waits_only_while_nothing_can_come() -> None:
    ours, theirs = os.pipe()
    assert not posix.input_waits(ours, 0)
    os.write(theirs, b"1")
    assert posix.input_waits(ours, 0)
    os.read(ours, 1)
    os.close(theirs)
    assert posix.input_waits(ours, 0)  # its end
    os.close(ours)


def test_a_lock_is_held_until_it_is_released_or_its_process_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = (
        "import sys; from pathlib import Path; from musfuse.platform import posix\n"
        "lock = posix.ProcessLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); input()"
    )
    lock = posix.ProcessLock(path)
    with subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not lock.acquire()
        other.kill()
        other.wait()
    assert lock.acquire()
    assert not posix.ProcessLock(path).acquire()
    lock.release()
    lock.release()
    again = posix.ProcessLock(path)
    assert again.acquire()
    again.release()


def test_a_lock_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="name another folder with --library"):
        posix.ProcessLock(tmp_path / "missing" / "lock").acquire()


def test_the_folder_of_sockets_is_this_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "a/run"))
    assert posix.runtime_folder() == tmp_path / "a/run"
    (tmp_path / "a/run").chmod(0o777)
    posix.runtime_folder()
    assert stat.S_IMODE((tmp_path / "a/run").stat().st_mode) == 0o700
    monkeypatch.delenv("MUSFUSE_RUNTIME_DIR")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert posix.runtime_folder() == tmp_path / "musfuse"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert posix.runtime_folder() == tmp_path / f"musfuse-{os.getuid()}"


@root_only
def test_a_folder_of_sockets_that_somebody_else_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", 65534, 65534)
    with pytest.raises(ControlError, match="belongs to somebody else"):
        posix.runtime_folder()
    (tmp_path / "run").rmdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "run").symlink_to("mine")  # may be led elsewhere later
    with pytest.raises(ControlError, match="belongs to somebody else"):
        posix.runtime_folder()
    (tmp_path / "run").unlink()
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(ControlError, match="cannot hold the sockets"):
        posix.runtime_folder()


def test_a_socket_is_this_users_alone_and_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "s"
    umask = os.umask(0)
    os.umask(umask)
    posix.listen(path).close()
    with pytest.raises(ConnectionRefusedError):
        posix.connect(path, 1)
    with closing(posix.listen(path)) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with closing(posix.connect(path, 5)) as client:
            accepted, _ = server.accept()
            accepted.sendall(b"hello")
            accepted.close()
            assert client.recv(10) == b"hello"
            assert client.gettimeout() == 5
    assert os.umask(umask) == umask
    for wrong in (tmp_path / "missing/s", tmp_path / ("x" * 200)):
        with pytest.raises(ControlError, match="cannot hold a socket"):
            posix.listen(wrong)
        with pytest.raises(OSError):
            posix.connect(wrong, 1)


def test_more_callers_than_are_accepted_at_once_are_queued(tmp_path: Path) -> None:
    with closing(posix.listen(tmp_path / "s")) as server:
        clients = []

        def call() -> None:
            clients.append(posix.connect(tmp_path / "s", 20))

        threads = [threading.Thread(target=call) for _ in range(40)]
        for thread in threads:
            thread.start()
        accepted = [server.accept()[0] for _ in threads]
        for thread in threads:
            thread.join()
        assert len(clients) == 40
        for connection in (*clients, *accepted):
            connection.close()


def test_where_nothing_can_be_mounted_it_is_said_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    for name, said in (
        ("missing", "no such folder; make it first"), ("file", "not a folder"), ("", "not empty"),
        ("loop", "no such folder|cannot be looked into"), ("x" * 300, "cannot be looked into: File name too long"),
    ):  # fmt: skip
        with pytest.raises(MountError, match=said):
            posix.check_mountpoint(tmp_path / name, False)
    with pytest.raises(MountError, match="something is mounted there already"):
        posix.check_mountpoint(Path("/dev"), False)


def test_what_is_mounted(tmp_path: Path) -> None:
    assert posix.is_mounted(Path("/"))
    assert not posix.is_mounted(tmp_path)
    assert not posix.mount_answers(tmp_path)
    assert not posix.clean_dead_mount(tmp_path)
    assert not posix.clean_dead_mount(tmp_path / "missing")
    with small_disk(tmp_path / "disk", 100) as disk:
        assert posix.is_mounted(disk)
        assert posix.mount_answers(disk)
        with subprocess.Popen([sys.executable, "-c", "input()"], cwd=disk, stdin=subprocess.PIPE) as other:
            with pytest.raises(MountError, match=f"in use by .*\\({other.pid}\\)"):
                posix.unmount(disk, lazy=False)
            posix.unmount(disk, lazy=True)
            other.kill()
        assert not posix.is_mounted(disk)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], check=True)  # for who cleans up


def test_paths_have_one_spelling(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ann")
    assert posix.absolute_path("//a/../b") == "/b"
    assert posix.absolute_mountpoint(Path("~/mnt")) == Path("/home/ann/mnt")
    assert posix.absolute_mountpoint(Path("mnt")) == tmp_path / "mnt"
    with pytest.raises(MountError):
        posix.free_drive_letter()


MOUNTS = """\
21 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:31 / /far rw - nfs4 server:/export rw
31 21 0:32 / /music/my\\040disk rw - fuse.rclone remote rw
32 21 0:33 / /music/here rw - ext4 /dev/vdb rw
"""


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/home", ""),
        ("/far", "the file system of /far (nfs4) does not tell of all changes"),
        ("/far/away", "the file system of /far (nfs4) does not tell of all changes"),
        ("/farther", ""),
        ("/music", "the file system of /music/my disk (fuse.rclone) does not tell of all changes"),
        ("/music/here", ""),
    ],
)
def test_file_systems_that_do_not_tell_of_all_changes(folder: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_: MOUNTS)
    assert posix.untold_changes(folder) == said


def test_without_a_list_of_mounts_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", fails)
    assert posix.untold_changes("/far") == ""


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
