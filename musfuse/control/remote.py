"""The service of the process that owns a library, over the control channel."""

from collections.abc import Iterator
from typing import Any, TypeVar

from musfuse.control.client import Client
from musfuse.errors import ControlError
from musfuse.service.port import Listing, Request, Stream
from musfuse.service.wire import WireError, answer_type, from_json, to_json

A = TypeVar("A")


class Remote:
    """Asks over a connection, which belongs to who made it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def call(self, request: Request[A]) -> A:
        """The answer. Raises ControlError with what the owner says."""
        kind: type[Request[A]] = type(request)
        return _made(self._client.call(request.METHOD, **to_json(request)), answer_type(kind))

    def follow(self, stream: Stream[A]) -> Iterator[A]:
        """What happens, until the owner ends; the connection serves nothing else any more. It has begun when this
        returns. Raises ControlError with what the owner says."""
        kind: type[Stream[A]] = type(stream)
        _, told = self._client.stream(stream.METHOD, **to_json(stream))
        return (from_json(row, answer_type(kind)) for row in told)

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows as they arrive, some held at a time. Raises the same, at once where the owner refuses."""
        kind: type[Listing[A]] = type(listing)
        found, row_type = self._client.rows(listing.METHOD, **to_json(listing)), answer_type(kind)
        return (_made(row, row_type) for row in found)


def _made(value: Any, kind: type[A]) -> A:
    """An answer as a value of its type. Raises ControlError where it does not fit the type."""
    try:
        return from_json(value, kind)
    except WireError as error:
        raise ControlError(f"the process that owns the library is another version of musfuse: {error}") from error
