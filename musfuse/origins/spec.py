"""A source as data: what is kept of it, and what its origin is made from."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands
from musfuse.config.secrets import Secret
from musfuse.config.sections import OF_SOURCES

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

    def secret(self, name: str, commands: SecretCommands = NO_COMMANDS, env: Mapping[str, str] | None = None) -> Secret:
        """One of its secrets, which is looked up when it is revealed; an empty one where none is set. A variable of the
        environment goes before what is set: that of its name, else that of its uid. Raises ConfigError for a reference
        that cannot be one."""
        env = os.environ if env is None else env
        for known_as in (self.name, self.uid):
            variable = variable_of(known_as, name)
            if known_as and env.get(variable):
                return Secret(env[variable])
        reference = self.secrets.get(name, "")
        return Secret.kept_at(reference, f"{self.uri}: {name}", env, commands) if reference else Secret()


def variable_of(source: str, secret: str) -> str:
    """The variable of the environment that holds a secret of a source, by its name or uid: MUSFUSE_SOURCE_NAS_PASSWORD
    of `nas` and of `NAS`. What is no ASCII letter or digit is an underscore there."""
    return OF_SOURCES + re.sub(r"[^A-Z0-9]", "_", f"{source}_{secret}".upper())


def scheme_of(text: str) -> str:
    """The scheme of a URI, in lower case; '' for any other text, which is a path of this machine."""
    found = _URI.match(text)
    return found[1].lower() if found else ""
