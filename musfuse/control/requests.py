"""Requests of the service as methods of the control channel: checked against their types, answered as JSON."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from musfuse.control.parameters import ParameterError
from musfuse.control.streams import Streaming
from musfuse.service.handlers import Handlers, Kind
from musfuse.service.port import Feed, Listing, Request, Stream
from musfuse.service.wire import WireError, from_json, to_json


@dataclass(frozen=True, slots=True)
class RequestMethod:
    """A kind of request, of listing, or of stream, that a service answers."""

    service: Handlers
    kind: Kind

    def bind(self, params: Mapping[str, Any]) -> Callable[[], Any]:
        """The call with these parameters, still to be made; that of a listing gives its rows, each when it is asked
        for, that of a stream a Streaming. Raises ParameterError."""
        try:
            asked = from_json(dict(params), self.kind)
        except WireError as error:
            raise ParameterError(str(error)) from None
        if isinstance(asked, Request):
            return lambda: to_json(self.service.call(asked))
        if isinstance(asked, Stream):
            return lambda: self._streaming(asked)
        return lambda: self._rows(asked)

    def _rows(self, listing: Listing[Any]) -> Iterator[Any]:
        for row in self.service.rows(listing):
            yield to_json(row)

    def _streaming(self, stream: Stream[Any]) -> Streaming:
        feed = self.service.open(stream)
        return Streaming(stream.METHOD, to_json(feed.opening), _JsonFeed(feed))


@dataclass(frozen=True, slots=True)
class _JsonFeed:
    """What a feed gives, as values of JSON."""

    feed: Feed[Any]

    @property
    def closed(self) -> bool:
        return self.feed.closed

    def take(self, most: int, seconds: float | None = None) -> list[Any]:
        return list(map(to_json, self.feed.take(most, seconds)))

    def close(self) -> None:
        self.feed.close()


class Requests:
    """The requests, listings and streams of a service as methods; there are none without a service."""

    def __init__(self, service: Handlers | None) -> None:
        self._methods = {name: RequestMethod(service, kind) for name, kind in service.kinds.items()} if service else {}

    def method(self, name: str) -> RequestMethod | None:
        """The method with this name; None where there is none."""
        return self._methods.get(name)
