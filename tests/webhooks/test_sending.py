"""One message to one receiver, real sockets: what comes of it, within the time that there is."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from musfuse_webhooks.sending import Outcome, Sender

from musfuse.library.webhooks import url_problem
from webhooks.receiver import Handler, Receiver, receiver, status


@pytest.fixture
def at() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def post(url: str, seconds: float = 10, allow: bool = True, sender: Sender | None = None) -> Outcome:
    return (sender or Sender()).post(url, {"webhook-id": "m"}, b"{}", seconds, allow)


def test_what_is_taken(at: Receiver) -> None:
    outcome = post(at.url)
    assert (outcome.is_taken, outcome.status) == (True, 204)
    (got,) = at.got
    assert (got.path, got.body, got.headers["content-type"]) == ("/hook?key=hidden", b"{}", "application/json")
    assert got.headers["host"] == f"127.0.0.1:{at.server_address[1]}"


@pytest.mark.parametrize("code", [400, 410, 429, 500, 503])
def test_what_is_not(at: Receiver, code: int) -> None:
    at.answer = status(code, Retry_After="7")
    outcome = post(at.url)
    assert (outcome.is_taken, outcome.status, outcome.retry_after) == (False, code, 7.0)
    assert outcome.is_gone == (code == 410)


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(at: Receiver, code: int) -> None:
    at.answer = status(code, Location=at.url)
    assert "redirects" in post(at.url).problem
    assert len(at.got) == 1


def test_a_date_to_come_back_at(at: Receiver) -> None:
    at.answer = status(503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True))
    assert 90 < post(at.url).retry_after <= 100
    for odd in ("soon", "-5", "9" * 40, "Fri, 99 Nov", "Mon, 01 Jan 0001 00:00:00 +2359"):
        at.answer = status(503, Retry_After=odd)
        assert post(at.url).retry_after == 0.0


def test_one_that_hangs_is_left_in_time(at: Receiver) -> None:
    at.answer = lambda _: at.ended.wait(30)
    began = time.monotonic()
    assert "no answer within" in post(at.url, 0.3).problem
    assert time.monotonic() - began < 5


def test_one_that_is_slow_by_the_byte_is_left_in_time(at: Receiver) -> None:
    def slow(handler: Handler) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1000:
            handler.wfile.write(bytes([byte]))
            if at.ended.wait(0.02):
                return

    at.answer = slow
    began = time.monotonic()
    assert "no answer within" in post(at.url, 0.5).problem
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30_000, b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, b"hello\r\n\r\n", b""],
)
def test_an_answer_without_an_end_or_sense(at: Receiver, answer: bytes) -> None:
    def say(handler: Handler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    at.answer = say
    outcome = post(at.url)
    assert outcome.status == 0
    assert outcome.problem


def test_nothing_is_read_of_a_body(at: Receiver) -> None:
    def large(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        at.ended.wait(30)

    at.answer = large
    assert post(at.url).is_taken


def test_private_addresses_are_refused_before_anything_is_sent(at: Receiver) -> None:
    for host in ("127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1"):
        url = f"http://{host}:{at.server_address[1]}/"
        outcome = post(url, allow=False)
        assert outcome.status == 0
        assert "private address" in outcome.problem, url
    assert at.got == []


def test_a_name_is_looked_up_once_and_only_what_was_checked_is_connected_to(at: Receiver) -> None:
    """As a name server would have it that tells another address each time (DNS rebinding)."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> object:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[object] = []

    class Watched(socket.socket):
        def connect(self, address: object) -> None:
            connected.append(address)
            raise OSError("unreachable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Watched)
        post("http://rebound.example/", allow=False, sender=Sender(look_up))
    assert asked == ["rebound.example"]
    assert connected == [("93.184.216.34", 80)]


def test_of_several_addresses_the_private_ones_are_passed_by(at: Receiver) -> None:
    port = at.server_address[1]
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("169.254.169.254", "127.0.0.1")
    ]
    assert post(f"http://two.example:{port}/", sender=Sender(lambda *_, **__: found)).is_taken
    assert "no message goes to" in post("http://two.example/", sender=Sender(lambda *_, **__: found[:1])).problem


def test_a_look_up_that_hangs_is_left_in_time() -> None:
    ended = threading.Event()
    with closing_event(ended):
        assert (
            "no answer within"
            in post("http://slow.example/", 0.2, sender=Sender(lambda *_, **__: ended.wait(30))).problem
        )


def test_names_that_are_none() -> None:
    assert "not known" in post("http://nothing.invalid/", 20).problem
    assert "not known" in post(f"http://{'a' * 70}.example/", 20).problem


class closing_event:  # noqa: N801 - reads as a function
    def __init__(self, event: threading.Event) -> None:
        self.event = event

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.event.set()


def test_certificates_are_looked_at(tmp_path: Path, at: Receiver) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    at.socket = secure.wrap_socket(at.socket, server_side=True, do_handshake_on_connect=False)
    port = at.server_address[1]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    here = lambda *_, **__: found  # noqa: E731
    assert "not trusted" in post(f"https://localhost:{port}/", sender=Sender(here)).problem
    trust = ssl.create_default_context(cafile=str(tmp_path / "c.pem"))
    assert post(f"https://localhost:{port}/", sender=Sender(here, trust)).is_taken
    assert "not trusted" in post(f"https://other.example:{port}/", sender=Sender(here, trust)).problem


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_no_url_brings_lines_of_its_own(text: str) -> None:
    url = f"http://127.0.0.1:1/{text}"
    assert url_problem(url) or not any(char.isspace() or ord(char) > 126 for char in url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a/",
        "http://",
        "https://user:pw@a/",
        "http://a:99999/",
        "http://[::1/",
        "http://a b/",
        "http://ä/",
        "http://a/" + "x" * 3000,
    ],
)
def test_urls_that_can_be_none(url: str) -> None:
    assert url_problem(url)


def test_a_port_that_nobody_listens_at() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        assert "refused" in post(f"http://127.0.0.1:{taken.getsockname()[1]}/").problem
