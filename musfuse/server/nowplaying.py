"""Who plays what at this moment: in memory, since it is over soon."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from musfuse.lru import Lru

_MOST, _USUAL_SECONDS, _LONGEST_SECONDS, _MAX_CLIENT = 1_000, 600.0, 6 * 3600.0, 100


@dataclass(frozen=True, slots=True)
class NowPlayed:
    """A track that a user plays on a device: where in it he was (`position_ms`) when that was said, `since` (seconds of
    a monotonic clock), whether it is paused since, and at which speed."""

    user: int
    client: str
    track: int
    position_ms: int
    since: float
    paused: bool
    rate: float
    until: float

    def at_ms(self, now: float) -> int:
        """Where in the track he is by now."""
        played = 0.0 if self.paused else (now - self.since) * 1000 * self.rate
        return self.position_ms + max(0, round(played))


class NowPlaying:
    """Of all users: a device plays one track. `clock` is a monotonic one, in seconds. For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._playing: Lru[tuple[int, str], NowPlayed] = Lru(_MOST)

    def note(
        self,
        user: int,
        client: str,
        track: int,
        position_ms: int = 0,
        *,
        paused: bool = False,
        rate: float = 1.0,
        seconds: float = _USUAL_SECONDS,
    ) -> None:
        """Note that a device plays a track; forgotten when nothing more is said of it for some seconds, such as what is
        left of the track."""
        now = self._clock()
        until = now + min(max(seconds, 1.0), _LONGEST_SECONDS)
        client = client[:_MAX_CLIENT]
        with self._lock:
            self._playing.put((user, client), NowPlayed(user, client, track, position_ms, now, paused, rate, until))

    def stop(self, user: int, client: str) -> None:
        """A device plays nothing any more."""
        with self._lock:
            self._playing.pop((user, client[:_MAX_CLIENT]))

    def all(self) -> list[NowPlayed]:
        """What is played, that which was said last first."""
        now = self._clock()
        with self._lock:
            for key, played in self._playing.items():
                if played.until <= now:
                    self._playing.pop(key)
            return [played for _, played in reversed(self._playing.items())]

    @property
    def now(self) -> float:
        """The time on the clock by which `NowPlayed` counts."""
        return self._clock()
