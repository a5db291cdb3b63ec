"""Events over HTTP: as they happen, after a break, for who may hear of them, without a thread for each."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from musfuse_http.hub import RING, Hub, Listener

from musfuse.events import TagsChanged, TrackIndexed
from musfuse.service.requests.events import Happened
from over_http.running import SECONDS, Server


@contextmanager
def events(server: Server, who: str, last: str = "") -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a stream, each with its `id`."""
    connection = http.client.HTTPConnection(*server.address, timeout=SECONDS)
    headers = {"Authorization": f"Bearer {server.tokens[who]}"} | ({"Last-Event-ID": last} if last else {})
    connection.request("GET", "/api/v1/events", headers=headers)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")

    def told() -> Iterator[dict[str, Any]]:
        id_ = ""
        while line := answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                id_ = value
            if name == "data":
                yield {"id": id_, **json.loads(value)}

    assert answer.readline() == b"retry: 2000\n"
    try:
        yield told()
    finally:
        answer.close()
        connection.close()


def test_who_was_away_hears_what_happened(server: Server) -> None:
    bus = server.host.library.events
    with events(server, "ann") as told:
        bus.publish(TagsChanged(1))
        first = next(event for event in told if event["event"] == "metadata_changed")
        assert first["data"] == {"seq": 1}
    bus.publish(TagsChanged(2))
    bus.publish(TagsChanged(3))
    with events(server, "ann", first["id"]) as told:
        bus.publish(TagsChanged(4))
        changes = (event for event in told if event["event"] == "metadata_changed")
        assert [next(changes)["data"]["seq"] for _ in range(3)] == [2, 3, 4]
    with events(server, "ann", "0123456789abcdef-5") as told:
        assert next(told)["event"] == "events_lost"


def test_users_hear_of_nothing_that_is_not_for_them(server: Server) -> None:
    bus = server.host.library.events
    with events(server, "eve") as told:
        bus.publish(TrackIndexed(1, 2, "/secret"))
        bus.publish(TagsChanged(9))
        heard = next(told)
        assert (heard["event"], heard["data"]) == ("metadata_changed", {"seq": 9})


def test_many_listeners_cost_no_threads(server: Server) -> None:
    before = threading.active_count()
    connections = []
    for _ in range(50):
        connection = http.client.HTTPConnection(*server.address, timeout=SECONDS)
        connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {server.tokens['bob']}"})
        connections.append((connection, connection.getresponse()))
    assert threading.active_count() <= before + server.context.options.threads + 2
    for connection, answer in connections:
        answer.close()
        connection.close()


def happened(seq: int) -> Happened:
    return Happened(seq, 0, "metadata_changed", {})


@pytest.fixture
def listener() -> Listener:
    return Hub(lambda _: None).listen(lambda _: True)  # type: ignore[arg-type, return-value]


def test_what_came_meanwhile_comes_once(listener: Listener) -> None:
    import asyncio

    listener.offer([happened(5), happened(6)])
    listener.precede([happened(3), happened(4), happened(5)])
    listener.offer([happened(7)])
    assert [event.seq for event in asyncio.run(listener.take(0))] == [3, 4, 5, 6, 7]


def test_a_slow_one_hears_what_it_lost(listener: Listener) -> None:
    import asyncio

    listener.offer([happened(n) for n in range(1, RING + 11)])
    taken = asyncio.run(listener.take(0))
    assert (taken[0].event, taken[0].data, taken[1].seq, len(taken)) == ("events_lost", {"count": 10}, 11, RING + 1)
    assert asyncio.run(listener.take(0)) == []
