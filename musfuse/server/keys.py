"""Secrets that are made here: random texts of which only a hash is kept."""

import base64
import hashlib
import secrets

from musfuse.server.users import Means

_BYTES = 32
_APP_BYTES = 20
PREFIXES = {Means.SESSION: "mfs_", Means.KEY: "mfk_", Means.APP: "mfa-"}
"""How secrets of each kind begin, so that one that got lost is told for what it is."""
MOST = 200
"""Characters of a secret; what is longer is none."""


def new_secret(kind: Means | None = None) -> str:
    """A secret of 256 random bits. An app password has 160, in letters and digits that are easy to type."""
    if kind is Means.APP:
        text = base64.b32encode(secrets.token_bytes(_APP_BYTES)).decode().lower()
        return PREFIXES[kind] + "-".join(text[at : at + 8] for at in range(0, len(text), 8))
    text = base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).rstrip(b"=").decode()
    return text if kind is None else PREFIXES[kind] + text


def digest(secret: str) -> bytes:
    """The hash by which a secret is kept and looked up. It needs neither salt nor time: nobody guesses 160 bits."""
    return hashlib.sha256(secret[: MOST + 1].encode("utf-8", "surrogatepass")).digest()
