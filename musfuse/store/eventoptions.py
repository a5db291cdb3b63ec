"""Options of what is kept of events."""

from dataclasses import dataclass

from musfuse.config.option import option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class EventsOptions:
    """What happened, written down."""

    keep: bool = option(False, "write down what happens, the last 100,000 events of 30 days, for `musfuse events`")


EVENTS = Section("events", EventsOptions)
