"""Options of what is made ready before somebody plays it."""

from dataclasses import dataclass

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class PrefetchOptions:
    """What is probably played next, made ready before that."""

    enabled: bool = option(True, "guess what is played next, and make it ready; off: only what somebody asks for")
    max_queue_size: int = option(100, "tracks that wait to be made ready at most", at_least(1), "tracks")
    lookahead: int = option(3, "tracks ahead of the one that is played", at_least(1), "tracks")
    album_aware: bool = option(True, "the next tracks of its album are guessed")


PREFETCH = Section("prefetch", PrefetchOptions)
