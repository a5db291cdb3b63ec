"""A server in a process that has nothing left: real limits, real sockets."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from musfuse.control import Client
from musfuse.control.client import RemoteError
from musfuse.control.protocol import endpoint

Become = Callable[[str], None]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")


@pytest.fixture
def path() -> Path:
    return endpoint(Path("/poor/library"))


@pytest.fixture
def become(path: Path) -> Iterator[Become]:
    """Have the process that listens at `path` run out of something."""
    script = Path(__file__).with_name("exhausted.py")
    env = {k: v for k, v in os.environ.items() if not k.startswith("COV")}  # a measurement needs descriptors of its own
    with subprocess.Popen(
        [sys.executable, script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=env,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr

        def become(what: str) -> None:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{what}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"

        assert process.stdout.readline() == "ready\n"
        yield become
        process.stdin.close()
        assert process.stderr.read() == ""


def call(path: Path, method: str, **params: str) -> object:
    with Client(path) as client:
        return client.call(method, **params)


def test_without_descriptors_calls_are_answered_and_may_start_programs(path: Path, become: Become) -> None:
    become("descriptors")
    for n in range(20):
        assert call(path, "echo", text=str(n)) == str(n)
        assert call(path, "spawn") == "done"


def test_without_descriptors_nobody_is_left_hanging(path: Path, become: Become) -> None:
    become("descriptors")
    with ExitStack() as held:
        clients = [held.enter_context(Client(path)) for _ in range(13)]
        answers = []
        for client in clients:
            try:
                answers.append(client.call("echo", text="x"))
            except RemoteError as error:
                answers.append(str(error).partition("busy")[1])
    assert set(answers) == {"x", "busy"}
    become("free")
    assert call(path, "echo", text="again") == "again"


def test_too_many_clients_are_told(path: Path, become: Become) -> None:
    with ExitStack() as held:
        clients = [held.enter_context(Client(path)) for _ in range(16)]
        assert [client.call("echo", text="x") for client in clients] == ["x"] * 16
        with pytest.raises(RemoteError, match="too many clients"):
            call(path, "echo", text="y")
        assert clients[0].call("echo", text="z") == "z"


def test_without_threads_clients_are_told_and_later_served(path: Path, become: Become) -> None:
    become("threads")
    for _ in range(10):
        with pytest.raises(RemoteError, match="busy"):
            call(path, "echo", text="x")
    become("free")
    assert call(path, "echo", text="x") == "x"
