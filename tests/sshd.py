"""A real OpenSSH server of this user's, over a folder of a test: started, cut off, ended."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patient import until

_SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/sbin:/usr/local/sbin")
_SFTP_SERVER = shutil.which("sftp-server", path="/usr/lib/openssh:/usr/libexec/openssh:/usr/lib/ssh:/usr/libexec")
_CONFIG = """\
ListenAddress {address}
Port {port}
HostKey {folder}/host
PidFile {folder}/pid
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxSessions 64
MaxStartups 100
LogLevel VERBOSE
Subsystem sftp {sftp}
"""


class Sshd:
    """A server on the loopback interface, or where `address` says, that lets nobody write. `key` opens it, `known` knows
    it. What it was asked for over SFTP it `notes` in a file, where it is to."""

    def __init__(
        self, folder: Path, address: str = "127.0.0.1", prefix: tuple[str, ...] = (), notes: Path | None = None
    ) -> None:
        self.folder, self.address, self._prefix = folder, address, prefix
        self.user = getpass.getuser()
        self.port = free_port()
        self.key, self.known = folder / "key", folder / "known"
        for name in ("host", "key"):
            make_key(folder / name)
        shutil.copy(folder / "key.pub", folder / "authorized")
        host = " ".join((folder / "host.pub").read_text().split()[:2])
        self.known.write_text(f"[{address}]:{self.port} {host}\n")
        sftp = "internal-sftp -R"
        if notes is not None:
            (folder / "sftp").write_text(f"#!/bin/sh\nexec {_SFTP_SERVER} -R -e -l INFO 2>>{notes}\n")
            (folder / "sftp").chmod(0o755)
            sftp = str(folder / "sftp")
        (folder / "config").write_text(_CONFIG.format(address=address, port=self.port, folder=folder, sftp=sftp))
        self.process: subprocess.Popen[bytes] | None = None

    def uri(self, path: Path | str) -> str:
        """The URI of a folder there."""
        return f"sftp://{self.user}@{self.address}:{self.port}{path}"

    @property
    def options(self) -> dict[str, str]:
        """The options of a source that let it in."""
        return {"key": str(self.key), "known_hosts": str(self.known)}

    @property
    def assignments(self) -> list[str]:
        """The same as they are typed."""
        return [f"{key}={value}" for key, value in self.options.items()]

    def start(self) -> None:
        """Start it; it listens when this returns."""
        assert _SSHD is not None
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            command = [*self._prefix, _SSHD, "-D", "-e", "-f", str(self.folder / "config")]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, start_new_session=True)
        until(self.listens)

    def listens(self) -> bool:
        """Whether it takes connections."""
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            with socket.create_connection((self.address, self.port), 1):
                return True
        except OSError:
            return False

    def signal(self, number: int) -> None:
        """Tell it, and all that it started for connections."""
        assert self.process is not None
        for pid in (self.process.pid, *descendants(self.process.pid)):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        """End it with all its connections."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.process = None


def make_key(path: Path) -> None:
    """Make a key pair without a phrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they did."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            child = int(entry.parent.name)
            found += [child, *descendants(child)]
    return found


@contextmanager
def running(folder: Path, notes: Path | None = None) -> Iterator[Sshd]:
    """A server within the block. Skips the test where there is none."""
    pytest.importorskip("asyncssh", reason="the extra musfuse[sftp] is not installed")
    if _SSHD is None or (notes is not None and _SFTP_SERVER is None):
        pytest.skip("there is no sshd; apt install openssh-server")
    folder.mkdir(parents=True, exist_ok=True)
    server = Sshd(folder, notes=notes)
    server.start()
    try:
        yield server
    finally:
        server.stop()
