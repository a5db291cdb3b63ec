"""News of what happened, from those that did it to whoever wants to know: types, the bus with its bounded queues, the
log from which a subscriber goes on."""

from musfuse.events.log import EventLog, Numbered
from musfuse.events.stream import EventBus, Subscription
from musfuse.events.types import (
    AccountChanged,
    Event,
    EventsLost,
    JobChanged,
    ScanProgress,
    TagsChanged,
    TrackIndexed,
    TreeChanged,
)

__all__ = [
    "AccountChanged",
    "Event",
    "EventBus",
    "EventLog",
    "EventsLost",
    "JobChanged",
    "Numbered",
    "ScanProgress",
    "Subscription",
    "TagsChanged",
    "TrackIndexed",
    "TreeChanged",
]
