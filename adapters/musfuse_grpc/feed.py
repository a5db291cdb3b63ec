"""What happens in a library, for many subscribers: one stream of the owner's, handed on to a bounded ring for each.

A subscriber that falls behind loses the oldest of what waits for it, and hears how many these were. What the owner's
own queue dropped is asked for again, as far as its log goes back. For one event loop.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from musfuse.errors import ControlError
from musfuse.service.requests.events import Watch
from musfuse_grpc.channel import Channel
from musfuse_grpc.failures import ExhaustedError, InvalidError
from musfuse_grpc.messages import event_message, lost_message
from musfuse_grpc.v1 import musicfs_pb2 as pb

RING, LOG = 1024, 4096
_LINGER_SECONDS = 60.0
LOST = "events_lost"
OWNER_ENDED, SERVER_ENDS = "the process that owns the library ended", "the server ends"


@dataclass(frozen=True, slots=True)
class Told:
    """An event, as every subscriber gets it; or, of `count` events, None for nobody knows how many, that they were
    lost."""

    seq: int
    kind: str
    origin: str
    message: pb.Event
    count: int | None = 1


class Subscription:
    """A ring of what one subscriber wants and did not take yet: events of these kinds (none: all), of an origin if it
    is named, behind a number."""

    def __init__(self, hub: "Hub", kinds: Collection[str], origin: str, begin: int) -> None:
        self._hub, self._kinds, self._origin, self.begin = hub, frozenset(kinds), origin, begin
        self._ring: deque[Told] = deque()
        self._lost, self._lost_seq, self._unknown = 0, 0, False
        self._changed = asyncio.Event()
        self.ended = ""
        """Why no more will come, '' while more may."""

    def offer(self, told: Told) -> None:
        """Keep an event where it is wanted; the oldest gives way."""
        if told.seq <= self.begin or (self._kinds and told.kind not in self._kinds):
            return
        if self._origin and told.origin != self._origin:
            return
        self._keep(told)

    def lose(self, count: int | None, seq: int) -> None:
        """So many events of all kinds, the last of which had a number, cannot be had; None: nobody can tell how many,
        since they were another process'."""
        if count is None:
            self.begin = seq
        self._keep(Told(seq, LOST, "", lost_message(count, seq, of="all kinds"), count))

    def _keep(self, told: Told) -> None:
        if len(self._ring) >= RING:
            oldest = self._ring.popleft()
            self._lost, self._lost_seq = self._lost + (oldest.count or 0), oldest.seq
            self._unknown |= oldest.count is None
        self._ring.append(told)
        self._changed.set()

    def end(self, why: str) -> None:
        """No more will come; what waits can still be taken."""
        self.ended = self.ended or why
        self._changed.set()

    async def take(self, seconds: float | None = None) -> pb.Event | None:
        """The next event, behind what tells of those that were lost; None at the end, or after so many seconds."""
        while not (self._lost or self._unknown or self._ring):
            self._changed.clear()
            if self.ended:
                return None
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return None
        if self._lost or self._unknown:
            count, self._lost = None if self._unknown else self._lost, 0
            self._unknown = False
            return lost_message(count, self._lost_seq)
        return self._ring.popleft().message

    def close(self) -> None:
        """No more is wanted."""
        self._ring.clear()
        self._hub.leave(self)


