"""From a line to the lines that answer it, without a socket: errors of whoever calls and of ours, and who is put
together for what."""

import json
import logging
from typing import Any

import pytest

from musfuse.control.dispatch import Dispatcher
from musfuse.control.streams import Streaming
from musfuse.errors import MountError, StoreError
from musfuse.events import EventBus, TagsChanged
from musfuse.service.events import answer_events
from musfuse.service.handlers import Handlers
from musfuse.service.requests.jobs import ListJobs, ShowJob


def refuse() -> None:
    raise MountError("it is busy; close it")


def crash() -> None:
    raise ZeroDivisionError("oops")


def stumble() -> None:
    len(5)  # type: ignore[arg-type]


METHODS: dict[str, Any] = {"echo": lambda text: text, "refuse": refuse, "crash": crash, "stumble": stumble}


def said(dispatcher: Dispatcher, method: str, **params: Any) -> dict[str, Any]:
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    (line,) = dispatcher.answers(json.dumps(call).encode())
    assert isinstance(line, bytes)
    answer: dict[str, Any] = json.loads(line)
    return answer.get("error") or {"result": answer["result"]}


def test_a_call_is_answered_by_name() -> None:
    dispatcher = Dispatcher(METHODS)
    assert said(dispatcher, "echo", text="hällo \udce9") == {"result": "hällo \udce9"}
    assert said(dispatcher, "refuse") == {
        "code": -32000,
        "message": "it is busy; close it",
        "data": {"exit_code": 3, "errno": 5},
    }
    assert said(dispatcher, "none")["code"] == -32601
    assert len(said(dispatcher, "n" * 100_000)["message"]) < 100


@pytest.mark.expects_errors
@pytest.mark.parametrize("method", ["crash", "stumble"])
def test_a_bug_is_logged_and_not_the_callers_fault(method: str, caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = Dispatcher(METHODS)
    assert said(dispatcher, method)["code"] == -32603
    assert [record.exc_info is not None for record in caplog.records if record.levelno >= logging.ERROR] == [True]
    assert said(dispatcher, "echo", text="x") == {"result": "x"}


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"nonsense", -32700), (b"[]", -32600), (b"{}", -32600), (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":[1]}', -32602),
     (b'{"jsonrpc":"1.0","method":"echo","id":1}', -32600), (b"\xff\xfe", -32700),
     (b"[" * 500_000, -32700), (b'{"id":' * 100_000 + b"1" + b"}" * 100_000, -32700),
     (b'{"jsonrpc":"2.0","method":"echo","id":[1]}', -32600),
     (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":{}}', -32602),
     (b'{"jsonrpc":"2.0","method":"echo","id":1,"params":{"text":"x","self":"y"}}', -32602)],
)  # fmt: skip
def test_malformed_requests(line: bytes, code: int) -> None:
    (answer,) = Dispatcher(METHODS).answers(line)
    assert isinstance(answer, bytes)
    assert json.loads(answer)["error"]["code"] == code


def test_a_notification_is_done_and_not_answered() -> None:
    asked: list[str] = []
    dispatcher = Dispatcher({"note": lambda text: asked.append(text)})
    assert list(dispatcher.answers(b'{"jsonrpc":"2.0","method":"note","params":{"text":"x"}}')) == []
    assert asked == ["x"]


def test_use_cases_are_put_together_when_one_is_asked_for_the_owners_first() -> None:
    made: list[str] = []

    def handlers(name: str, kind: type[Any]) -> Handlers:
        made.append(name)
        found = Handlers()
        found.on(kind, lambda _: name)
        return found

    dispatcher = Dispatcher(METHODS, lambda: handlers("service", ShowJob), lambda: handlers("owner", ListJobs))
    assert said(dispatcher, "echo", text="x") == {"result": "x"}
    assert made == []
    assert [said(dispatcher, "jobs.list") for _ in range(2)] == [{"result": "owner"}] * 2
    assert made == ["owner"]
    assert [said(dispatcher, "jobs.show", job=1) for _ in range(2)] == [{"result": "service"}] * 2
    assert said(dispatcher, "none")["code"] == -32601
    assert made == ["owner", "service"]


def test_use_cases_that_cannot_be_put_together_are_tried_again() -> None:
    problems = [StoreError("the disk is away")]

    def handlers() -> Handlers:
        if problems:
            raise problems.pop()
        found = Handlers()
        found.on(ListJobs, lambda _: "there")
        return found

    dispatcher = Dispatcher({}, handlers)
    assert said(dispatcher, "jobs.list")["message"] == "the disk is away"
    assert said(dispatcher, "jobs.list") == {"result": "there"}


def stream(bus: EventBus) -> Dispatcher:
    handlers = Handlers()
    answer_events(bus, handlers)
    return Dispatcher({}, lambda: handlers)


WATCH = b'{"jsonrpc":"2.0","method":"events.subscribe","id":4}'


def test_a_stream_comes_behind_its_answer() -> None:
    bus = EventBus()
    opening, streaming = stream(bus).answers(WATCH)
    assert isinstance(opening, bytes)
    assert json.loads(opening) == {"jsonrpc": "2.0", "id": 4, "result": {"stream": bus.id, "last": 0}}
    assert isinstance(streaming, Streaming)
    bus.publish(TagsChanged(7))
    assert [told["data"] for told in streaming.source.take(5, 0)] == [{"seq": 7}]
    streaming.source.close()


def test_nobody_pays_for_a_stream_that_nobody_takes() -> None:
    bus = EventBus()
    dispatcher = stream(bus)
    assert list(dispatcher.answers(WATCH.replace(b',"id":4', b""))) == []  # who wants no answer
    answers = dispatcher.answers(WATCH)
    next(answers)
    assert len(bus._subscriptions) == 1
    answers.close()  # who hung up before the answer could be sent
    assert bus._subscriptions == ()
