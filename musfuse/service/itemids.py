"""The ids by which clients know artists, albums, tracks and folders: what one is, and its number.

The numbers are hashes of what things are called (of a folder: of where it lies), of tracks the public ids, which follow
them. So an id survives a rescan, and a catalog that is made anew.
"""

import re
from enum import StrEnum

from musfuse.errors import NotFoundError

_ID = re.compile(r"(ar|al|tr|fo)-([0-9]{1,19})")


class Kind(StrEnum):
    """What an id is of."""

    ARTIST = "ar"
    ALBUM = "al"
    TRACK = "tr"
    FOLDER = "fo"


def written(kind: Kind, number: int) -> str:
    """An id as text, '' for the number 0, which nothing has."""
    return f"{kind.value}-{number}" if number else ""


def kind_of(text: str) -> Kind | None:
    """What an id is of; None where it is none."""
    found = _ID.fullmatch(text)
    return Kind(found[1]) if found else None


def number_of(text: str, *kinds: Kind) -> int:
    """The number of an id of one of these kinds. Raises NotFoundError where it is none: nothing has such an id."""
    found = _ID.fullmatch(text)
    if found is None or (kinds and Kind(found[1]) not in kinds) or int(found[2]) >= 1 << 63:
        raise NotFoundError(f"{text[:80]!r}: no such id{_wanted(kinds)}")
    return int(found[2])


def _wanted(kinds: tuple[Kind, ...]) -> str:
    names = " or ".join(kind.name.lower() for kind in kinds)
    return f" of {names}" if names else ""
