"""What a server tells of itself to anybody."""

from typing import Any

import msgspec

from musfuse import __version__
from musfuse.service.requests.monitoring import ShowHealth
from musfuse_http.api.route import Call, Told


class ServerTold(msgspec.Struct, frozen=True):
    """Which server this is, and which version of the API it has."""

    product: str
    version: str
    api: int


class HealthTold(msgspec.Struct, frozen=True):
    """Whether the server is at work."""

    ok: bool


def about(call: Call[None, None]) -> ServerTold:
    """Which server this is."""
    del call
    return ServerTold("musfuse", __version__, 1)


def health(call: Call[None, None]) -> Told[HealthTold]:
    """Whether the server is at work: 200, or 503. For who has to know whether it is to be started anew."""
    reach = call.context.reach
    well = (reach.watching or reach.service)().call(ShowHealth(alive=True)).is_well
    return Told(HealthTold(well), 200 if well else 503)


def openapi(call: Call[None, None]) -> dict[str, Any]:
    """This API as an OpenAPI document."""
    del call
    from musfuse_http.api.openapi import document
    from musfuse_http.api.table import ROUTES

    return document(ROUTES)
