"""The service of the process that owns a library, over the control channel."""

from collections.abc import Iterator
from typing import TypeVar

from musfuse.control.client import Client
from musfuse.errors import ControlError
from musfuse.service.port import Listing, Request
from musfuse.service.wire import WireError, answer_type, from_json, to_json

A = TypeVar("A")
_PAGE = 500


class Remote:
    """Asks over a connection, which belongs to who made it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def call(self, request: Request[A]) -> A:
        """The answer. Raises ControlError with what the owner says."""
        kind: type[Request[A]] = type(request)
        answer = self._client.call(request.METHOD, **to_json(request))
        try:
            return from_json(answer, answer_type(kind))
        except WireError as error:
            raise ControlError(f"the process that owns the library is another version of musfuse: {error}") from error

    def rows(self, listing: Listing[A]) -> Iterator[A]:
        """The rows, asked for in pages."""
        kind: type[Listing[A]] = type(listing)
        offset = 0
        while True:
            page = self._client.call(listing.METHOD, **to_json(listing), offset=offset, limit=_PAGE)
            yield from (from_json(row, answer_type(kind)) for row in page["rows"])
            if not page["more"]:
                return
            offset += _PAGE
