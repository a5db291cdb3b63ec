"""A source as data: what is kept of it, and what its origin is made from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from musfuse.config.secrets import Secret

DEFAULT_PRIORITY = 100
MUSIC = "music"
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://", re.ASCII)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A place with originals. `uid` names it for good; `uri` is absolute and in its scheme's one spelling; the smaller
    `priority` comes first. `secrets` are references (`config/secrets.py`), never values."""

    uid: str
    scheme: str
    uri: str
    name: str = ""
    kind: str = MUSIC
    priority: int = DEFAULT_PRIORITY
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)

    def secret(self, name: str) -> Secret:
        """One of its secrets, which is looked up when it is revealed; an empty one where none is set. Raises
        ConfigError for a reference that cannot be one."""
        reference = self.secrets.get(name, "")
        return Secret.kept_at(reference, f"{self.uri}: {name}") if reference else Secret()


def scheme_of(text: str) -> str:
    """The scheme of a URI, in lower case; '' for any other text, which is a path of this machine."""
    found = _URI.match(text)
    return found[1].lower() if found else ""
