"""URIs of folders on SSH servers: sftp://[USER@]HOST[:PORT]/PATH, and …/~/PATH for one in the home folder."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from musfuse.errors import ConfigError

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}|[0-9A-Fa-f:]{2,45}(%[A-Za-z0-9._-]{1,32})?", re.ASCII)
_USER = re.compile(r"[^\s\x00-\x1f\x7f:@/-][^\s\x00-\x1f\x7f:@/]{0,127}")
_WANTED = "sftp://USER@HOST/FOLDER is wanted, or sftp://USER@HOST/~/FOLDER for one in the home folder"


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A folder: `user` is empty and `port` 0 where the user's SSH configuration says them; `path` is absolute, or
    begins with `~`."""

    user: str
    host: str
    port: int
    path: str

    @property
    def server(self) -> str:
        """The machine as people write it, with its user and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" * bool(self.user) + host * (not self.user) + (f":{self.port}" if self.port else "")

    @property
    def remote(self) -> bytes:
        """The folder as its server is asked for it: one in the home folder is relative, since that is where it
        begins."""
        path = "." + self.path.removeprefix("~") if self.path.startswith("~") else self.path
        return path.encode("utf-8", "surrogateescape")

    @property
    def uri(self) -> str:
        """Its one spelling."""
        path = quote(self.path.removeprefix("/"), safe="/~", errors="surrogateescape")
        return f"sftp://{quote(self.server, safe='@:[]%')}/{path}"

    @property
    def shown(self) -> str:
        """As people write it, and as `place_of` reads it."""
        return f"sftp://{self.server}/{_readable(self.path.removeprefix('/'))}"

    def below(self, other: "SftpPlace") -> str | None:
        """The path inside of another place that this one has; '' for that itself, None where it lies elsewhere."""
        if (self.host, self.port) != (other.host, other.port):
            return None
        if self.user != other.user and (self.path + other.path).startswith("~"):
            return None
        if self.path == other.path:
            return ""
        low = other.path.rstrip("/") + "/"
        return self.path[len(low) :] if self.path.startswith(low) else None


def place_of(text: str) -> SftpPlace:
    """The place that somebody typed. Raises ConfigError."""
    try:
        parts = urlsplit(text)
        port = parts.port or 0
    except ValueError as error:
        raise ConfigError(f"{text}: not a URI: {error}; {_WANTED}") from error
    user, host = unquote(parts.username or ""), (parts.hostname or "").lower()
    if user.startswith("-") or host.startswith("-"):
        raise ConfigError(f"{text}: a user or host that begins with - would be taken for an option; {_WANTED}")
    if not host or not _HOST.fullmatch(host):
        raise ConfigError(f"{text}: names no host; {_WANTED}")
    if user and not _USER.fullmatch(user):
        raise ConfigError(f"{text}: can be no name of a user; {_WANTED}")
    if parts.query or parts.fragment:
        raise ConfigError(f"{text}: ? and # are written as %3F and %23 in a path")
    if not parts.path:
        raise ConfigError(f"{text}: names no folder; {_WANTED}")
    return SftpPlace(user, host, port, _plain_path(text, unquote(parts.path, errors="surrogateescape")))


def _plain_path(text: str, path: str) -> str:
    """The path without what means nothing. Raises ConfigError."""
    words = [word for word in path.split("/") if word not in ("", ".")]
    if ".." in words or "\0" in path:
        raise ConfigError(f"{text}: a path with .. or a NUL leads nowhere certain; write it without")
    if words and words[0].startswith("~") and words[0] != "~":
        raise ConfigError(f"{text}: only ~ is known, the home folder of the user; {_WANTED}")
    joined = "/".join(words)
    return joined if words and words[0] == "~" else f"/{joined}"


def _readable(path: str) -> str:
    """A path with only that quoted that would be read as something else."""
    text = re.sub(r"[%?#\x00-\x20\x7f]", lambda found: f"%{ord(found[0]):02X}" if found[0] != " " else " ", path)
    return re.sub("[\udc80-\udcff]", lambda found: f"%{ord(found[0]) - 0xDC00:02X}", text)
