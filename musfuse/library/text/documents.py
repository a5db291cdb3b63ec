"""What the index holds of a track: the terms of its tags, in a column for each field that queries look at most.

Private characters, which no term has, stand for what is not text: between two values of a field, so that no phrase
reaches from one into the other; for a field that is absent; for a field of which not everything is in the index; and
for the track itself, so that all that do not answer something are found.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import unidata_version

from musfuse.library.text import folding
from musfuse.library.text.folding import fold, is_unspaced
from musfuse.model import TagSet

WORDS = ("title", "artist", "album", "albumartist", "composer", "genre")
"""The fields in which a word is looked for that names none."""
YEAR, OTHER = "year", "other"
COLUMNS = (*WORDS, YEAR, OTHER)
"""The columns of the index. `year` has ANY and the year of the date, `other` the words of fields without a column."""
NEXT, ABSENT, CUT, ANY = "\ue000", "\ue001", "\ue002", "\ue003"

RULES = f"{folding.VERSION}.2.{unidata_version}"
"""Another text than last time means that the same tags have other documents: a newer Unicode knows more letters."""

_MOST_TERMS, _LONGEST_TERM, _SHORT = 1000, 60, 200
_NO_WORDS = re.compile(
    r"musicbrainz_|acoustid_|replaygain_|r128_|itun|encod|cuesheet|lyrics_|"
    r"(?:(?:track|disc)(?:number|total)|date|original(?:date|year)|bpm|compilation|isrc|barcode|asin|catalognumber)$"
)
_YEAR = re.compile(r"[0-9]{4}")
_NONE = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed of a track: the text of each of COLUMNS, and the words that may be looked for by a part."""

    columns: tuple[str, ...]
    words: Set[str]


def is_indexed(field: str) -> bool:
    """Whether the words of a field are in the index: ids and numbers are not, each of which few tracks have."""
    return not _NO_WORDS.match(field)


def year_of(tags: TagSet) -> str:
    """The year of a track's date, four digits; '' where there is none."""
    found = _YEAR.search(tags.first("date") or "")
    return found.group() if found else ""


def document(tags: TagSet) -> Document:
    """What is indexed of a track with these tags."""
    fields, columns, words = dict(tags.items()), list[str](), set[str]()
    for field in WORDS:
        values = fields.pop(field, ())
        # The tracks of an album have most of it in common.
        shared = len(values) == 1 and field != "title" and len(values[0]) < _SHORT
        text, found = (_remembered if shared else _made)(values) if values else (ABSENT, _NONE)
        columns.append(text)
        words.update(found)
    columns.append(f"{ANY} {year_of(tags) or ABSENT}")
    others = tuple(value for name, values in fields.items() if _has_words(name) for value in values)
    text, found = _made(others) if others else ("", _NONE)
    columns.append(text)
    words.update(found)
    return Document(tuple(columns), words)


@lru_cache(maxsize=1024)
def _has_words(field: str) -> bool:
    return is_indexed(field)


def _made(values: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The text of a column for some values, and its words that are of a script with spaces."""
    if len(values) == 1 and len(values[0]) <= _LONGEST_TERM and values[0].isascii():  # as most are
        plain = folding.terms(values[0].lower())
        return " ".join(plain), frozenset(plain)
    found, cut = list[str](), False
    for value in values:
        if found:
            found.append(NEXT)
        # A character makes one term at most, or folds to some; what is looked at has a bound as what is kept has.
        terms = folding.terms(fold(value[: 20 * _MOST_TERMS]))
        cut = cut or len(value) > 20 * _MOST_TERMS
        found += terms
        if len(found) > _MOST_TERMS:
            break
    kept = [term if len(term) <= _LONGEST_TERM else NEXT for term in found[:_MOST_TERMS]]
    if cut or len(kept) < len(found) or any(len(term) > _LONGEST_TERM for term in found):
        kept += [NEXT, CUT]
    words = frozenset(term for term in kept if not (is_unspaced(term[0]) or term in (NEXT, CUT)))
    return " ".join(kept), words


_remembered = lru_cache(maxsize=1024)(_made)
