"""Webhooks as data: whom somebody wants to be told of what happens."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError

QUICK, TIMEOUT_MS = 3, 5000
MOST = 32
"""Webhooks of a library: each has a thread of the process that sends."""
_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000
_PRINTABLE = re.compile(r"[!-~]+")
_SECONDS_MS = (100, 60_000)
_MOST_QUICK = 10


@dataclass(frozen=True, slots=True)
class WebhookSpec:
    """A receiver at `url`, of events by these names or of all. A message that it did not take is sent again `quick`
    times soon, and later for some days; an answer that takes longer than `timeout_ms` is none. `allow_private`: it may
    lie at an address that is not of the public internet."""

    id: str
    url: str
    secret: Secret
    events: tuple[str, ...] = ()
    quick: int = QUICK
    timeout_ms: int = TIMEOUT_MS
    allow_private: bool = False
    configured: bool = False
    """Whether the configuration says it, not somebody by a command."""


def url_problem(url: str) -> str | None:
    """What is wrong with the URL of a receiver, None where nothing is."""
    if len(url) > _LONGEST or not _PRINTABLE.fullmatch(url):
        return f"is no URL; up to {_LONGEST} characters of ASCII without spaces are wanted"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in _PORTS:
        return "must begin with https:// or http://"
    if parts.username is not None or parts.password is not None:
        return "holds a password, which everybody sees; the receiver knows musfuse by the signature"
    return None if host else "names no host"


def quick_problem(quick: int) -> str | None:
    """What is wrong with a number of quick tries."""
    return None if 0 <= quick <= _MOST_QUICK else f"must be 0 to {_MOST_QUICK}"


def timeout_problem(timeout_ms: int) -> str | None:
    """What is wrong with the time that an answer may take."""
    low, high = _SECONDS_MS
    return None if low <= timeout_ms <= high else f"must be {low} to {high}"


def port_of(url: SplitResult) -> int:
    """The port of a URL that is sound."""
    return _PORTS[url.scheme] if url.port is None else url.port


def shown(url: str) -> str:
    """A URL as logs and lists show it: of a query, which may hold a key, that there is one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?***" if parts.query else "")


def configured_id(url: str) -> str:
    """The id of a webhook that the configuration says: the same at every start."""
    return "cfg-" + hashlib.blake2b(url.encode(), digest_size=4).hexdigest()


def check(spec: WebhookSpec) -> None:
    """Raise ConfigError where a webhook cannot be so."""
    for name, value, problem in (
        ("url", spec.url, url_problem(spec.url)),
        ("retry_count", spec.quick, quick_problem(spec.quick)),
        ("timeout_ms", spec.timeout_ms, timeout_problem(spec.timeout_ms)),
    ):
        if problem:
            raise ConfigError(f"{name}: {str(value)[:200]!r} {problem}")
