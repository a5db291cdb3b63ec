"""Requests as methods: bound and checked first, then answered; listings row by row."""

import json
from typing import ClassVar

import pytest

from musfuse.control.dispatch import Dispatcher
from musfuse.control.parameters import ParameterError
from musfuse.control.requests import Requests
from musfuse.errors import ConfigError
from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request


class Half(Request[int], frozen=True):
    METHOD: ClassVar[str] = "half"
    number: int


class Upto(Listing[int], frozen=True):
    METHOD: ClassVar[str] = "upto"
    end: int


@pytest.fixture
def requests() -> Requests:
    handlers = Handlers()
    handlers.on(Half, lambda request: request.number // 2)
    handlers.on_listing(Upto, lambda listing: iter(range(listing.end)))
    return Requests(handlers)


def test_what_is_bound_is_answered_when_it_is_called(requests: Requests) -> None:
    half, upto = requests.method("half"), requests.method("upto")
    assert half is not None
    assert upto is not None
    assert half.bind({"number": 8})() == 4
    assert list(upto.bind({"end": 3})()) == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "params"), [("half", {}), ("half", {"number": "8"}), ("upto", {"end": 1, "limit": 0})]
)
def test_what_does_not_fit_is_refused_before_it_runs(requests: Requests, name: str, params: dict[str, object]) -> None:
    method = requests.method(name)
    assert method is not None
    with pytest.raises(ParameterError):
        method.bind(params)


def test_without_a_service_there_is_none() -> None:
    assert Requests(None).method("half") is None


def test_a_service_that_cannot_be_made_is_an_answer() -> None:
    def make() -> Handlers:
        raise ConfigError("no service today")

    (answer,) = Dispatcher({}, make).answers(b'{"jsonrpc": "2.0", "id": 1, "method": "half", "params": {}}')
    assert json.loads(answer)["error"]["message"] == "no service today"


def test_rows_come_before_the_answer_that_counts_them() -> None:
    handlers = Handlers()
    handlers.on_listing(Upto, lambda listing: iter(range(listing.end)))
    dispatcher = Dispatcher({}, lambda: handlers)
    answers = list(
        map(json.loads, dispatcher.answers(b'{"jsonrpc": "2.0", "id": "x", "method": "upto", "params": {"end": 4}}'))
    )
    assert [(m.get("method"), m.get("params"), m.get("result")) for m in answers] == [
        ("rows", {"id": "x", "rows": [0]}, None), ("rows", {"id": "x", "rows": [1, 2]}, None), ("rows", {"id": "x", "rows": [3]}, None),
        (None, None, 4),
    ]  # fmt: skip
    assert list(dispatcher.answers(b'{"jsonrpc": "2.0", "method": "upto", "params": {"end": 4}}')) == []
