"""Who answers which request: use cases are added by those that compose them, and asked for by the type of a request."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from musfuse.errors import ConfigError
from musfuse.service.port import Listing, Request

A = TypeVar("A")
R = TypeVar("R", bound=Request[Any])
L = TypeVar("L", bound=Listing[Any])


class Handlers:
    """A service of what was added to it. Nothing is added any more once it is asked, from any thread."""

    def __init__(self) -> None:
        self._calls: dict[type[Request[Any]], Callable[[Any], Any]] = {}
        self._rows: dict[type[Listing[Any]], Callable[[Any], Iterator[Any]]] = {}

    def on(self, kind: type[R], answer: Callable[[R], Any]) -> None:
        """Have requests of a kind answered."""
        self._calls[kind] = answer

    def on_listing(self, kind: type[L], answer: Callable[[L], Iterator[Any]]) -> None:
        """Have listings of a kind answered."""
        self._rows[kind] = answer

    def call(self, request: Request[A]) -> A:
        """The answer. Raises what the use case raises, ConfigError where nobody here can answer."""
        answer = self._calls.get(type(request))
        if answer is None:
            raise ConfigError(f"{request.METHOD}: only a process that owns the library can do this")
        found: A = answer(request)
        return found

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows. Raises the same."""
        answer = self._rows.get(type(listing))
        if answer is None:
            raise ConfigError(f"{listing.METHOD}: only a process that owns the library can do this")
        return answer(listing)

    @property
    def kinds(self) -> Mapping[str, type[Request[Any]] | type[Listing[Any]]]:
        """What can be asked for, by METHOD."""
        calls = {kind.METHOD: kind for kind in self._calls}
        return {**calls, **{kind.METHOD: kind for kind in self._rows}}
