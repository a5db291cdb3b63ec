"""Sources on another machine, with the real program, real SSH and S3 servers and the real kernel: added, scanned, played, cut
off and back."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sound
from drive.albums import checksum
from patient import until
from s3servers import S3Server
from sshd import Sshd, running

from mount.conftest import Program


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """A server of this test's own, which it may cut off."""
    with running(tmp_path / "sshd") as made:
        yield made


@pytest.fixture
def far(program: Program, server: Sshd, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program with an album on the server, mounted, played from nowhere yet."""
    for number in range(1, 4):
        sound.write(
            program.music / f"{number}.flac", 300_000, title=f"T{number}", artist="Ann", album="Best", seed=number
        )
    uri = server.uri(program.music)
    program.run("source", "add", "--library", program.library, *(f"--set={one}" for one in server.assignments), uri)
    program.run("mount", "--library", program.library, "--wait", program.mnt)
    return program


def state(program: Program) -> str:
    (row,) = json.loads(program.ask("source", "list", "--json", "--library", program.library).stdout)
    return str(row["state"])


def read(path: Path) -> bytes | None:
    """The bytes of a file, past what the kernel keeps; None where they cannot be read."""
    try:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return file.read()
    except OSError:
        return None


def decoded(path: Path) -> bytes:
    return subprocess.run(
        ["flac", "-dcs", "--force-raw-format", "--endian=little", "--sign=signed", path],
        check=True,
        capture_output=True,
    ).stdout


def test_cut_off_and_back(far: Program, server: Sshd) -> None:
    before = checksum(far.music)
    files = far.files()
    assert [path.name for path in files] == ["T1.flac", "T2.flac", "T3.flac"]
    assert decoded(files[0]) == decoded(far.music / "1.flac")
    assert state(far) == "scanned"

    server.signal(signal.SIGSTOP)  # as a machine that lost its power: nothing is refused
    began = time.monotonic()
    assert read(files[1]) is None
    assert time.monotonic() - began < 20, "5 s, and what a machine under load adds"
    began = time.monotonic()
    for _ in range(10):
        assert read(files[2]) is None
    assert time.monotonic() - began < 3
    assert far.files() == files
    assert [path.stat().st_size for path in far.files()] == [path.stat().st_size for path in files]
    until(lambda: "away since" in state(far))
    assert f"{server.uri(far.music)}: no answer within" in far.ask("status", "--library", far.library).stdout
    far.run("scan", "--library", far.library, check=False)
    assert len(far.files()) == 3, "what cannot be reached is not taken for removed"
    server.signal(signal.SIGCONT)
    until(lambda: read(files[1]) is not None)
    until(lambda: state(far) == "scanned")

    server.stop()  # now it refuses
    until(lambda: read(files[2]) is None)
    far.unmount()
    far.run("mount", "--library", far.library, far.mnt)
    assert far.files() == files, "from the first second on, without the server"
    assert decoded(files[0]) == decoded(far.music / "1.flac"), "what was played before plays without it"
    assert read(files[2]) is None
    until(lambda: "away since" in state(far))
    assert "away since" in far.ask("status", "--library", far.library).stdout
    server.start()
    until(lambda: read(files[2]) is not None)
    assert decoded(files[2]) == decoded(far.music / "3.flac")
    until(lambda: state(far) == "scanned")
    assert checksum(far.music) == before


def test_one_that_is_not_known_is_not_added(program: Program, server: Sshd, tmp_path: Path) -> None:
    (tmp_path / "known").touch()
    known = f"--set=known_hosts={tmp_path}/known"
    done = program.run("source", "add", "--library", program.library, known, server.uri(program.music), check=False)
    assert done.returncode == 2
    assert f"`ssh -p {server.port} -- {server.user}@127.0.0.1` shows it and accepts it" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not program.library.exists(), "nothing is made for what cannot be added"


def test_a_file_is_no_source(program: Program, server: Sshd) -> None:
    (program.music / "a.flac").write_bytes(b"fLaC")
    given, uri = [f"--set={one}" for one in server.assignments], server.uri(program.music / "a.flac")
    done = program.run("source", "add", "--library", program.library, *given, uri, check=False)
    assert (done.returncode, done.stderr) == (2, f"musfuse: {uri}: a file; a source is a folder with music\n")


SECRET = "hunter2-in-the-wrong-place"


def test_a_secret_stands_nowhere_but_where_it_is_kept(program: Program, server: Sshd, tmp_path: Path) -> None:
    """Not in the library, a log, a message, an environment of a child, or a command line."""
    key = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET, "-f", key], check=True)
    with (server.folder / "authorized").open("a") as authorized:
        authorized.write((tmp_path / "locked.pub").read_text())
    (tmp_path / "phrase").write_text(f"{SECRET}\n")
    (tmp_path / "phrase").chmod(0o600)
    config = tmp_path / "config.toml"
    config.write_text(f'[secret_commands]\nnas = ["cat", "{tmp_path}/phrase"]\n[logging]\nlevel = "debug"\n')
    sound.write(program.music / "1.flac", 100_000, title="T1", artist="Ann", album="Best")
    given = [f"--set=key={key}", f"--set=known_hosts={server.known}"]
    args = ["--library", program.library, "--config", config]
    added = program.run("source", "add", *args, *given, "--set=passphrase=command:nas", server.uri(program.music))
    mounted = program.run("mount", *args, "--wait", program.mnt)
    assert len(program.files()) == 1
    for found in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            assert SECRET not in shown(found / name)
    said = added.stdout + added.stderr + mounted.stdout + mounted.stderr
    for command in (["status", "--json"], ["source", "show", "--json", server.uri(program.music)], ["report"]):
        done = program.ask(*command, "--library", program.library, check=False)
        said += done.stdout + done.stderr
    program.unmount()
    assert SECRET not in said
    for path in program.library.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def shown(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_bucket_is_played_and_cut_off(
    program: Program, s3server: Callable[[str], S3Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = s3server("moto")
    for number in range(1, 4):
        path = program.music / f"{number}.flac"
        sound.write(path, 300_000, title=f"T{number}", artist="Ann", album="Best", seed=number)
        server.write(f"drive/{number}.flac", path.read_bytes())
    given = [f"--set={key}={value}" for key, value in server.options.items()]
    monkeypatch.setenv("MUSFUSE_SOURCE_BUCKET_ACCESS_KEY", server.access)
    monkeypatch.setenv("MUSFUSE_SOURCE_BUCKET_SECRET_KEY", server.secret)
    args = ["--library", program.library]
    program.run("source", "add", *args, *given, "--set=name=bucket", "s3://music/drive")
    program.run("mount", *args, "--wait", program.mnt)
    files = program.files()
    assert [path.name for path in files] == ["T1.flac", "T2.flac", "T3.flac"]
    assert decoded(files[0]) == decoded(program.music / "1.flac")
    server.signal(signal.SIGSTOP)
    began = time.monotonic()
    assert read(files[1]) is None
    assert time.monotonic() - began < 20
    until(lambda: "away since" in state(program))
    assert program.files() == files
    server.signal(signal.SIGCONT)
    until(lambda: read(files[1]) is not None)
    assert decoded(files[1]) == decoded(program.music / "2.flac")
    program.unmount()
