"""The side of the control channel that asks: owners are found, and what becomes of them is said."""

import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from musfuse.control.client import (
    Client,
    NobodyError,
    RemoteError,
    UntakenError,
    find_owner,
    owners,
    progress_of_owners,
)
from musfuse.control.protocol import endpoint
from musfuse.control.server import Server
from musfuse.errors import ControlError, MountError
from musfuse.platform import system
from musfuse.platform.connections import Listener


def refuse() -> None:
    raise MountError("it is busy; close it")


@pytest.fixture
def path() -> Iterator[Path]:
    where = endpoint(Path("/some/library"))
    server = Server(where, {"echo": lambda text: text, "refuse": refuse})
    server.start()
    yield where
    server.close()


def test_owners_are_found_and_dead_ones_removed(path: Path) -> None:
    here = find_owner(Path("/some/library"))
    assert here is not None
    here.close()
    assert find_owner(Path("/other")) is None
    dead = path.with_name("dead.sock")
    system.listen(dead).close()
    found = list(owners())
    assert len(found) == 1
    assert not dead.exists()
    for client in found:
        client.close()


def test_nobody_there_is_said(path: Path) -> None:
    with pytest.raises(NobodyError, match="no process answers"):
        Client(path.with_name("nobody.sock"))


def test_an_error_of_the_owner_has_its_message_and_exit_code(path: Path) -> None:
    with Client(path) as client:
        with pytest.raises(RemoteError, match="it is busy; close it") as refused:
            client.call("refuse")
        assert refused.value.exit_code == 3
        assert client.call("echo", text="still there") == "still there"


@contextmanager
def listening(where: Path) -> Iterator[Listener]:
    """An endpoint whose other side the test plays."""
    with closing(system.listen(where)) as listener:
        listener.settimeout(60)
        yield listener


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"", "ended before it answered"), (b'{"jsonrpc": "2.0", "id": 1', "ended before it answered")],
)
def test_an_owner_that_ends_is_said(tmp_path: Path, answer: bytes, words: str) -> None:
    with listening(tmp_path / "s") as listener, Client(tmp_path / "s") as client:
        theirs, _ = listener.accept()
        theirs.sendall(answer)
        theirs.close()
        with pytest.raises(ControlError, match=words):
            client.call("echo", text="x")


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe tells not whether what was sent was read")
def test_an_owner_that_ends_with_a_call_unread_has_not_taken_it_up(tmp_path: Path) -> None:
    with listening(tmp_path / "s") as listener, Client(tmp_path / "s") as client:
        theirs, _ = listener.accept()
        number = client._send("echo", {"text": "x"})
        theirs.close()
        with pytest.raises(UntakenError):
            client._first(number)
        with pytest.raises(UntakenError):
            client.call("echo", text="x")


def test_who_ends_while_owners_are_asked_is_passed_over(path: Path) -> None:
    staying = Server(path.with_name("z.sock"), {"progress": lambda: {"mounts": []}})
    staying.start()
    path.unlink()  # the server of the fixture knows no such method
    with listening(path.with_name("0.sock")) as listener, closing(staying):
        ending = threading.Thread(target=lambda: listener.accept()[0].close())
        ending.start()
        assert list(progress_of_owners()) == [{"mounts": []}]
        ending.join()


def test_an_owner_that_says_nothing_is_not_waited_for_ever(tmp_path: Path) -> None:
    with listening(tmp_path / "s") as listener, Client(tmp_path / "s", timeout=0.05) as client:
        theirs, _ = listener.accept()
        with theirs, pytest.raises(ControlError, match="does not answer"):
            client.call("echo", text="x")


def test_an_owner_that_does_not_know_a_method_is_of_another_version(path: Path) -> None:
    with (
        Client(path) as client,
        pytest.raises(ControlError, match=r"another version.*no method view.list.*musfuse stop"),
    ):
        client.call("view.list")
