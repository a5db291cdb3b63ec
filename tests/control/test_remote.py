"""The service of another process: the same answers, rows in pages, and errors in the owner's words."""

from collections.abc import Iterator
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
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path))
    handlers = Handlers()
    handlers.on(Number, _number)
    handlers.on(AddSources, lambda r: SourcesAdded(added=tuple(text for text, _ in r.places), scanning=not r.dry_run))
    handlers.on_listing(Numbers, lambda listing: iter(range(listing.upto)))
    server = Server(endpoint(tmp_path), {}, lambda: handlers)
    server.start()
    with Client(endpoint(tmp_path)) as client:
        yield client
    server.close()


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
        ("numbers", {"upto": 3, "limit": 1_000_000}, "numbers: limit: expected int <= 1000"),
        ("numbers", {"upto": 3, "offset": -1}, "numbers: offset: expected int >= 0"),
        ("nothing", {}, "no method nothing"),
    ],
)
def test_calls_are_checked_before_they_run(client: Client, method: str, params: dict[str, object], said: str) -> None:
    with pytest.raises(ControlError, match=said):
        client.call(method, **params)


def test_a_page_tells_whether_there_is_more(client: Client) -> None:
    assert client.call("numbers", upto=5, offset=3, limit=2) == {"rows": [3, 4], "more": False}
    assert client.call("numbers", upto=5, offset=1, limit=2) == {"rows": [1, 2], "more": True}


def test_an_answer_of_another_version_is_said_to_be_one(client: Client) -> None:
    class Text(Request[str], frozen=True):
        METHOD: ClassVar[str] = "number"
        text: str

    with pytest.raises(ControlError, match="another version of musfuse"):
        Remote(client).call(Text("1"))
