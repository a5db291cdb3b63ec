"""Requests of the service as methods of the control channel: checked against their types, answered as JSON."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from musfuse.control.parameters import ParameterError
from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request
from musfuse.service.wire import WireError, from_json, to_json


@dataclass(frozen=True, slots=True)
class RequestMethod:
    """A kind of request, or of listing, that a service answers."""

    service: Handlers
    kind: type[Request[Any]] | type[Listing[Any]]

    def bind(self, params: Mapping[str, Any]) -> Callable[[], Any]:
        """The call with these parameters, still to be made; that of a listing gives its rows, each when it is asked
        for. Raises ParameterError."""
        try:
            asked = from_json(dict(params), self.kind)
        except WireError as error:
            raise ParameterError(str(error)) from None
        if isinstance(asked, Request):
            return lambda: to_json(self.service.call(asked))
        return lambda: self._rows(asked)

    def _rows(self, listing: Listing[Any]) -> Iterator[Any]:
        for row in self.service.rows(listing):
            yield to_json(row)


class Requests:
    """What a service answers, by METHOD; nothing where there is none."""

    def __init__(self, service: Handlers | None) -> None:
        self._methods = {name: RequestMethod(service, kind) for name, kind in service.kinds.items()} if service else {}

    def method(self, name: str) -> RequestMethod | None:
        """The one with a name."""
        return self._methods.get(name)
