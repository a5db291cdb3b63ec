"""Real S3 servers over a folder of a test: a lenient one that knows If-Match (moto), a sloppy one that gives ranges with
the status of whole files and minds no If-Match (rclone), and a strict one with signatures (OpenStack's Swift)."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from patient import until
from sshd import free_port

from musfuse.config.secrets import Secret
from musfuse.origins.spec import SourceSpec

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musfuse/s3-servers/bin"
ACCESS, SECRET = "AKIDAKID", "SECRETSECRET"


class S3Server:
    """A server with one bucket, `music`; with `serves`, whose folders are its buckets and cannot be written, rclone
    alone."""

    def __init__(
        self, name: str, folder: Path, address: str = "127.0.0.1", prefix: tuple[str, ...] = (), serves: Path | None = None
    ) -> None:  # fmt: skip
        self.name, self.folder, self.port = name, folder, free_port()
        self._serves = serves or folder / "data"
        self.address, self._prefix = address, prefix
        self.access, self.secret = ("test:tester", "testing") if name == "swift" else (ACCESS, SECRET)
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://{self.address}:{self.port}"

    @property
    def options(self) -> dict[str, str]:
        """The options of a source in it."""
        return {"endpoint": self.endpoint, "allow_plaintext": "true"}

    def spec(self, uri: str = "s3://music", **options: str) -> SourceSpec:
        """A source in it, whose keys are in the environment."""
        secrets = {"access_key": "env:S3_TEST_ACCESS", "secret_key": "env:S3_TEST_SECRET"}
        return SourceSpec("b", "s3", uri, options={**self.options, **options}, secrets=secrets)

    def store(self) -> Any:
        """A client that writes."""
        from musfuse.origins.s3.client import Keys, open_store
        from musfuse.origins.s3.uris import S3Place

        return open_store(S3Place("music", ""), self.options, Keys(Secret(self.access), Secret(self.secret), Secret()))

    def write(self, path: str, data: bytes, keep_mtime: bool = False) -> bool:
        """Put an object; its time is the server's, so none is kept."""
        import obstore

        obstore.put(self.store(), path, data)
        return not keep_mtime

    def start(self) -> None:
        """Start it, with an empty bucket where there was none."""
        getattr(self, f"_start_{self.name}")()

    def signal(self, number: int) -> None:
        """Tell all of its processes."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    def stop(self) -> None:
        """End it."""
        self.signal(signal.SIGKILL)
        for process in self.processes:
            process.wait()
        self.processes = []

    def _run(self, *command: str | Path, env: dict[str, str] | None = None) -> None:
        with (self.folder / "log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [*self._prefix, *map(str, command)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env={**os.environ, **(env or {})},
                    cwd=self.folder,
                )
            )

    def listens(self, port: int = 0) -> bool:
        """Whether it takes connections."""
        assert all(process.poll() is None for process in self.processes), (self.folder / "log").read_text()
        try:
            with socket.create_connection((self.address, port or self.port), 1):
                return True
        except OSError:
            return False

    def _start_moto(self) -> None:
        self._run(_found("moto_server"), "-H", self.address, "-p", str(self.port))
        until(self.listens)
        self.request(
            "PUT", "/music", {"Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request"}
        )

    def _start_rclone(self) -> None:
        read_only = ["--read-only"] if self._serves != self.folder / "data" else []
        if not read_only:
            (self._serves / "music").mkdir(parents=True, exist_ok=True)
        self._run(
            _found("rclone"), "serve", "s3", "--addr", f"{self.address}:{self.port}", "--auth-key", f"{ACCESS},{SECRET}", "--config",
            "/dev/null", "--dir-cache-time", "1ms", *read_only, self._serves,  # 0 has it spin
        )  # fmt: skip
        until(self.listens)

    def _start_swift(self) -> None:
        from swiftlab import configure

        commands, env = configure(self.folder, self.port)
        for command in commands:
            self._run(*command, env=env)
        until(self.listens)
        until(lambda: self.request("GET", "/auth/v1.0", _TESTER)[0] == 200)
        _, headers = self.request("GET", "/auth/v1.0", _TESTER)
        token = {"X-Auth-Token": headers["x-auth-token"]}
        until(lambda: self.request("PUT", "/v1/AUTH_test/music", token)[0] in (201, 202))

    def request(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """The status and the headers of an answer."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=20)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}
        except OSError:
            return 0, {}
        finally:
            connection.close()


_TESTER = {"X-Auth-User": "test:tester", "X-Auth-Key": "testing"}


def _found(name: str) -> str:
    found = str(_CACHE / name) if (_CACHE / name).exists() else None
    if found is None:
        pytest.skip(f"{name} is not installed; scripts/test installs it")
    return found


@contextmanager
def running(name: str, folder: Path, patch: pytest.MonkeyPatch, serves: Path | None = None) -> Iterator[S3Server]:
    """A server within the block, its keys in the environment. Skips the test where there is none."""
    pytest.importorskip("obstore", reason="the extra musfuse[s3] is not installed")
    if name == "swift" and shutil.which("swift-proxy-server") is None:
        pytest.skip("Swift is not installed; apt install swift-proxy swift-account swift-container swift-object")
    server = S3Server(name, folder, serves=serves)
    patch.setenv("S3_TEST_ACCESS", server.access)
    patch.setenv("S3_TEST_SECRET", server.secret)
    try:
        server.start()
        yield server
    finally:
        server.stop()
