"""What a row of the table of endpoints is, and what its handler has in its hands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from musfuse.server.playstate import PlayState
from musfuse.server.users import Caller, User
from musfuse.service.itemids import Kind, number_of
from musfuse.service.port import Request
from musfuse_http.asked import Asked
from musfuse_http.context import Context
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.told import Teller

P = TypeVar("P", bound=Params, covariant=True)
A = TypeVar("A")
Parts = Mapping[str, Any]
"""What is in an answer, by name; an ASGI application stands for one that is no envelope."""


@dataclass
class Call(Generic[P]):
    """A request: who asks for what. `fields` has all parameters, `client` what the client calls itself."""

    context: Context
    asked: Asked
    fields: Mapping[str, Sequence[str]]
    params: P
    anybody: Caller | None

    @property
    def user(self) -> User:
        """Who asks, where that has to be somebody."""
        assert self.anybody is not None, "the endpoint is for users"
        return self.anybody.user

    @property
    def client(self) -> str:
        """What the client calls itself."""
        return self.fields.get("c", [""])[-1][:100]

    @cached_property
    def state(self) -> PlayState:
        """What the user thinks of music and played."""
        return self.context.server.states.of(self.user)

    @cached_property
    def tell(self) -> Teller:
        """Puts what is found into the words of the API."""
        return Teller(self.state)

    def ask(self, request: Request[A]) -> A:
        """The answer to a use case."""
        return self.context.service.call(request)

    def sources(self, folder: str | int = "") -> tuple[str, ...] | None:
        """The uids of the sources that the user sees, of one `musicFolderId` if it is given; None for all."""
        seen = None if self.user.sources is None else tuple(sorted(self.user.sources))
        if folder in ("", None):
            return seen
        from musfuse_http.subsonic.folders import uid_of

        uid = uid_of(self.context.service, str(folder), seen)
        return (uid,) if uid else ("-",)

    def track(self, text: str) -> int:
        """The public id of a track. Raises SubsonicError for what is none."""
        return number_of(text, Kind.TRACK)

    def tracks(self, texts: Sequence[str]) -> list[int]:
        """Public ids of tracks, each of which has to be one that the user sees. Raises SubsonicError."""
        from musfuse.service.requests.browse import ShowTracks

        numbers = [self.track(text) for text in texts]
        unique = tuple(dict.fromkeys(texts))
        for at in range(0, len(unique), 500):
            some = unique[at : at + 500]
            found = {one.id for one in self.ask(ShowTracks(some, self.sources())).tracks}
            lost = next((text for text in some if text not in found), None)
            if lost is not None:
                raise SubsonicError(NOT_FOUND, f"{lost}: there is no such song (any more)")
        return numbers


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the table. `open`: anybody may ask. `admin`: only administrators may. `json`: the
    body is JSON, and no form."""

    name: str
    params: type[Params]
    handler: Callable[[Call[Any]], Any]
    open: bool = False
    admin: bool = False
    json: bool = False
