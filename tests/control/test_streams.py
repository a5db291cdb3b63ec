"""Events over a real socket: a client that does not read stalls nobody, and learns how much it lost."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from musfuse.control import Client, Server, protocol
from musfuse.control.client import RemoteError
from musfuse.control.protocol import endpoint
from musfuse.control.remote import Remote
from musfuse.events import EventBus, JobChanged, TagsChanged, TreeChanged
from musfuse.events.stream import PROGRESS_QUEUE, QUEUE
from musfuse.platform import system
from musfuse.service.events import answer_events
from musfuse.service.handlers import Handlers
from musfuse.service.requests.events import Watch

MANY = 100_000


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def path(bus: EventBus) -> Iterator[Path]:
    where, handlers = endpoint(Path("/a/library/that/tells")), Handlers()
    answer_events(bus, handlers)
    server = Server(where, {"echo": lambda text: text}, lambda: handlers)
    server.start()
    yield where
    bus.close()
    server.close()


@pytest.fixture
def subscribed(path: Path) -> Iterator[Callable[..., tuple[socket.socket, Any, dict[str, Any]]]]:
    """A client that subscribed: its connection, the lines it gets, and what it was answered."""
    with ExitStack() as closing:

        def subscribe(**params: Any) -> tuple[socket.socket, Any, dict[str, Any]]:
            connection = closing.enter_context(system.connect(path, 60))
            lines = protocol.lines(connection)
            call = {"jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": params}
            connection.sendall(json.dumps(call).encode() + b"\n")
            return connection, lines, json.loads(next(lines))["result"]

        yield subscribe


def wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if is_so():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


def test_what_happens_is_told_as_it_happens(bus: EventBus, subscribed: Any) -> None:
    bus.publish(TagsChanged(1))  # nobody is there
    _, lines, opening = subscribed()
    assert opening == {"stream": bus.id, "last": 0}
    bus.publish(TagsChanged(2))
    told = json.loads(next(lines))
    assert (told["jsonrpc"], told["method"], "id" in told) == ("2.0", "events.subscribe", False)
    assert told["params"] == {
        "seq": 1, "time_ns": told["params"]["time_ns"], "event": "metadata_changed", "data": {"seq": 2},
    }  # fmt: skip


def test_a_client_that_never_reads_costs_a_bounded_queue_and_an_exact_count(bus: EventBus, subscribed: Any) -> None:
    _, lines, _ = subscribed()
    (subscription,) = bus._subscriptions
    most = 0
    for n in range(MANY):
        bus.publish(TagsChanged(n))
        most = max(most, subscription.waiting)
    assert most == QUEUE
    bus.close()  # it reads now, to the end
    told = [json.loads(line)["params"] for line in lines]
    lost = [event["data"]["count"] for event in told if event["event"] == "events_lost"]
    got = [event["seq"] for event in told if event["event"] == "metadata_changed"]
    assert lost
    assert len(got) + sum(lost) == MANY == got[-1]
    reached = 0
    for event in told:
        reached += event["data"]["count"] if event["event"] == "events_lost" else 1
        assert event["seq"] == reached


def test_who_shows_progress_holds_less(bus: EventBus, subscribed: Any) -> None:
    subscribed(progress=True, kinds=["job_changed", "tree_changed"])
    (subscription,) = bus._subscriptions
    for n in range(MANY):
        bus.publish(JobChanged(n, "scan", "running"))
        bus.publish(TreeChanged(n))
        bus.publish(TagsChanged(n))
    assert subscription.waiting <= PROGRESS_QUEUE


def test_who_lost_its_connection_goes_on_where_it_was(bus: EventBus, subscribed: Any) -> None:
    connection, lines, opening = subscribed(kinds=["metadata_changed"])
    bus.publish(TagsChanged(1))
    seen = json.loads(next(lines))["params"]["seq"]
    connection.close()
    wait_until(lambda: not bus._subscriptions)
    for n in range(2, 3000):
        bus.publish(TagsChanged(n))
    _, lines, _ = subscribed(kinds=["metadata_changed"], after=seen, stream=opening["stream"])
    assert [json.loads(next(lines))["params"]["data"]["seq"] for _ in range(2, 3000)] == list(range(2, 3000))
    _, lines, _ = subscribed(after=seen, stream="another process")
    assert json.loads(next(lines))["params"] | {"time_ns": 0} == {
        "seq": 2999, "time_ns": 0, "event": "events_lost", "data": {},
    }  # fmt: skip


def test_the_end_of_the_owner_is_the_end_of_the_stream(bus: EventBus, subscribed: Any) -> None:
    _, lines, _ = subscribed()
    bus.publish(TagsChanged(1))
    bus.close()
    assert [json.loads(line)["params"]["event"] for line in lines] == ["metadata_changed"]


def test_other_calls_go_on_beside_streams(path: Path, subscribed: Any) -> None:
    for _ in range(8):
        subscribed()
    with Client(path) as client:
        assert client.call("echo", text="x") == "x"


def test_what_cannot_be_subscribed_to_is_told(bus: EventBus, path: Path) -> None:
    with Client(path) as client:
        with pytest.raises(RemoteError, match="no such event") as caught:
            client.call("events.subscribe", kinds=["none"])
        assert caught.value.exit_code == 2
        for wrong in ({"kinds": "x"}, {"after": -1}, {"after": True}, {"stream": 5}, {"more": 1}, {"progress": None}):
            with pytest.raises(RemoteError):
                client.call("events.subscribe", **wrong)
        assert client.call("echo", text="still there") == "still there"
    assert not bus._subscriptions


def test_a_notification_subscribes_nobody(bus: EventBus, path: Path) -> None:
    with system.connect(path, 60) as connection:
        lines = protocol.lines(connection)
        connection.sendall(b'{"jsonrpc": "2.0", "method": "events.subscribe", "params": {}}\n')
        connection.sendall(b'{"jsonrpc": "2.0", "id": 1, "method": "echo", "params": {"text": "x"}}\n')
        assert json.loads(next(lines))["result"] == "x"
    assert not bus._subscriptions


def test_a_stream_is_values_again_on_the_other_side(bus: EventBus, path: Path) -> None:
    with Client(path) as client:
        told = Remote(client).follow(Watch(kinds=("job_changed",)))
        bus.publish(JobChanged(1, "scan", "running", 2, 3, "/music/\udce9"))
        first = next(told)
        assert (first.event, first.data["done"], first.data["what"]) == ("job_changed", 2, "/music/\udce9")
        bus.close()
        assert list(told) == []
