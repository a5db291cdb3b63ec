"""Who is let in: by an API key or a session in a header, by a session in a cookie, or by the word of a trusted proxy.

A browser sends a cookie whatever page makes it ask, and so does one that a proxy let in. So what changes anything has
to come from a page of this server: browsers tell where a request comes from in Origin or Sec-Fetch-Site, and programs
that tell neither show a key. The cookie is SameSite=Lax beside that.
"""

import ipaddress
from dataclasses import dataclass
from typing import Protocol

from musfuse.server.signin import SigningIn
from musfuse.server.users import Caller
from musfuse_http.asked import Asked
from musfuse_http.failures import HttpError

COOKIE = "musfuse"
_SAFE = ("GET", "HEAD", "OPTIONS")
_BEARER = "bearer "


class Door(Protocol):
    """Tells who asks."""

    def caller(self, asked: Asked) -> Caller | None:
        """Who asks; None for who does not say. Raises NotSignedInError for who shows what is worth nothing, HttpError
        where the page of somebody else asks."""


@dataclass(frozen=True, slots=True)
class AccountsDoor:
    """Lets in who has an account. `header` names the user where a trusted proxy says so, '' for no such header."""

    signing_in: SigningIn
    header: str = ""

    def caller(self, asked: Asked) -> Caller | None:
        """As Door has it."""
        client = asked.headers.get("user-agent", "")
        shown = asked.headers.get("authorization", "")
        if shown[: len(_BEARER)].lower() == _BEARER:
            return self.signing_in.by_secret(shown[len(_BEARER) :].strip(), asked.address, client)
        name = asked.headers.get(self.header.lower(), "") if self.header and asked.proxied else ""
        secret = asked.cookie(COOKIE)
        if not name and not secret:
            return None
        check_origin(asked)
        return self.signing_in.vouched(name) if name else self.signing_in.by_secret(secret, asked.address, client)


def check_origin(asked: Asked) -> None:
    """Raise HttpError where a browser asks for a change on behalf of another page than this server's own."""
    if asked.method in _SAFE:
        return
    origin, site = asked.headers.get("origin"), asked.headers.get("sec-fetch-site")
    if origin is not None and origin.lower() == asked.origin.lower():
        return
    if origin is None and site in ("same-origin", "none"):
        return
    raise HttpError(403, "origin", "what changes anything has to come from a page of this server, or show an API key")


def is_local(asked: Asked) -> bool:
    """Whether somebody at this machine asks: nothing stands between, and it is asked by its own name or number, so that
    no page of another server has its name lead here (DNS rebinding)."""
    if asked.proxied or not asked.direct or not _is_loopback(asked.address):
        return False
    host = asked.host
    bare = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return bare.lower() == "localhost" or _is_loopback(bare.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def set_cookie(asked: Asked, secret: str, seconds: int) -> tuple[str, str]:
    """The header that has a browser keep a session, or (for '') forget it."""
    secure = "; Secure" if asked.scheme == "https" else ""
    age = seconds if secret else 0
    return "set-cookie", f"{COOKIE}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
