"""What is odd about fields and values that somebody sets; they are set all the same."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from musfuse.library.vocabulary import Vocabulary
from musfuse.media.tags.fields import PAIRS, TOTALS

_MONTH, _DAY, _TIME = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])", r"(?:[T ][\d:.Z+-]+)?"
_DATE = re.compile(rf"\d{{4}}(?:\d{{4}}|[-/.]{_MONTH}(?:[-/.]{_DAY}{_TIME})?)?")
_DATES = frozenset({"date", "originaldate", "originalyear", "releasedate"})
_NUMBER = re.compile(r"\d{1,9}")
_NUMBERS = frozenset({*PAIRS, *TOTALS, "bpm"})


def odd_field(name: str, vocabulary: Vocabulary) -> str:
    """Why a field may be a slip: it is neither built in nor on any track; empty for all others."""
    if vocabulary.has_field(name):
        return ""
    close = difflib.get_close_matches(name, sorted(vocabulary.fields()), n=1)
    return f"{name}: no track has this field" + (f"; did you mean {close[0]}?" if close else "")


def odd_values(name: str, values: Sequence[str]) -> Iterator[str]:
    """Why values may be slips: no date, no number where one is expected."""
    for value in values:
        if name in _DATES and not _DATE.fullmatch(value):
            yield f"{name}={value[:60]}: no date; 1977, 1977-01 or 1977-01-23 is expected"
        elif name in _NUMBERS and not (_NUMBER.fullmatch(value) or (name == "bpm" and _is_decimal(value))):
            expected = "3 or 3/12" if name in PAIRS else "a whole number" if name in TOTALS else "a number"
            yield f"{name}={value[:60]}: no number; {expected} is expected"


def cautions(fields: Mapping[str, Sequence[str]], vocabulary: Vocabulary) -> Iterator[str]:
    """All that is odd about fields, which values that are to be absent are not."""
    for name, values in fields.items():
        odd = odd_field(name, vocabulary) if values else ""
        if odd:
            yield odd
        yield from odd_values(name, values)


def _is_decimal(value: str) -> bool:
    return re.fullmatch(r"\d{1,4}(?:\.\d{1,6})?", value) is not None
