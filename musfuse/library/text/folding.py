"""Texts as queries compare them, and the terms of them that the index holds.

Folded text has no case, no accents, no compatibility forms, and no marks that nobody sees. A term is a run of letters,
digits and symbols between spaces and punctuation. Han, kana and Hangul have no spaces between words: of a run of these
the index holds each pair of neighbours, and the last character alone, so that any part of the run is found.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

VERSION = 1
"""Raised whenever a text would have other terms."""

# What decomposition leaves whole, and signs that people type in another way.
_SPELLED = {
    "ae": "æ", "b": "ɓ", "c": "ƈ", "d": "đðɗɖ", "e": "ǝəɛ", "f": "ƒ", "g": "ɠ", "h": "ħ", "i": "\u0131ɨ", "k": "ĸƙ",
    "l": "łƚ", "n": "ŋɲ", "o": "øɵɔ", "oe": "œ", "p": "ƥ", "t": "ŧƭ", "th": "þ", "u": "ʉ", "v": "\u028b",
    "y": "ƴ", "z": "ƶ",
    "'": "\u2018\u2019\u201b\u2032\u00b4", '"': "\u201c\u201d\u201f\u2033",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
}  # fmt: skip
_FOLDED = str.maketrans({sign: plain for plain, signs in _SPELLED.items() for sign in signs})
_VOICED = "\u3099\u309a"
"""Marks of kana that make another letter."""
_UNSEEN = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""What chooses a form of the character before, beside the formatting characters."""
_PLAIN = re.compile(r"[0-9a-z]+")
_UNSPACED = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


def fold(text: str) -> str:
    """Text without case and accents. Folding it again changes nothing."""
    if text.isascii():  # most is, and a query folds what it looks through
        return text.lower()
    return _fold(_fold(text))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_FOLDED)
    kept = (
        c
        for c in plain
        if c in _VOICED or not (unicodedata.combining(c) or c in _UNSEEN or unicodedata.category(c) == "Cf")
    )
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(maxsize=4096)
def is_unspaced(char: str) -> bool:
    """Whether a character is of a script that is written without spaces between words."""
    return _UNSPACED.match(char) is not None and is_sign(char)


@lru_cache(maxsize=4096)
def is_sign(char: str) -> bool:
    """Whether a character of a folded text is part of a term, not between two."""
    if char.isascii():
        return char.isalnum()
    return unicodedata.category(char)[0] not in "ZPC"


def runs(folded: str) -> Iterator[str]:
    """The words of a folded text: runs of signs that are all of scripts with spaces, or all of those without."""
    if folded.isascii():
        yield from _PLAIN.findall(folded)
        return
    word, unspaced = "", False
    for char in folded:
        if not is_sign(char):
            if word:
                yield word
            word = ""
        elif word and is_unspaced(char) == unspaced:
            word += char
        else:
            if word:
                yield word
            word, unspaced = char, is_unspaced(char)
    if word:
        yield word


def terms(folded: str) -> list[str]:
    """The terms of a folded text, in order."""
    if folded.isascii():
        return _PLAIN.findall(folded)
    return [term for run in runs(folded) for term in (pairs(run) if is_unspaced(run[0]) else (run,))]


def pairs(run: str) -> list[str]:
    """The terms of a run of a script without spaces: each two neighbours, then the last alone."""
    return [run[at : at + 2] for at in range(len(run))]


def is_edge(folded: str, at: int) -> bool:
    """Whether a word begins or ends in front of the character at this place; a text's ends are edges."""
    if not 0 < at < len(folded):
        return True
    before, behind = folded[at - 1], folded[at]
    return not (is_sign(before) and is_sign(behind)) or is_unspaced(before) or is_unspaced(behind)
