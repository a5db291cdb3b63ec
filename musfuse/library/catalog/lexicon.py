"""The words that are in the index: which there are that begin or end with something, hold it, or are nearly it.

Each list has the words first that are in most documents, so that what is wanted most comes first.
"""

import sqlite3
from collections.abc import Iterator

from musfuse.library.text.nearness import is_near

_TRIGRAM = 3
_FOLLOWS = "\U0010ffff"
"""Behind every character that a word has: a range up to it holds all words that begin with something."""


class Lexicon:
    """Queries over a connection that the caller has. At most `most` words are given of each list."""

    def __init__(self, db: sqlite3.Connection, most: int) -> None:
        self._db, self._most = db, most

    def containing(self, part: str) -> list[str]:
        """Words with this part, the whole word first, then those that begin with it."""
        which, value = "instr(word, ?1)", tuple[str, ...]()
        if len(part) >= _TRIGRAM:
            which += " AND id IN (SELECT rowid FROM search_part WHERE search_part MATCH ?3)"
            value = (" AND ".join(f'"{part[at : at + _TRIGRAM]}"' for at in range(len(part) - _TRIGRAM + 1)),)
        sql = (
            f"SELECT word FROM search_word WHERE {which} ORDER BY instr(word, ?1) > 1, word <> ?1, items DESC LIMIT ?2"
        )
        return [row[0] for row in self._db.execute(sql, (part, self._most, *value))]

    def starting(self, start: str) -> list[str]:
        """Words that begin with this, the whole word first."""
        return [word for word, _ in self._range("word", start)]

    def ending(self, end: str) -> list[str]:
        """Words that end with this."""
        return [word for word, _ in self._range("back", end[::-1])]

    def near(self, word: str, edits: int) -> list[str]:
        """Words that are at most so many edits, 1 or 2, from a word, those in most documents first."""
        found: dict[str, int] = {}
        for other, items in self._candidates(word, edits):
            if other not in found and is_near(word, other, edits):
                found[other] = items
        return sorted(found, key=lambda other: (other != word, -found[other], other))[: self._most]

    def _candidates(self, word: str, edits: int) -> Iterator[tuple[str, int]]:
        """Words of which one in `edits` + 1 pieces is as in this one: that many edits leave one piece alone, but where
        two letters are swapped across the edge of two."""
        cuts = [len(word) * n // (edits + 1) for n in range(1, edits + 1)]
        least, longest = len(word) - edits, len(word) + edits
        for column, piece in (("word", word[: cuts[0]]), ("back", word[cuts[-1] :][::-1])):
            yield from self._range(column, piece, lengths=(least, longest))
        if edits > 1:
            middle = word[cuts[0] : cuts[-1]]
            yield from self._db.execute(
                "SELECT word, items FROM search_word WHERE instr(word, ?) AND length(word) BETWEEN ? AND ?",
                (middle, least, longest),
            )
        for cut in cuts:
            swapped = word[: cut - 1] + word[cut] + word[cut - 1] + word[cut + 1 :] if cut else word
            if edits > 1:
                yield from self._candidates(swapped, edits - 1)
            else:
                yield from self._db.execute("SELECT word, items FROM search_word WHERE word = ?", (swapped,))

    def _range(self, column: str, start: str, lengths: tuple[int, int] | None = None) -> Iterator[tuple[str, int]]:
        sql = f"SELECT word, items FROM search_word WHERE {column} >= ?1 AND {column} < ?2"
        if lengths is not None:
            yield from self._db.execute(
                f"{sql} AND length(word) BETWEEN ?3 AND ?4", (start, start + _FOLLOWS, *lengths)
            )
            return
        yield from self._db.execute(
            f"{sql} ORDER BY {column} <> ?1, items DESC LIMIT ?3", (start, start + _FOLLOWS, self._most)
        )
