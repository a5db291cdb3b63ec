"""Which formats a process knows."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from musfuse.errors import ConfigError
from musfuse.media.containers.front import HEAD_BYTES, id3v2_length

if TYPE_CHECKING:
    from musfuse.media.formats.port import Format

_UNFRAMED = "musfuse.media.formats.unframed"


class FormatRegistry:
    """The formats of these modules, by their full names. Built once, by who composes, and handed in; worker processes
    build theirs of the same names. The modules are loaded when a format is first asked for; any thread may ask."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.modules = tuple(modules)

    @cached_property
    def all(self) -> "tuple[Format, ...]":
        """All formats, in order. Raises ConfigError where a module cannot be loaded, or two formats want one name."""
        found = [record for module in self.modules for record in _load(module)]
        _check_distinct(found)
        return tuple(found)

    def load(self) -> None:
        """Load all modules now. Raises what `all` does."""
        _ = self.all, self.unframed

    @cached_property
    def unframed(self) -> "Format":
        """What a file is taken for that announces nothing: an MP3 with junk in front, or whatever tag readers know."""
        return _load(_UNFRAMED)[0]

    @cached_property
    def extensions(self) -> frozenset[str]:
        """Names that are looked into, in lower case; everything else is not music and is not reported."""
        return frozenset().union(*(record.extensions for record in self.all))

    @cached_property
    def names(self) -> "Mapping[str, frozenset[str]]":
        """All that kinds of audio may be called, in lower case, and which containers and codecs each means: what people
        say, else the container or codec of that name, else the containers of files with that extension."""
        means = {name: record.containers for record in self.all for name in record.extensions}
        means |= {name: frozenset({name}) for record in self.all for name in record.containers | record.codecs}
        return means | {name: frozenset({meant}) for record in self.all for name, meant in record.called.items()}

    def get(self, container: str) -> "Format | None":
        """The format of streams with this container; None for one that is not known here."""
        return self._by_container.get(container)

    def announced(self, head: bytes) -> "Format":
        """The format that a file's first 12 bytes announce, else `unframed`. A tag in front is the caller's to skip."""
        return next((record for record in self.all if record.sniff(head)), self.unframed)

    def sniff(self, reader: BinaryIO) -> "tuple[Format, int]":
        """The format that a file announces, whatever its name is; and where it begins, behind an ID3v2 tag in front."""
        reader.seek(0)
        head = reader.read(HEAD_BYTES)
        start = id3v2_length(head)
        if start:
            reader.seek(start)
            head = reader.read(HEAD_BYTES)
        return self.announced(head), start

    @cached_property
    def _by_container(self) -> "dict[str, Format]":
        return {name: record for record in self.all for name in record.containers}


def _load(module: str) -> "tuple[Format, ...]":
    try:
        return tuple(import_module(module).FORMATS)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"{module}: no format can be loaded from it: {error}") from error


def _check_distinct(formats: "Sequence[Format]") -> None:
    """Raise ConfigError where two formats want the same container or extension."""
    for what, names in (
        ("container", [name for record in formats for name in (record.name, *record.also)]),
        ("extension", [name for record in formats for name in record.extensions]),
    ):
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise ConfigError(f"two formats want the {what} {doubles[0]!r}; leave one of them out")
