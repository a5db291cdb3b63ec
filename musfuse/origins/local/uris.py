"""Paths of this machine as URIs and back, byte for byte."""

from pathlib import PurePath, PureWindowsPath
from typing import TypeVar
from urllib.parse import quote, unquote

from musfuse.errors import ConfigError

P = TypeVar("P", bound=PurePath)
_PREFIX = "file://"


def to_uri(path: PurePath) -> str:
    """An absolute path as a URI. What is no text in it survives: bytes (PEP 383), or halves of characters (Windows)."""
    if not isinstance(path, PureWindowsPath):
        return _PREFIX + quote(str(path), errors="surrogateescape")
    drive, rest = path.drive, path.as_posix()[len(path.drive) :]
    quoted = quote(rest, errors="surrogatepass")
    if len(drive) == 2:
        return f"{_PREFIX}/{drive}{quoted}"
    return f"file:{quote(drive.replace(chr(92), '/'), errors='surrogatepass')}{quoted}"


def from_uri(uri: str, kind: type[P]) -> P:
    """The path of a URI, of this kind of system. Raises ConfigError."""
    if uri[: len(_PREFIX)].lower() != _PREFIX:
        raise ConfigError(f"{uri}: not a file:// URI")
    host, slash, rest = uri[len(_PREFIX) :].partition("/")
    windows = isinstance(kind(), PureWindowsPath)  # PurePath is none by itself, but makes them on Windows
    text = unquote(slash + rest, errors="surrogatepass" if windows else "surrogateescape")
    if host.lower() == "localhost":
        host = ""
    if host and not windows:
        raise ConfigError(f"{uri}: names the machine {host}; a file:// URI is file:///PATH, a path of this machine")
    if windows:
        text = f"//{unquote(host, errors='surrogatepass')}{text}" if host else text.removeprefix("/")
    path = kind(text)
    if "\0" in text or not path.is_absolute():
        raise ConfigError(f"{uri}: not the URI of a folder; file:///PATH is wanted, with the whole path")
    return path
