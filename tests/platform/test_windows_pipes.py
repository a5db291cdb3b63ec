"""Named pipes as connections: timeouts, sizes, ends, and whose they are."""

import ctypes
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

import _winapi

from musfuse.platform.windows import acl, pipes


@pytest.fixture
def name() -> str:
    return f"\\\\.\\pipe\\musfuse-{secrets.token_hex(16)}"


@pytest.fixture
def ends(name: str) -> Iterator[tuple[pipes.PipeConnection, pipes.PipeConnection]]:
    with (
        closing(pipes.PipeListener(name)) as server,
        pipes.connect_pipe(name, 5) as client,
        server.accept()[0] as accepted,
    ):
        yield client, accepted


def test_nothing_comes_within_the_time(ends: tuple[pipes.PipeConnection, pipes.PipeConnection]) -> None:
    client, accepted = ends
    for seconds in (0, 0.05):
        accepted.settimeout(seconds)
        assert accepted.gettimeout() == seconds
        with pytest.raises(TimeoutError):
            accepted.recv(10)
    client.sendall(b"late")
    assert accepted.recv(2) + accepted.recv(10) == b"late"  # what timed out took nothing


def test_who_does_not_read_is_waited_for_as_long_as_was_said(
    ends: tuple[pipes.PipeConnection, pipes.PipeConnection],
) -> None:
    _, accepted = ends
    accepted.settimeout(0.2)
    with pytest.raises(TimeoutError):
        accepted.sendall(bytes(8 << 20))


def test_a_long_message_arrives_whole(ends: tuple[pipes.PipeConnection, pipes.PipeConnection]) -> None:
    client, accepted = ends
    message = bytes(range(256)) * 12_000
    sender = threading.Thread(target=lambda: (accepted.sendall(message), accepted.close()))
    sender.start()
    got = bytearray()
    while piece := client.recv(65_536):
        got += piece
    sender.join()
    assert bytes(got) == message  # to the end, though the other side hung up


def test_who_hung_up_cannot_be_sent_to(ends: tuple[pipes.PipeConnection, pipes.PipeConnection]) -> None:
    client, accepted = ends
    client.close()
    client.close()
    with pytest.raises(OSError):
        accepted.sendall(b"x")
    assert accepted.recv(1) == b""


def test_a_listener_waits_for_its_time_and_ends_at_once(name: str) -> None:
    server = pipes.PipeListener(name)
    server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        server.accept()
    server.settimeout(None)
    ended: list[BaseException] = []

    def accept() -> None:
        try:
            server.accept()
        except OSError as error:
            ended.append(error)

    waiting = threading.Thread(target=accept)
    waiting.start()
    server.shutdown(socket.SHUT_RDWR)
    waiting.join(20)
    assert len(ended) == 1
    server.close()
    server.close()
    with pytest.raises(FileNotFoundError):
        pipes.connect_pipe(name, 1)


@pytest.mark.skipif(hasattr(ctypes.WinDLL("ntdll"), "wine_get_version"), reason="Wine ignores FIRST_PIPE_INSTANCE")
def test_a_name_that_somebody_has_is_not_shared(name: str) -> None:
    with closing(pipes.PipeListener(name)), pytest.raises(OSError):
        pipes.PipeListener(name)


def test_a_client_that_finds_all_ends_taken_waits(name: str) -> None:
    with closing(pipes.PipeListener(name)) as server, pipes.connect_pipe(name, 5):
        with pytest.raises(TimeoutError):
            pipes.connect_pipe(name, 0.1)
        late = threading.Timer(0.1, lambda: server.accept()[0].close())
        late.start()
        pipes.connect_pipe(name, 20).close()
        late.join()


def test_a_pipe_of_somebody_else_is_not_talked_to(name: str) -> None:
    """Whoever finds out the name and makes the pipe first cannot make it this user's."""
    with acl._descriptor("O:BAD:(A;;FA;;;WD)") as made:
        attributes = acl.Attributes(ctypes.sizeof(acl.Attributes), made, False)
        handle = _winapi.CreateNamedPipe(name, 0x40000003, 0, 255, 4096, 4096, 0, ctypes.addressof(attributes))
    with pytest.raises(PermissionError, match="somebody else's"):
        pipes.connect_pipe(name, 1)
    _winapi.CloseHandle(handle)


def test_who_connects_lends_nobody_their_name() -> None:
    """SECURITY_SQOS_PRESENT and SECURITY_IDENTIFICATION, as winbase.h has them."""
    assert pipes._IDENTIFICATION == 0x00110000
