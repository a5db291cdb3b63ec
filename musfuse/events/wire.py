"""Events as other programs know them: the names and fields of `design/contracts.md`, section Events, and ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from musfuse.events.log import Numbered
from musfuse.events.originals import (
    CacheEviction,
    FileAccessed,
    FileAdded,
    FileModified,
    FileRemoved,
    OriginConnected,
    OriginDisconnected,
    SyncCompleted,
    SyncStarted,
)
from musfuse.events.types import AccountChanged, Event, JobChanged, ScanProgress, TagsChanged, TrackIndexed, TreeChanged

EVENTS: Mapping[str, type[Event]] = MappingProxyType({
    kind.NAME: kind
    for kind in (
        FileAdded, FileModified, FileRemoved, FileAccessed, OriginConnected, OriginDisconnected, SyncStarted,
        SyncCompleted, CacheEviction, ScanProgress, TreeChanged, TagsChanged, TrackIndexed, JobChanged,
        AccountChanged,
    )
})  # fmt: skip
"""What can be subscribed to, by name."""


def to_json(event: Numbered) -> dict[str, Any]:
    """An event with its number and time: JSON values by name."""
    return {"seq": event.seq, "time_ns": event.time_ns, "event": event.event.NAME, "data": fields(event.event)}


def fields(event: Event) -> dict[str, Any]:
    """The fields of an event as JSON values by name; one that is None is left out."""
    names: tuple[str, ...] = type(event).__match_args__
    return {name: value for name in names if (value := getattr(event, name)) is not None}
