"""Events as other programs know them."""

import json
import typing

from musfuse.events import Event, EventBus, EventsLost, JobChanged, originals, types
from musfuse.events.originals import FileAdded, FileModified
from musfuse.events.wire import EVENTS, fields, to_json

CONTRACT = {
    "file_added": {"path", "origin_id", "file_id"},
    "file_modified": {"path", "origin_id", "file_id"},
    "file_removed": {"path", "origin_id", "file_id"},
    "file_accessed": {"file_id", "path", "origin_id", "offset", "size"},
    "origin_connected": {"origin_id"},
    "origin_disconnected": {"origin_id"},
    "sync_started": {"origin_id"},
    "sync_completed": {"origin_id", "files_changed"},
    "cache_eviction": {"bytes_freed"},
}
"""design/contracts.md, section Events."""


def test_names_and_fields_are_those_of_the_contract() -> None:
    assert {name: set(EVENTS[name].__match_args__) for name in CONTRACT} == CONTRACT


def test_every_kind_of_event_can_be_subscribed_to() -> None:
    defined = {
        kind
        for module in (types, originals)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind.NAME
    }
    assert defined - set(EVENTS.values()) == {EventsLost}
    assert all(name == kind.NAME for name, kind in EVENTS.items())


def test_an_event_is_json_with_its_number_and_time() -> None:
    bus = EventBus()
    with bus.subscribe() as subscription:
        bus.publish(JobChanged(3, "scan", "running", 1, 2, "/music"))
        (event,) = subscription.take(1)
    told = json.loads(json.dumps(to_json(event)))
    assert told == {
        "seq": 1,
        "time_ns": event.time_ns,
        "event": "job_changed",
        "data": {"job": 3, "kind": "scan", "state": "running", "done": 1, "total": 2, "what": "/music"},
    }


def test_a_field_that_is_none_is_left_out() -> None:
    assert fields(FileAdded("a.flac", "uid")) == {"path": "a.flac", "origin_id": "uid"}
    assert fields(FileAdded("a.flac", "uid", 7))["file_id"] == 7


def test_kinds_with_the_same_fields_are_different_events() -> None:
    assert FileAdded("a", "b") != FileModified("a", "b")
    assert typing.get_type_hints(FileAdded)["path"] is str
