"""What happens in a library, for many who listen over HTTP: one stream of the library's, handed on to a bounded ring
for each. A thread waits for the library; who listens costs none.

Who was away says the number that it heard last, and what its `stream` was: what happened since is asked of the library,
whose log goes back some thousand events, and comes before what happens from then on.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence

from musfuse.errors import BusyError
from musfuse.service.port import Feed
from musfuse.service.requests.events import Happened, Watch, Watching

RING = 1024
LOST = "events_lost"
_MOST, _LOOK_SECONDS = 100, 1.0
OpenFeed = Callable[[Watch], Feed[Happened]]


class Listener:
    """A ring of what one listener did not take yet. For the loop."""

    def __init__(self, hub: "Hub", wants: Callable[[Happened], bool]) -> None:
        self._hub, self._wants = hub, wants
        self._ring: deque[Happened] = deque()
        self._changed = asyncio.Event()
        self._lost, self._lost_seq, self._behind = 0, 0, 0

    def offer(self, events: Sequence[Happened]) -> None:
        """Keep what is wanted; the oldest gives way."""
        for event in events:
            if event.seq <= self._behind or not (event.event == LOST or self._wants(event)):
                continue
            if len(self._ring) >= RING:
                self._lost, self._lost_seq = self._lost + 1, self._ring.popleft().seq
            self._ring.append(event)
        self._changed.set()

    def precede(self, events: Sequence[Happened]) -> None:
        """Put what was missed before what came meanwhile, of which nothing comes twice."""
        wanted = [event for event in events if event.event == LOST or self._wants(event)]
        self._behind = max([self._behind, *(event.seq for event in events)])
        kept = [event for event in self._ring if event.seq > self._behind]
        self._ring = deque([*wanted, *kept][-RING:])
        self._changed.set()

    def wake(self) -> None:
        """Have whoever waits look whether all ends."""
        self._changed.set()

    async def take(self, seconds: float) -> list[Happened]:
        """What waits; nothing after so many seconds without any."""
        if not self._ring:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return []
        taken = list(self._ring)
        self._ring.clear()
        if self._lost:
            taken.insert(0, Happened(self._lost_seq, 0, LOST, {"count": self._lost}))
            self._lost = 0
        return taken

    def close(self) -> None:
        """No more is wanted."""
        self._hub.leave(self)


class Hub:
    """Follows a library from the first listener on. `most` may listen at a time."""

    def __init__(self, open_: OpenFeed, most: int = 1000) -> None:
        self._open, self._most = open_, most
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._feed: Feed[Happened] | None = None
        self.stream, self.ended = "", False

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have what happens handed on, on a loop. May wait, so it is called in a thread."""
        with self._lock:
            if self._feed is not None or self.ended:
                return
            feed = self._open(Watch())
            opening = feed.opening
            assert isinstance(opening, Watching)
            self._feed, self.stream = feed, opening.stream
            threading.Thread(target=self._pump, args=(feed, loop), name="http events", daemon=True).start()

    def missed(self, after: int, stream: str) -> list[Happened]:
        """What happened behind a number that `stream` gave, as far as it is known. May wait."""
        feed, found = self._open(Watch(after=after, stream=stream)), list[Happened]()
        try:
            while taken := feed.take(_MOST, 0):
                found += taken
            return found
        finally:
            feed.close()

    def listen(self, wants: Callable[[Happened], bool]) -> Listener:
        """A ring of what happens from now on. For the loop. Raises BusyError."""
        if len(self._listeners) >= self._most:
            raise BusyError(f"{self._most} streams of events are open already")
        made = Listener(self, wants)
        self._listeners.add(made)
        return made

    def leave(self, listener: Listener) -> None:
        """A listener wants no more."""
        self._listeners.discard(listener)

    def end(self) -> None:
        """The server is about to end. From any thread."""
        self.ended = True
        with self._lock:
            if self._feed is not None:
                self._feed.close()

    def _pump(self, feed: Feed[Happened], loop: asyncio.AbstractEventLoop) -> None:
        try:
            while True:
                taken = list(feed.take(_MOST, _LOOK_SECONDS))
                if taken:
                    loop.call_soon_threadsafe(self._hand_on, taken)
                elif feed.closed or self.ended:
                    break
            self.ended = True
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # the loop has ended before
            return

    def _hand_on(self, events: Sequence[Happened]) -> None:
        for listener in self._listeners:
            listener.offer(events)

    def _wake(self) -> None:
        for listener in self._listeners:
            listener.wake()
