"""Who answers which request: use cases are added by those that compose them, and asked for by the type of a request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from musfuse.errors import ConfigError
from musfuse.service.port import Feed, Listing, Request, Stream

A = TypeVar("A")
R = TypeVar("R", bound=Request[Any])
L = TypeVar("L", bound=Listing[Any])
S = TypeVar("S", bound=Stream[Any])
Kind = type[Request[Any]] | type[Listing[Any]] | type[Stream[Any]]


class Handlers:
    """A service of what was added to it. Nothing is added any more once it is asked, from any thread."""

    def __init__(self) -> None:
        self._calls: dict[type[Request[Any]], Callable[[Any], Any]] = {}
        self._rows: dict[type[Listing[Any]], Callable[[Any], Iterator[Any]]] = {}
        self._feeds: dict[type[Stream[Any]], Callable[[Any], Feed[Any]]] = {}

    def on(self, kind: type[R], answer: Callable[[R], Any]) -> None:
        """Have requests of a kind answered."""
        self._calls[kind] = answer

    def on_listing(self, kind: type[L], answer: Callable[[L], Iterator[Any]]) -> None:
        """Have listings of a kind answered."""
        self._rows[kind] = answer

    def on_stream(self, kind: type[S], open_: Callable[[S], Feed[Any]]) -> None:
        """Have streams of a kind opened."""
        self._feeds[kind] = open_

    def call(self, request: Request[A]) -> A:
        """The answer to a request. Raises what the use case raises, ConfigError where nobody here can answer."""
        answer = self._calls.get(type(request))
        if answer is None:
            raise _not_here(request.METHOD)
        found: A = answer(request)
        return found

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows of a listing. Raises what `call` raises."""
        answer = self._rows.get(type(listing))
        if answer is None:
            raise _not_here(listing.METHOD)
        return answer(listing)

    def open(self, stream: Stream[A]) -> Feed[A]:
        """A feed of what a stream gives from now on, which the caller closes. Raises what `call` raises."""
        answer = self._feeds.get(type(stream))
        if answer is None:
            raise _not_here(stream.METHOD)
        return answer(stream)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What can be asked for, by METHOD."""
        kinds: tuple[Kind, ...] = (*self._calls, *self._rows, *self._feeds)
        return {kind.METHOD: kind for kind in kinds}


def _not_here(method: str) -> ConfigError:
    return ConfigError(f"{method}: only a process that owns the library can do this")
