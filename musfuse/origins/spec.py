"""A source as data: what is kept of it, and what its origin is made from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_PRIORITY = 100
MUSIC = "music"
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://", re.ASCII)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A place with originals. `uid` names it for good; `uri` is absolute and in its scheme's one spelling; the smaller
    `priority` comes first. `secrets` are references (`env:NAME`, `keyring:NAME`), never values."""

    uid: str
    scheme: str
    uri: str
    name: str = ""
    kind: str = MUSIC
    priority: int = DEFAULT_PRIORITY
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


def scheme_of(text: str) -> str:
    """The scheme of a URI, in lower case; '' for any other text, which is a path of this machine."""
    found = _URI.match(text)
    return found[1].lower() if found else ""
