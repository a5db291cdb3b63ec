"""Tables that fit a terminal: columns give way where the room is short, and what does not fit goes on in the next line.

Nothing is cut: a path that somebody wants to copy is there to its end. Widths count columns of a terminal.
"""

import re
import unicodedata
from collections.abc import Sequence

GAP = "  "
_NARROW = 3
_PIECE = re.compile(r"\s+|[^\s/]*/+|[^\s/]+")


def columns(text: str) -> int:
    """How many columns of a terminal a text takes (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)


def lines(table: Sequence[Sequence[str]], room: int | None) -> list[list[str]]:
    """The lines of each row of a table of one-line cells, at most `room` columns wide; None: as wide as they come."""
    natural = [max(map(columns, column)) for column in zip(*table, strict=True)]
    widths = natural if room is None else _widths(table, natural, room - len(GAP) * (len(natural) - 1))
    return [_row(row, widths) for row in table]


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns, broken behind words and slashes, within words where it must be."""
    if columns(text) <= width:
        return [text]
    found, line = [], ""
    for piece in (part for whole in _PIECE.findall(text) for part in _broken(whole, width)):
        if line and columns(line + piece.rstrip()) > width:
            found += [line.rstrip()] if line.strip() else []
            line = ""
        line += piece if line or not found else piece.lstrip()
    return [*found, line.rstrip()] if line.strip() or not found else found


def _row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """A row's lines; the last column is not padded."""
    cells = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    made = []
    for number in range(height):
        parts = [cell[number] if number < len(cell) else "" for cell in cells]
        padded = [part + " " * (width - columns(part)) for part, width in zip(parts[:-1], widths[:-1], strict=True)]
        line = GAP.join([*padded, parts[-1]])
        made.append(line if height == 1 else line.rstrip())
    return made


def _widths(table: Sequence[Sequence[str]], natural: Sequence[int], room: int) -> list[int]:
    """Widths that add up to `room` at most: as long as it goes, no narrower than the longest word of the column."""
    words = [max(columns(word.rstrip()) for cell in column for word in _PIECE.findall(cell) or [""])
             for column in zip(*table, strict=True)]  # fmt: skip
    least = words if sum(words) <= room else [min(width, _NARROW) for width in natural]
    cap = min(max(natural), max(room, _NARROW))
    while cap > _NARROW and sum(_held(natural, least, cap)) > room:
        cap -= 1
    widths = _held(natural, least, cap)
    spare = room - sum(widths)
    for number in range(len(widths)):
        more = min(max(spare, 0), natural[number] - widths[number])
        widths[number] += more
        spare -= more
    return widths


def _held(natural: Sequence[int], least: Sequence[int], cap: int) -> list[int]:
    return [max(low, min(width, cap)) for width, low in zip(natural, least, strict=True)]


def _broken(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` columns; a combining character stays with the one before it."""
    pieces, piece = [], ""
    for char in word:
        if piece and columns(piece + char) > width:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]
