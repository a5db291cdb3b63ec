"""A request as plain values, read from ASGI within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from musfuse_http.asgi import Receive, Scope
from musfuse_http.failures import HttpError

MOST_BODY = 1 << 20
_MOST_FIELDS = 20_000
_DROPPED = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. Names of headers are in lower case, of several of a name the last counts; `query` has the values of
    each parameter. `address` is that of who asks, as far as it is known. `proxied`: a trusted proxy stands between;
    `direct`: nothing says that any does."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    address: str
    scheme: str
    body: bytes = b""
    proxied: bool = False
    direct: bool = True

    @property
    def host(self) -> str:
        """The host that is asked, with its port where that is told."""
        return self.headers.get("host", "")

    @property
    def origin(self) -> str:
        """What a browser calls this server: scheme and host."""
        return f"{self.scheme}://{self.host}"

    def cookie(self, name: str) -> str:
        """The value of a cookie; empty for none."""
        for part in self.headers.get("cookie", "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""


def asked_of(scope: Scope, body: bytes = b"") -> Asked:
    """The request of a scope. Raises HttpError for a query with too many fields, or what is no text."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope.get("client") or ("", 0)
    return Asked(
        scope["method"], scope["path"], fields(scope.get("query_string", b"")), headers, client[0], scope["scheme"],
        body, scope.get("musfuse.proxied", False), scope.get("musfuse.direct", True),
    )  # fmt: skip


def fields(text: bytes) -> dict[str, list[str]]:
    """The fields of a query or a form, each with its values in order. Raises HttpError."""
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise HttpError(400, "query", "the query, or the form, has too many fields, or is no text") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


async def read_body(scope: Scope, receive: Receive, most: int = MOST_BODY) -> bytes:
    """The body of a request. Raises HttpError where it is larger than that; what is not much larger is read to its end
    and dropped, since who still sends does not hear why it is refused."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if told.isdigit() and int(told) > _DROPPED * most:
        raise _too_large(most)
    parts, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HttpError(400, "incomplete", "the request ended before its body did")
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        elif size > _DROPPED * most:
            raise _too_large(most)
        if not message.get("more_body", False):
            if size > most:
                raise _too_large(most)
            return b"".join(parts)


def _too_large(most: int) -> HttpError:
    return HttpError(413, "too_large", f"the body of a request may have {most} bytes", {"connection": "close"})
