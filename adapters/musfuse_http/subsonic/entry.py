"""Who asks, by what the API knows: an API key, or (where that is allowed) an app password or a salted hash of one."""

import binascii
from collections.abc import Mapping, Sequence

from musfuse.errors import NotSignedInError
from musfuse.server.users import Caller
from musfuse_http.asked import Asked
from musfuse_http.context import Context
from musfuse_http.subsonic.failing import (
    BAD_KEY,
    MISSING,
    NO_SUCH_MEANS,
    NO_TOKENS,
    SEVERAL_MEANS,
    WRONG,
    SubsonicError,
)

HELP = "https://opensubsonic.netlify.app/docs/extensions/apikeyauth/"
_HOW = "give the app an API key; or an app password, where subsonic.legacy_auth is on"


def caller_of(context: Context, asked: Asked, fields: Mapping[str, Sequence[str]]) -> Caller:
    """Who asks. Raises SubsonicError, TooManyTriesError."""
    given = {name: fields[name][-1] for name in ("apiKey", "u", "p", "t", "s") if fields.get(name)}
    client = fields.get("c", [""])[-1][:100] or asked.headers.get("user-agent", "")[:100]
    if "apiKey" in given:
        if len(given) > 1:
            raise SubsonicError(SEVERAL_MEANS, "an API key tells who asks: u, p, t and s may not be there beside it")
        try:
            return context.server.signing_in.by_secret(given["apiKey"], asked.address, client)
        except NotSignedInError as error:
            raise SubsonicError(BAD_KEY, str(error)) from None
    if not given:
        shown = "authorization" in asked.headers  # a cookie does not count: any page can have a browser ask by GET
        found = context.door.caller(asked) if shown else None
        if found is None:
            raise SubsonicError(MISSING, "the parameter apiKey is missing")
        return found
    return _legacy(context, asked, given, client)


def _legacy(context: Context, asked: Asked, given: Mapping[str, str], client: str) -> Caller:
    token = "t" in given or "s" in given
    if token and "p" in given:
        raise SubsonicError(SEVERAL_MEANS, "a password and a token are too much: one of both tells who asks")
    if not context.server.devices.legacy:
        code, what = (NO_TOKENS, "tokens of passwords") if token else (NO_SUCH_MEANS, "passwords")
        raise SubsonicError(code, f"{what} are not taken here; {_HOW}", HELP)
    wanted = ("u", "t", "s") if token else ("u", "p")
    for name in wanted:
        if name not in given:
            raise SubsonicError(MISSING, f"the parameter {name} is missing")
    try:
        if token:
            return context.server.signing_in.by_token(given["u"], given["t"], given["s"], asked.address, client)
        return context.server.signing_in.by_app_password(given["u"], _plain(given["p"]), asked.address, client)
    except NotSignedInError as error:
        raise SubsonicError(WRONG, str(error)) from None


def _plain(password: str) -> str:
    """A password as it is, or behind `enc:` in hexadecimal digits."""
    if not password.startswith("enc:"):
        return password
    try:
        return binascii.unhexlify(password[4:]).decode("utf-8", "replace")
    except ValueError:
        return password
