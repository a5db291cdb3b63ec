"""What a row of the table of routes is. The annotations of its handler say what it takes and answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from musfuse.errors import NoEntryError
from musfuse.server.users import Caller
from musfuse.service.port import Request
from musfuse_http.asked import Asked
from musfuse_http.context import Context

_DIGITS = 19
A = TypeVar("A")
Q = TypeVar("Q")
B = TypeVar("B")


class Right(StrEnum):
    """Who may ask: anybody, a user who is let in, an administrator."""

    NOBODY = "nobody"
    USER = "user"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """What a handler gets: the names in the path, the query and the body as the types that it takes, and who asks. Of a
    route for anybody `anybody` may be None."""

    context: Context
    asked: Asked
    path: Mapping[str, str]
    query: Q
    body: B
    anybody: Caller | None

    @property
    def caller(self) -> Caller:
        """Who asks, where that has to be somebody."""
        assert self.anybody is not None, "the route is for users"
        return self.anybody

    def ask(self, request: Request[A]) -> A:
        """The answer of the library to a request. Raises what that raises."""
        return self.context.service.call(request)

    def number(self, name: str) -> int:
        """The number in the path. Raises NoEntryError for what is none."""
        digits = self.path[name]
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
        if not is_number or int(digits) >= 1 << 63:
            raise NoEntryError(f"{digits[:40]}: there is none with this id")
        return int(digits)


@dataclass(frozen=True, slots=True)
class Told(Generic[A]):
    """An answer with more than its value: a status, headers."""

    value: A
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Served:
    """An answer that is no JSON: an ASGI application, of this kind of content."""

    KIND = "application/octet-stream"


@dataclass(frozen=True)
class Route:
    """A row of the table. `status` is that of a success. `cheap` ones are answered on the loop: they wait for
    nothing."""

    method: str
    path: str
    right: Right
    handler: Callable[[Call[Any, Any]], Any]
    status: int = 200
    cheap: bool = False

    @property
    def name(self) -> str:
        """What clients that are made of the document call it."""
        words = self.handler.__module__.rpartition(".")[2], self.handler.__name__
        return "_".join(words)

    @property
    def summary(self) -> str:
        """What it does, in a sentence or two."""
        return " ".join((self.handler.__doc__ or "").split())

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        return get_type_hints(self.handler)

    @property
    def query(self) -> Any:
        """The type of the query; NoneType for none."""
        return get_args(self._hints["call"])[0]

    @property
    def body(self) -> Any:
        """The type of the body; NoneType for none."""
        return get_args(self._hints["call"])[1]

    @property
    def answer(self) -> Any:
        """The type of the answer, which may come with a status and headers; NoneType for none."""
        answer = self._hints["return"]
        return get_args(answer)[0] if get_origin(answer) is Told else answer
