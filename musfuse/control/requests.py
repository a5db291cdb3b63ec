"""Requests of the service as methods of the control channel: checked against their types, answered as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

import msgspec

from musfuse.control.parameters import ParameterError
from musfuse.service.handlers import Handlers
from musfuse.service.port import Listing, Request
from musfuse.service.wire import WireError, from_json, to_json


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    """Which rows of a listing are wanted; a line of the control channel holds no more than these."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500


@dataclass(frozen=True, slots=True)
class RequestMethod:
    """A kind of request, or of listing, that a service answers."""

    service: Handlers
    kind: type[Request[Any]] | type[Listing[Any]]

    def bind(self, params: Mapping[str, Any]) -> Callable[[], Any]:
        """The call with these parameters, still to be made; of a listing a page, {rows, more}. Raises
        ParameterError."""
        try:
            return self._bound(dict(params))
        except WireError as error:
            raise ParameterError(str(error)) from None

    def _bound(self, params: dict[str, Any]) -> Callable[[], Any]:
        if issubclass(self.kind, Request):
            request = from_json(params, self.kind)
            return lambda: to_json(self.service.call(request))
        page = from_json({name: params.pop(name) for name in ("offset", "limit") if name in params}, _Page)
        listing = from_json(params, self.kind)

        def rows() -> dict[str, Any]:
            found = list(islice(self.service.rows(listing), page.offset, page.offset + page.limit + 1))
            return {"rows": to_json(found[: page.limit]), "more": len(found) > page.limit}

        return rows


class Requests:
    """What a service answers, by METHOD; nothing where there is none."""

    def __init__(self, service: Handlers | None) -> None:
        self._methods = {name: RequestMethod(service, kind) for name, kind in service.kinds.items()} if service else {}

    def method(self, name: str) -> RequestMethod | None:
        """The one with a name."""
        return self._methods.get(name)
