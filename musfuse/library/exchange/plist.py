"""Property lists in XML (Apple's PropertyList-1.0 DTD), read piece by piece: values two levels below the root are given
one by one, and nothing else is held. What they hold is hostile: entities are refused, and depth, values and texts are
bounded.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from musfuse.errors import ConfigError, plainly
from musfuse.platform import system
from musfuse.platform.regular import check_regular

Value = str | int | float | bool | datetime | list["Value"] | dict[str, "Value"] | None
_PIECE, _DEEPEST = 256 << 10, 16
_LONGEST, _MOST_KEYS, _MOST_ENTRIES = 1 << 20, 500, 20_000
"""Characters of a text, keys of a dictionary, entries of an array that are kept."""
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)


class Entry(NamedTuple):
    """A value below the key `section` of the root: its key there, '' in an array."""

    section: str
    key: str
    value: Value


class PropertyList:
    """A file that stays open. Each reading gives the same, or ConfigError where the file is written meanwhile."""

    def __init__(self, path: Path, sections: frozenset[str]) -> None:
        check_regular(path)
        self.path, self._sections = path, sections
        try:
            self._fd = system.open_shared(str(path))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {plainly(error)}") from error
        self._seen = self._stamp()

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def entries(self, section: str) -> Iterator[Entry]:
        """The values of a section, in order. Raises ConfigError where the file is no property list."""
        parsing, at = _Parsing(self._sections), 0
        while not parsing.is_behind(section):
            try:
                piece = system.read_at(self._fd, _PIECE, at)
            except OSError as error:
                raise ConfigError(f"{self.path}: cannot be read: {plainly(error)}") from error
            at += len(piece)
            try:
                parsing.feed(piece)
            except (expat.ExpatError, ValueError, LookupError) as error:
                raise ConfigError(f"{self.path}: no property list that can be read: {error}") from error
            yield from (entry for entry in parsing.take() if entry.section == section)
            if not piece:
                break
        if self._stamp() != self._seen:
            raise ConfigError(f"{self.path}: was written while it was read; try again")

    def _stamp(self) -> tuple[int, int]:
        status = os.fstat(self._fd)
        return status.st_size, status.st_mtime_ns


class _Open:
    """A dictionary or an array that is being read: `kept` is None where nobody wants what is in it."""

    def __init__(self, kept: dict[str, Value] | list[Value] | None) -> None:
        self.kept, self.key = kept, ""

    def add(self, value: Value) -> None:
        if isinstance(self.kept, dict):
            if len(self.kept) < _MOST_KEYS:
                self.kept[self.key] = value
        elif self.kept is not None and len(self.kept) < _MOST_ENTRIES:
            self.kept.append(value)


class _Parsing:
    """What expat tells of a property list, as entries."""

    def __init__(self, sections: frozenset[str]) -> None:
        self._sections = sections
        self._open, self._text, self._length = list[_Open](), list[str](), 0
        self._found, self._behind, self._deep = list[Entry](), set[str](), 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._end
        self._parser.CharacterDataHandler = self._say
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        """Read on; an empty piece is the end."""
        self._parser.Parse(piece, not piece)

    def take(self) -> list[Entry]:
        """What was found since it was asked last."""
        found, self._found = self._found, []
        return found

    def is_behind(self, section: str) -> bool:
        """Whether a section was read to its end."""
        return section in self._behind

    def _refuse(self, *_: object) -> NoReturn:
        raise ValueError("it declares an entity, which no library does")

    def _begin(self, name: str, _: object) -> None:
        self._deep += 1
        if self._deep > _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} elements lie within each other")
        if self._deep == 1 and name != "plist":
            raise ValueError(f"it begins with <{name[:40]}>, not with <plist>")
        self._text.clear()
        self._length = 0
        if name in ("dict", "array"):
            wanted = len(self._open) < 1 or self._open[0].key in self._sections
            kept: dict[str, Value] | list[Value] = {} if name == "dict" else []
            self._open.append(_Open(kept if wanted and len(self._open) >= 2 else None))

    def _say(self, text: str) -> None:
        self._length += len(text)
        if self._length <= _LONGEST:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._deep -= 1
        if name in ("dict", "array"):
            self._value(self._open.pop().kept)
            if len(self._open) == 1:
                self._behind.add(self._open[0].key)
        elif name == "key":
            if self._open:
                self._open[-1].key = "".join(self._text)
        elif name != "plist":
            self._value(_scalar(name, "".join(self._text)))
        self._text.clear()

    def _value(self, value: Value) -> None:
        if len(self._open) == 2 and self._open[0].key in self._sections:
            self._found.append(Entry(self._open[0].key, self._open[1].key, value))
        elif len(self._open) > 2:
            self._open[-1].add(value)


def _scalar(name: str, text: str) -> Value:
    """The value of an element; None for what is none."""
    if name == "string":
        return text
    if name == "integer":
        return int(text) if _INTEGER.fullmatch(text) else None
    if name in ("true", "false"):
        return name == "true"
    if name == "date":
        try:
            return datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None
    return text if name == "real" else None