class Hub:
    """Follows the owner while somebody subscribed, and a minute longer. `most` may subscribe at a time."""

    def __init__(self, channel: Channel, most: int, linger: float = _LINGER_SECONDS) -> None:
        self._channel, self._most, self._linger = channel, most, linger
        self._subscriptions: list[Subscription] = []
        self._log: deque[Told] = deque(maxlen=LOG)
        self._task: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._begin = 0  # everything behind this number is in the log
        self.stream, self.last = "", 0
        """Which process gives the numbers, and the last one that was given."""

    async def subscribe(
        self, kinds: Collection[str] = (), origin: str = "", after: int | None = None, stream: str = ""
    ) -> Subscription:
        """A ring of what happens from now on, or behind the number `after`, which `stream` gave, as far as that is
        known still. Raises ExhaustedError, ControlError, InvalidError for a number that nobody gave."""
        if len(self._subscriptions) >= self._most:
            raise ExhaustedError(f"{self._most} streams of events are open already")
        if after is not None and after >= 1 << 63:
            raise InvalidError(f"after: {after} is the number of no event")
        made = Subscription(self, kinds, origin, 0)
        if self._task is not None and not self._task.done():
            await self._follow(None, stream)
            made.begin = self.last
            self._subscriptions.append(made)
            self._catch_up(made, after, stream)
            return made
        self._subscriptions.append(made)  # its events may come as soon as the owner answers
        try:
            await self._follow(after, stream)
        except BaseException:
            self.leave(made)
            raise
        return made

    def leave(self, subscription: Subscription) -> None:
        """A subscriber wants no more."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
        if not self._subscriptions and self._task is not None and self._leaving is None:
            self._leaving = asyncio.get_running_loop().call_later(self._linger, self._stop_following)

    def end(self, why: str) -> None:
        """End all subscriptions."""
        for subscription in self._subscriptions:
            subscription.end(why)
        self._stop_following()

    async def _follow(self, after: int | None, stream: str) -> None:
        """Return when the owner's events arrive. Raises ControlError."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        if self._task is None or self._task.done():
            self._opened = asyncio.get_running_loop().create_future()
            self._log.clear()
            self._task = asyncio.create_task(self._run(after, stream))
        assert self._opened is not None
        await asyncio.shield(self._opened)

    def _stop_following(self) -> None:
        self._leaving = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, after: int | None, stream: str) -> None:
        try:
            while True:
                async with aclosing(self._channel.follow(Watch(after=after, stream=stream))) as told:
                    self._open(await anext(told), after)
                    if not await self._hand_on(told, fresh=True):
                        break
                after, stream = self.last, self.stream
        except (ControlError, OSError, StopAsyncIteration) as error:
            if self._opened is not None and not self._opened.done():
                self._opened.set_exception(ControlError(str(error)))
        for subscription in list(self._subscriptions):
            subscription.end(OWNER_ENDED)

    def _open(self, opening: dict[str, Any], after: int | None) -> None:
        if self._opened is None or self._opened.done():
            return
        self.stream = opening["stream"]
        self.last = self._begin = opening["last"] if after is None else after
        for subscription in self._subscriptions:
            subscription.begin = self.last
        self._opened.set_result(None)

    async def _hand_on(self, told: Any, *, fresh: bool) -> bool:
        """Hand on what the owner tells; whether it is to be asked again for what its queue dropped."""
        async for row in told:
            if row["event"] == LOST:
                count = row["data"].get("count")
                if count and not fresh:
                    return True
                self.last = self._begin = row["seq"]
                self._log.clear()
                for subscription in self._subscriptions:
                    subscription.lose(count, row["seq"])
            else:
                self._offer(row)
            fresh = False
        return False

    def _offer(self, row: dict[str, Any]) -> None:
        made = Told(row["seq"], row["event"], str(row["data"].get("origin_id") or ""), event_message(row))
        if len(self._log) == LOG:
            self._begin = self._log[0].seq
        self._log.append(made)
        self.last = made.seq
        for subscription in self._subscriptions:
            subscription.offer(made)

    def _catch_up(self, made: Subscription, after: int | None, stream: str) -> None:
        """Give a subscriber that was away what it missed."""
        if after is None:
            return
        if stream not in ("", self.stream) or after > self.last:
            made.lose(None, self.last)
            return
        made.begin = after
        if after < self._begin:
            made.lose(self._begin - after, self._begin)
        for told in self._log:
            made.offer(told)
