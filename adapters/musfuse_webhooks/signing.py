"""How a message is signed: https://www.standardwebhooks.com, and beside it the two headers of `design/contracts.md`.

The text of a secret is `whsec_` and base64 of 24 to 64 bytes. Several, apart by white space, all sign: while a receiver
changes to a new secret, both are there.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "whsec_"
_SHORTEST, _LONGEST, _MOST = 24, 64, 8


def keys(secret: str) -> list[bytes]:
    """The keys that the text of a secret holds. Raises ValueError, which tells nothing of the text."""
    words = secret.split()
    if not 0 < len(words) <= _MOST:
        raise ValueError(f"1 to {_MOST} secrets are wanted, apart by white space")
    return [_key(word) for word in words]


def signed(keys: Sequence[bytes], message: str, now: int, body: bytes, event: str) -> dict[str, str]:
    """The headers of a message: its id, the time of this attempt in seconds since 1970, its body and the name of its
    event."""
    content = f"{message}.{now}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
        "X-MusicFS-Signature": f"sha256={hmac.digest(keys[0], body, hashlib.sha256).hex()}",
        "X-MusicFS-Event": event,
    }


def new_secret(random: bytes) -> str:
    """The text of a secret that has these bytes."""
    return _PREFIX + base64.b64encode(random).decode()


def _key(word: str) -> bytes:
    wrong = f"a secret of a webhook is {_PREFIX} and base64 of {_SHORTEST} to {_LONGEST} bytes"
    if not word.startswith(_PREFIX):
        raise ValueError(wrong)
    try:
        key = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(wrong) from None
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(wrong)
    return key
