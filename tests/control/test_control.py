"""The control channel: JSON-RPC 2.0, errors, hostile input, who may open it."""

import json
import logging
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from musfuse.control import Client, Server, find_owner, owners
from musfuse.control.protocol import endpoint
from musfuse.errors import ControlError, MountError
from musfuse.platform import system


def refuse() -> None:
    raise MountError("it is busy; close it")


def crash() -> None:
    raise ZeroDivisionError("oops")


def stumble() -> None:
    len(5)  # type: ignore[arg-type]


@pytest.fixture
def path() -> Iterator[Path]:
    where = endpoint(Path("/some/library"))
    server = Server(where, {"echo": lambda text: text, "refuse": refuse, "crash": crash, "stumble": stumble})
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


@pytest.mark.expects_errors
def test_a_bug_is_an_error_not_an_end(path: Path) -> None:
    with Client(path) as client:
        with pytest.raises(ControlError, match="ZeroDivisionError"):
            client.call("crash")
        assert client.call("echo", text="x") == "x"


@pytest.mark.expects_errors
def test_a_type_error_within_a_method_is_not_the_callers(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert _error_code(path, b'{"jsonrpc":"2.0","method":"stumble","id":1}') == -32603
    assert [record.exc_info is not None for record in caplog.records if record.levelno >= logging.ERROR] == [True]


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"nonsense", -32700), (b"[]", -32600), (b"{}", -32600), (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":[1]}', -32602),
     (b'{"jsonrpc":"1.0","method":"echo","id":1}', -32600), (b"\xff\xfe", -32700),
     (b"[" * 500_000, -32700), (b'{"id":' * 100_000 + b"1" + b"}" * 100_000, -32700),
     (b'{"jsonrpc":"2.0","method":"echo","id":[1]}', -32600),
     (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":{}}', -32602),
     (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":{"text":"x","self":"y"}}', -32602)],
)  # fmt: skip
def test_malformed_requests(path: Path, line: bytes, code: int) -> None:
    assert _error_code(path, line) == code


def _error_code(path: Path, line: bytes) -> int:
    with system.connect(path, 60) as raw, raw.makefile() as answers:
        raw.sendall(line + b"\n")
        return int(json.loads(answers.readline())["error"]["code"])


def test_notifications_get_no_answer_and_floods_are_cut(path: Path) -> None:
    raw = system.connect(path, 5)
    raw.sendall(
        b'{"jsonrpc":"2.0","method":"echo","params":{"text":"x"}}\n{"jsonrpc":"2.0","method":"echo","id":7,"params":{"text":"y"}}\n'
    )
    assert json.loads(raw.makefile().readline())["id"] == 7
    with pytest.raises(OSError):
        for _ in range(200):
            raw.sendall(b"x" * 65_536)
        raw.recv(1)
    raw.close()
    with Client(path) as client:
        assert client.call("echo", text="x") == "x"


def test_only_its_user_can_open_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(str(path).encode()) < 108


def test_owners_are_found_and_dead_ones_removed(path: Path) -> None:
    here = find_owner(Path("/some/library"))
    assert here is not None
    here.close()
    assert find_owner(Path("/other")) is None
    dead = path.with_name("dead.sock")
    unused = socket.socket(socket.AF_UNIX)
    unused.bind(str(dead))
    unused.close()
    found = list(owners())
    assert len(found) == 1
    assert not dead.exists()
    for client in found:
        client.close()


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


def test_a_server_that_goes_away_is_said(path: Path) -> None:
    with pytest.raises(ControlError, match="no process answers"):
        Client(path.with_name("nobody.sock"))


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
