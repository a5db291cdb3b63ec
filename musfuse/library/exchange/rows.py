"""Rows of a table that somebody hands in, CSV or JSON, read piece by piece: each is a mapping of texts by the name of
the column. What they hold is hostile: rows, columns and texts are bounded.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.exchange.steady import SteadyFile

Row = Mapping[str, str]
MAX_ROW, MAX_COLUMNS = 4 << 20, 1000
"""Characters of a row, and columns of a table, that are read."""
_PIECE = 256 << 10
_DELIMITERS = ",;\t"
"""Spreadsheets of some languages write semicolons."""
_BETWEEN = re.compile(r"[\s,]*")
_FIELD = 1 << 20


def table_rows(file: SteadyFile) -> Iterator[Row]:
    """The rows of a table. JSON is an array of objects, or objects one after the other; anything else is CSV, whose
    first line has the names. Raises ConfigError where it cannot be read."""
    text = _text(file)
    try:
        first = next(text, "")
        read = _objects if first.lstrip()[:1] in ("[", "{") else _lines
        yield from read(first, text)
    except _OddError as error:
        raise ConfigError(f"{file.path}: {error}") from None
    file.check()


class _OddError(Exception):
    """Why a table cannot be read."""


def _text(file: SteadyFile) -> Iterator[str]:
    """Its text by the piece. Bytes that are no UTF-8 stand as surrogates, as in names of files."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    begins = True
    for piece in file.pieces(_PIECE):
        text = decoder.decode(piece, final=not piece)
        if "\0" in text:
            raise _OddError("no text, so it is no table")
        if begins:
            text = text.lstrip("\ufeff \t\r\n")
        if text:
            begins = False
            yield text


class _Lines:
    """The lines of a text, ended by LF. `begin` says that a row ended: the lines of one have so much room together."""

    def __init__(self, first: str, text: Iterator[str]) -> None:
        self._pieces, self._room = chain((first,), text), MAX_ROW
        self._kept, self._lines = "", iter(list[str]())

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        while line is None:
            line = self._more()
        self._room -= len(line)
        if self._room < 0:
            raise _OddError(f"a row has more than {MAX_ROW:,} characters")
        return line

    def begin(self) -> None:
        """A row ended."""
        self._room = MAX_ROW

    def _more(self) -> str | None:
        """The first line of the next piece; None where none ends in it. Raises StopIteration behind the last."""
        piece = next(self._pieces, None)
        if piece is None:
            if not self._kept:
                raise StopIteration
            last, self._kept = self._kept, ""
            return last
        if len(self._kept) > self._room:
            raise _OddError(f"a row has more than {MAX_ROW:,} characters")
        *whole, self._kept = (self._kept + piece).split("\n")
        self._lines = iter([line + "\n" for line in whole])
        return next(self._lines, None)


def _lines(first: str, text: Iterator[str]) -> Iterator[Row]:
    csv.field_size_limit(_FIELD)
    lines = _Lines(first, text)
    try:
        head = next(lines, "")
        delimiter = max(_DELIMITERS, key=head.count)
        names = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
        if len(names) > MAX_COLUMNS or len(set(names)) != len(names):
            raise _OddError(f"more than {MAX_COLUMNS} columns, or one comes twice")
        for row in csv.reader(lines, delimiter=delimiter):
            lines.begin()
            if row:
                yield dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise _OddError(f"no CSV that can be read: {error}") from None


def _objects(first: str, text: Iterator[str]) -> Iterator[Row]:
    decoder, kept, at = json.JSONDecoder(), first.removeprefix("["), 0
    wanted = 0  # characters without which to look again is no use
    while True:
        at = _BETWEEN.match(kept, at).end()  # type: ignore[union-attr] # it fits an empty text, too
        found = None
        if len(kept) - at > wanted:
            with suppress(ValueError, RecursionError):  # cut off, or none
                found, at = decoder.raw_decode(kept, at)
        if isinstance(found, dict):
            wanted = 0
            yield _texts(found)
            continue
        if found is not None or kept[at : at + 1] not in ("", "{"):
            if kept[at : at + 1] == "]":
                return
            raise _OddError("no JSON that can be read: a list of objects is wanted")
        piece = next(text, "")
        if not piece:
            if at == len(kept):
                return
            if not wanted:
                raise _OddError("no JSON that can be read: it is cut off, or wrong in an object")
            wanted = 0
            continue
        wanted = 2 * (len(kept) - at)
        kept, at = kept[at:] + piece, 0
        if len(kept) > MAX_ROW + len(piece):
            raise _OddError(f"an object has more than {MAX_ROW:,} characters, or is none")


def _texts(row: Mapping[str, Any]) -> Row:
    """Its values as texts; what is neither text nor number is none."""
    if len(row) > MAX_COLUMNS:
        raise _OddError(f"an object has more than {MAX_COLUMNS} values")
    return {name.strip().lower(): str(value) for name, value in row.items() if type(value) in (str, int, float)}
