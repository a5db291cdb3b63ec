"""URIs of folders in buckets: s3://BUCKET/PREFIX."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from musfuse.errors import ConfigError

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", re.ASCII)
_WANTED = "s3://BUCKET/FOLDER is wanted, or s3://BUCKET for all of it"


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket and the folder in it; `prefix` has no slash around it, and is empty for the whole bucket."""

    bucket: str
    prefix: str

    @property
    def uri(self) -> str:
        """Its one spelling."""
        return f"s3://{self.bucket}" + (f"/{quote(self.prefix, safe='/~')}" if self.prefix else "")

    @property
    def shown(self) -> str:
        """As people write it, and as `place_of` reads it."""
        readable = re.sub(r"[%?#\x00-\x1f\x7f]", lambda found: f"%{ord(found[0]):02X}", self.prefix)
        return f"s3://{self.bucket}" + (f"/{readable}" if readable else "")

    def key(self, path: str) -> str:
        """The key of what lies at a path of the source."""
        return "/".join(filter(None, (self.prefix, path)))

    def below(self, other: "S3Place") -> str | None:
        """The path inside of another place that this one has; '' for that itself, None where it lies elsewhere."""
        if self.bucket != other.bucket:
            return None
        if not other.prefix or self.prefix == other.prefix:
            return self.prefix[len(other.prefix) :]
        low = other.prefix + "/"
        return self.prefix[len(low) :] if self.prefix.startswith(low) else None


def place_of(text: str) -> S3Place:
    """The place that somebody typed. Raises ConfigError."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{text}: not a URI: {error}; {_WANTED}") from error
    if parts.username or port:
        raise ConfigError(f"{text}: a server is named by the option endpoint, keys are secrets; {_WANTED}")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ConfigError(f"{text}: names no bucket; {_WANTED}")
    if parts.query or parts.fragment:
        raise ConfigError(f"{text}: ? and # are written as %3F and %23 in a path")
    words = [word for word in _text(text, parts.path).split("/") if word]
    if any(word in (".", "..") for word in words):
        raise ConfigError(f"{text}: a path with . or .. leads nowhere certain; write it without")
    return S3Place(parts.netloc, "/".join(words))


def _text(whole: str, path: str) -> str:
    try:
        text = unquote(path, errors="strict")
        text.encode()
    except UnicodeError as error:
        raise ConfigError(f"{whole}: its path is no text in UTF-8, which keys are; {_WANTED}") from error
    if "\0" in text:
        raise ConfigError(f"{whole}: a path with a NUL leads nowhere; {_WANTED}")
    return text
