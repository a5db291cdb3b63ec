"""Who answers a request about a library: this process, or the one that owns the library. Who asks cannot tell.

What only reads what is kept is answered here, over databases opened for reading, whether somebody owns the library or
not; by its owner where they cannot be read here, as those of an owner that is another version. What only the owner
knows is asked of it, and read from what is kept where there is none. What replaces what is kept is done here, while
nobody owns the library. All else goes to the owner; where there is none, this process owns the library for that long.
What an owner that ends did not take up is asked anew, as if there had been none.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from musfuse.config import Config
from musfuse.control.client import UntakenError, find_owner
from musfuse.control.remote import Remote
from musfuse.errors import ConfigError, ControlError, LibraryInUseError, StoreError
from musfuse.service.port import Feed, Listing, Request, Service, Stream

if TYPE_CHECKING:
    from musfuse.media.formats import FormatRegistry
    from musfuse.service.handlers import Handlers

A = TypeVar("A")
T = TypeVar("T")
_SECONDS = 600.0
"""How long an answer may take."""
_ENDING_SECONDS, _PAUSE_SECONDS = 10.0, 0.02
"""How long an owner that ends is waited for."""
_BATCH, _LOOK_SECONDS = 100, 0.2
"""What is taken of a stream at a time, and how long that waits: Windows tells of Ctrl-C only in between."""


class Connection:
    """A service of the library in `folder`. `load` gives the configuration when it is needed first; `make`: a library
    is made where there is none. `formats` knows other kinds of files than usual. Closed by `with`."""

    def __init__(
        self, folder: Path, load: Callable[[], Config], *, make: bool = False, formats: "FormatRegistry | None" = None
    ) -> None:
        self.folder, self._load, self._make, self._formats = folder, load, make, formats
        self._here: Handlers | None = None  # of a library that this process owns
        self._useful = False
        self._closing = ExitStack()

    def call(self, request: Request[A]) -> A:
        """The answer. Raises MusfuseError."""
        try:
            return self._call(request)
        except UntakenError as untaken:
            try:
                return self._anew(lambda: self._call(request))
            except ConfigError:
                if request.live and not self.is_owned:  # only an owner answers it, and there is none any more
                    raise untaken from None
                raise

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows. Raises MusfuseError."""
        return self._read(lambda service: service.rows(listing))

    def _call(self, request: Request[A]) -> A:
        if request.closed:
            return self._closed.call(request)
        if request.live:
            return (self._owner or self._here or self._reading).call(request)
        if request.reads:
            return self._read(lambda service: service.call(request))
        answer = self._owning.call(request)
        self._useful = True
        return answer

    def _anew(self, ask: Callable[[], T]) -> T:
        """Ask whoever has the library once the owner that ends is gone."""
        end = time.monotonic() + _ENDING_SECONDS
        while True:
            self.__dict__.pop("_owner", None)
            self.__dict__.pop("_owning", None)
            try:
                return ask()
            except (UntakenError, LibraryInUseError):
                if time.monotonic() > end:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def _read(self, ask: Callable[[Service], T]) -> T:
        try:
            return ask(self._reading)
        except StoreError as error:
            if self._owner is None:
                raise
            try:
                return ask(self._owner)
            except ControlError:  # the owner does not answer that, or cannot read them either
                raise error from None

    @cached_property
    def _owner(self) -> Service | None:
        client = find_owner(self.folder, _SECONDS)
        return Remote(self._closing.enter_context(client)) if client is not None else None

    @cached_property
    def _reading(self) -> Service:
        from musfuse.app.reading import Reading

        return Reading(self.folder, self._load, self._closing, self._formats)

    @cached_property
    def _closed(self) -> Service:
        from musfuse.app.care.caring import Caring
        from musfuse.app.state import StateFolder
        from musfuse.service.handlers import Handlers

        handlers = Handlers()
        Caring(StateFolder(self.folder)).answer(handlers)
        return handlers

    @property
    def is_owned(self) -> bool:
        """Whether another process owns the library."""
        return self._owner is not None

    @contextmanager
    def follow(self, stream: Stream[A]) -> Iterator[Iterator[A]]:
        """What happens within the block, from its begin on, until the owner ends. Raises MusfuseError, ControlError
        where nobody owns the library."""
        if self._here is not None:
            with closing(self._here.open(stream)) as feed:
                yield _taken(feed)
            return
        client = find_owner(self.folder)  # one of its own, which then serves nothing else
        if client is None:
            raise ControlError(f"{self.folder}: no process has this library, so nothing happens there")
        with client:
            yield Remote(client).follow(stream)

    @cached_property
    def _owning(self) -> Service:
        if self._owner is not None:
            return self._owner
        from musfuse.app.background import Alone
        from musfuse.app.library import open_library
        from musfuse.app.serving import answer_accounts
        from musfuse.app.state import StateFolder
        from musfuse.app.webhooks import OwnedWebhooks

        if self._make:  # it is gone again where what is asked for fails
            self._closing.enter_context(StateFolder(self.folder).made(lambda: self._useful))
        made = open_library(self.folder, self._load(), self._closing, make=self._make, formats=self._formats)
        self._here = made.handlers()
        Alone(made, self._closing).answer(self._here)
        answer_accounts(made, self._here)
        OwnedWebhooks(made, made.keep_events, sends=False).webhooking.answer(self._here)
        return self._here

    def __enter__(self) -> "Connection":
        self._closing.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.__exit__(kind, error, trace)


def _taken(feed: Feed[A]) -> Iterator[A]:
    """What a feed gives, until it is closed."""
    while True:
        taken = feed.take(_BATCH, _LOOK_SECONDS)
        yield from taken
        if feed.closed and not taken:
            return
