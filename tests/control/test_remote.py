"""The service of another process: the same answers, rows as they are found, and errors in the owner's words."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest

from musfuse.control.client import Client, RemoteError
from musfuse.control.protocol import endpoint
from musfuse.control.remote import Remote
from musfuse.control.server import Server
from musfuse.errors import ConfigError, ControlError
from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request
from musfuse.service.requests.sources import AddSources, SourcesAdded

Serve = Callable[..., Server]


class Number(Request[int], frozen=True):
    METHOD: ClassVar[str] = "number"
    text: str


class Numbers(Listing[int], frozen=True):
    METHOD: ClassVar[str] = "numbers"
    upto: int


def _number(request: Number) -> int:
    if not request.text.isdigit():
        raise ConfigError(f"{request.text}: no number")
    return int(request.text)


@pytest.fixture
def produced() -> list[int]:
    """The rows that were found."""
    return []


@pytest.fixture
def ended() -> threading.Event:
    """Set when no more rows are looked for."""
    return threading.Event()


@pytest.fixture
def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, produced: list[int], ended: threading.Event
) -> Iterator[Serve]:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path))

    def numbers(listing: Numbers) -> Iterator[int]:
        try:
            for number in range(abs(listing.upto)):
                produced.append(number)
                yield number
            if listing.upto < 0:
                raise ConfigError("five is too much")
        finally:
            ended.set()

    handlers = Handlers()
    handlers.on(Number, _number)
    handlers.on(AddSources, lambda r: SourcesAdded(added=tuple(text for text, _ in r.places), scanning=not r.dry_run))
    handlers.on_listing(Numbers, numbers)
    with ExitStack() as closing:

        def serve(**more: float) -> Server:
            server = Server(endpoint(tmp_path), {}, lambda: handlers, **more)  # type: ignore[arg-type]
            server.start()
            closing.callback(server.close)
            return server

        yield serve


@pytest.fixture
def client(tmp_path: Path, serve: Serve) -> Iterator[Client]:
    serve()
    with Client(endpoint(tmp_path)) as client:
        yield client


def test_answers_come_back_as_what_they_are(client: Client) -> None:
    remote = Remote(client)
    assert remote.call(Number("42")) == 42
    assert remote.call(AddSources((("a\udc80", ""),))) == SourcesAdded(("a\udc80",), scanning=True)
    assert list(remote.rows(Numbers(1234))) == list(range(1234))
    assert list(remote.rows(Numbers(0))) == []


def test_errors_keep_their_words_and_exit_code(client: Client) -> None:
    with pytest.raises(RemoteError, match="x: no number") as caught:
        Remote(client).call(Number("x"))
    assert caught.value.exit_code == ConfigError.exit_code


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("number", {}, "number: object missing required field text"),
        ("number", {"text": 1}, "number: text: expected str, got int"),
        ("numbers", {"upto": 3, "limit": 5}, "numbers: object contains unknown field limit"),
        ("nothing", {}, "no method nothing"),
    ],
)
def test_calls_are_checked_before_they_run(client: Client, method: str, params: dict[str, object], said: str) -> None:
    with pytest.raises(ControlError, match=said):
        client.call(method, **params)


def test_every_row_is_found_once(client: Client, produced: list[int]) -> None:
    assert len(list(Remote(client).rows(Numbers(20_000)))) == 20_000
    assert len(produced) == 20_000


def test_rows_are_found_as_they_are_taken(client: Client, produced: list[int], ended: threading.Event) -> None:
    """However many there are: the owner is ahead by what the connection holds."""
    rows = Remote(client).rows(Numbers(1 << 40))
    assert [next(rows) for _ in range(1000)] == list(range(1000))
    assert len(produced) < 1_000_000
    client.close()
    assert ended.wait(60)


def test_a_call_passes_over_rows_that_nobody_took(client: Client) -> None:
    remote = Remote(client)
    assert next(remote.rows(Numbers(50_000))) == 0
    remote.rows(Numbers(3))
    assert remote.call(Number("42")) == 42
    assert list(remote.rows(Numbers(2))) == [0, 1]


def test_an_error_comes_behind_the_rows_before_it(client: Client) -> None:
    rows, found = Remote(client).rows(Numbers(-5)), []
    with pytest.raises(RemoteError, match="five is too much") as caught:
        for row in rows:
            found.append(row)
    assert (found, caught.value.exit_code) == ([0, 1, 2, 3, 4], ConfigError.exit_code)
    assert Remote(client).call(Number("1")) == 1


def test_a_listing_that_is_refused_is_refused_at_once(client: Client) -> None:
    class Nothing(Listing[int], frozen=True):
        METHOD: ClassVar[str] = "nothing"

    with pytest.raises(RemoteError, match="no method nothing"):
        Remote(client).rows(Nothing())


def test_who_takes_nothing_is_hung_up_on(tmp_path: Path, serve: Serve, ended: threading.Event) -> None:
    serve(patience=0.05)
    with Client(endpoint(tmp_path)) as client:
        rows = Remote(client).rows(Numbers(1 << 40))
        assert ended.wait(60)
        with pytest.raises(ControlError, match=r"ended before it answered|does not answer"):
            for _ in rows:
                pass


def test_a_server_that_ends_does_not_wait_for_the_last_row(
    tmp_path: Path, serve: Serve, ended: threading.Event
) -> None:
    server = serve()
    with Client(endpoint(tmp_path)) as client:
        rows = Remote(client).rows(Numbers(1 << 40))
        assert next(rows) == 0
        closing = threading.Thread(target=server.close)
        closing.start()
        with pytest.raises(ControlError, match="ended before it answered"):
            for _ in rows:
                pass
        closing.join(60)
        assert ended.wait(60)


def test_an_answer_of_another_version_is_said_to_be_one(client: Client) -> None:
    class Text(Request[str], frozen=True):
        METHOD: ClassVar[str] = "number"
        text: str

    with pytest.raises(ControlError, match="another version of musfuse"):
        Remote(client).call(Text("1"))
