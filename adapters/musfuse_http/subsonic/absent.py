"""What this server does not have: lists of it are empty, and what would need it is refused."""

from typing import Any

from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError, not_offered
from musfuse_http.subsonic.params import Params


class NeedsId(Params, frozen=True, kw_only=True):
    id: str


class NeedsUrl(Params, frozen=True, kw_only=True):
    url: str


class NeedsMessage(Params, frozen=True, kw_only=True):
    message: str


class NeedsStation(Params, frozen=True, kw_only=True):
    stream_url: str
    name: str


class NeedsAction(Params, frozen=True, kw_only=True):
    action: str


class NeedsPath(Params, frozen=True, kw_only=True):
    start_song_id: str
    end_song_id: str


class NeedsName(Params, frozen=True, kw_only=True):
    username: str


def empty(name: str, **lists: Any) -> Any:
    """A handler that answers with nothing in lists."""

    def handler(call: Call[Params]) -> Parts:
        """There is none."""
        del call
        return {name: {key: list(found) for key, found in lists.items()}}

    return handler


def refused(what: str) -> Any:
    """A handler that says that the server has no such thing."""

    def handler(call: Call[Params]) -> Parts:
        """It is not offered."""
        del call
        raise not_offered(what)

    return handler


def nothing(what: str) -> Any:
    """A handler that says that there is none by any id."""

    def handler(call: Call[Params]) -> Parts:
        """There is none."""
        del call
        raise SubsonicError(NOT_FOUND, f"there is no such {what}")

    return handler
