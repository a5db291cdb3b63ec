"""Property lists in XML (Apple's PropertyList-1.0 DTD), read piece by piece: values two levels below the root are given
one by one, and nothing else is held. What they hold is hostile: what declares anything, or has elements or attributes
that no property list has, is refused, since the parser keeps each name; depth, values, texts and markup are bounded.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from musfuse.errors import ConfigError
from musfuse.library.exchange.steady import SteadyFile

Value = str | int | float | bool | datetime | list["Value"] | dict[str, "Value"] | None
_PIECE, _DEEPEST = 256 << 10, 16
_LONGEST, _MOST_KEYS, _MOST_ENTRIES = 1 << 20, 500, 20_000
"""Characters of a text, keys of a dictionary, entries of an array that are kept."""
_LARGEST, _A_VALUE = 16 << 20, 64
"""Characters of an entry, where each value in it counts as so many more."""
_LONGEST_MARKUP = 1 << 20
"""Bytes of a tag, a comment or the like: the parser holds it, and begins anew with each piece."""
_ELEMENTS = frozenset({"plist", "dict", "array", "key", "string", "integer", "real", "true", "false", "date", "data"})
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*", re.ASCII)


class Entry(NamedTuple):
    """A value below the key `section` of the root: its key there, '' in an array."""

    section: str
    key: str
    value: Value


class PropertyList:
    """Over a file that stays open. Each reading gives the same, or ConfigError where that is written meanwhile."""

    def __init__(self, file: SteadyFile, sections: frozenset[str]) -> None:
        self._file, self._sections = file, sections

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._file.path

    def entries(self, section: str) -> Iterator[Entry]:
        """The values of a section, in order. Raises ConfigError where the file is no property list."""
        parsing = _Parsing(self._sections)
        for piece in self._file.pieces(_PIECE):
            try:
                parsing.feed(piece)
            except (expat.ExpatError, ValueError, LookupError) as error:
                raise ConfigError(f"{self.path}: no property list that can be read: {error}") from error
            yield from (entry for entry in parsing.take() if entry.section == section)
            if parsing.is_behind(section):
                break
        self._file.check()


class _Open:
    """A dictionary or an array that is being read: `kept` is None where nobody wants what is in it."""

    def __init__(self, kept: dict[str, Value] | list[Value] | None) -> None:
        self.kept, self.key = kept, ""

    @property
    def has_room(self) -> bool:
        """Whether a further value is kept."""
        return self.kept is not None and len(self.kept) < (_MOST_KEYS if isinstance(self.kept, dict) else _MOST_ENTRIES)

    def add(self, value: Value) -> int:
        """Keep a value, if there is room; what it counts for."""
        if not self.has_room:
            return 0
        if isinstance(self.kept, dict):
            self.kept[self.key] = value
        elif self.kept is not None:
            self.kept.append(value)
        return _A_VALUE + len(self.key) + (len(value) if isinstance(value, str) else 0)


class _Parsing:
    """What expat tells of a property list, as entries."""

    def __init__(self, sections: frozenset[str]) -> None:
        self._sections = sections
        self._open, self._text, self._length = list[_Open](), list[str](), 0
        self._found, self._behind, self._deep = list[Entry](), set[str](), 0
        self._fed = self._size = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._begin, self._end
        self._parser.CharacterDataHandler = self._say
        self._parser.StartDoctypeDeclHandler = self._declare

    def feed(self, piece: bytes) -> None:
        """Read on; an empty piece is the end."""
        self._fed += len(piece)
        self._parser.Parse(piece, not piece)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_MARKUP + _PIECE:
            raise ValueError(f"a tag or a comment is longer than {_LONGEST_MARKUP >> 20} MiB")

    def take(self) -> list[Entry]:
        """What was found since it was asked last."""
        found, self._found = self._found, []
        return found

    def is_behind(self, section: str) -> bool:
        """Whether a section was read to its end."""
        return section in self._behind

    def _declare(self, *told: object) -> None:
        if told[-1]:  # there are declarations inside
            raise ValueError("it declares an entity or the like, which no library does")

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._deep += 1
        if self._deep > _DEEPEST:
            raise ValueError(f"more than {_DEEPEST} elements lie within each other")
        if self._deep == 1 and name != "plist":
            raise ValueError(f"it begins with <{name[:40]}>, not with <plist>")
        if name not in _ELEMENTS:
            raise ValueError(f"it has a <{name[:40]}>, which no property list has")
        if attributes and name != "plist":
            raise ValueError(f"a <{name}> has attributes, which no property list has")
        self._text.clear()
        self._length = 0
        if name in ("dict", "array"):
            kept: dict[str, Value] | list[Value] = {} if name == "dict" else []
            self._open.append(_Open(kept if self._is_wanted() else None))

    def _is_wanted(self) -> bool:
        """Whether what begins is an entry of a section, or lies in one and is kept there."""
        if len(self._open) == 2:
            return self._open[0].key in self._sections
        return len(self._open) > 2 and self._open[-1].has_room

    def _say(self, text: str) -> None:
        self._length += len(text)
        if self._length <= _LONGEST:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._deep -= 1
        if name in ("dict", "array"):
            self._value(self._open.pop().kept)
            if len(self._open) == 1:
                self._behind |= self._sections & {self._open[0].key}
        elif name == "key":
            if self._open:
                self._open[-1].key = "".join(self._text)
        elif name != "plist":
            self._value(_scalar(name, "".join(self._text)))
        self._text.clear()

    def _value(self, value: Value) -> None:
        if len(self._open) == 2 and self._open[0].key in self._sections:
            self._found.append(Entry(self._open[0].key, self._open[1].key, value))
            self._size = 0
        elif len(self._open) > 2:
            self._size += self._open[-1].add(value)
            if self._size > _LARGEST:
                raise ValueError(f"an entry has more than {_LARGEST >> 20} MiB")


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
