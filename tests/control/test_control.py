"""The control channel: JSON-RPC 2.0, errors, hostile input, who may open it."""

import json
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.control import Client, Server, protocol
from musfuse.control.client import UntakenError, find_owner
from musfuse.control.protocol import endpoint
from musfuse.errors import ControlError, MountError
from musfuse.platform import system


def refuse() -> None:
    raise MountError("it is busy; close it")


@pytest.fixture
def path() -> Iterator[Path]:
    where = endpoint(Path("/some/library"))
    server = Server(where, {"echo": lambda text: text, "refuse": refuse})
    server.start()
    yield where
    server.close()


def test_calls(path: Path) -> None:
    with Client(path) as client:
        assert client.call("echo", text="hällo \udce9") == "hällo \udce9"
        with pytest.raises(ControlError, match="it is busy") as caught:
            client.call("refuse")
        assert caught.value.exit_code == 3
        for method, params, words in (("none", {}, "no method"), ("echo", {"wrong": 1}, "wrong")):
            with pytest.raises(ControlError, match=words):
                client.call(method, **params)
        assert client.call("echo", text="still there") == "still there"


def test_notifications_get_no_answer_and_floods_are_cut(path: Path) -> None:
    raw = system.connect(path, 5)
    raw.sendall(
        b'{"jsonrpc":"2.0","method":"echo","params":{"text":"x"}}\n{"jsonrpc":"2.0","method":"echo","id":7,"params":{"text":"y"}}\n'
    )
    assert json.loads(next(protocol.lines(raw)))["id"] == 7
    with pytest.raises(OSError):
        for _ in range(200):
            raw.sendall(b"x" * 65_536)
        raw.recv(1)
    raw.close()
    with Client(path) as client:
        assert client.call("echo", text="x") == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="modes tell nothing there; access lists have tests of their own")
def test_only_its_user_can_open_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(str(path).encode()) < 108


def test_many_clients_at_once(path: Path) -> None:
    got: list[str] = []

    def work(n: int) -> None:
        with Client(path) as client:
            got.extend(client.call("echo", text=f"{n}") for _ in range(20))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 200


def test_the_call_that_ends_the_process_is_answered() -> None:
    where, begun, gate = endpoint(Path("/some/other/library")), threading.Event(), threading.Event()

    def end() -> str:
        begun.set()
        gate.wait(60)
        return "ended"

    server = Server(where, {"end": end})
    server.start()
    answers: list[str] = []

    def ask() -> None:
        with Client(where) as client:
            answers.append(client.call("end"))

    asking, closing = threading.Thread(target=ask), threading.Thread(target=server.close)
    asking.start()
    assert begun.wait(60)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive()
    gate.set()
    closing.join(60)
    asking.join(60)
    assert answers == ["ended"]


def test_who_was_not_let_in_when_it_ends_is_told() -> None:
    where = endpoint(Path("/some/other/library"))
    server = Server(where, {"echo": lambda text: text})  # it lets in nobody: it was never started
    with Client(where) as asked, Client(where) as silent:
        asked._send("echo", {"text": "x"})
        server.close()
        for client in (asked, silent):
            with pytest.raises(UntakenError, match="did nothing of this"):
                client.call("echo", text="x")
    assert find_owner(Path("/some/other/library")) is None


def test_a_call_behind_the_one_that_ends_it_is_told_that_nothing_came_of_it() -> None:
    where, begun, gate = endpoint(Path("/some/other/library")), threading.Event(), threading.Event()

    def end() -> str:
        begun.set()
        gate.wait(60)
        return "ended"

    done: list[str] = []
    server = Server(where, {"end": end, "do": lambda: done.append("it")})
    server.start()
    with Client(where) as late, Client(where) as ending:
        late.call("do")
        number = ending._send("end", {})
        assert begun.wait(60)
        closing = threading.Thread(target=server.close)
        closing.start()
        while where.exists() or not server._closed.is_set():
            closing.join(0.01)
        with pytest.raises(UntakenError):
            late.call("do")
        gate.set()
        closing.join(60)
        assert ending._first(number)["result"] == "ended"
    assert done == ["it"]
