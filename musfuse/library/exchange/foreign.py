"""What a library of another program says, as all readers give it. Nothing of it is believed: texts are made into values
of tags, numbers are bounded, and a path is only ever looked up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from musfuse.library.userdb.ratings import MOST_STARS
from musfuse.media.tags.fields import is_field_name

Values = tuple[str, ...]
MAX_VALUE, MAX_VALUES = 256 * 1024, 100
"""UTF-8 bytes, or nearly, of a value, and values of a field, that are taken over."""
MAX_TRACK = 1 << 20
"""Characters of all values of a track."""
_FIRST_NS, _LAST_NS = 0, 1 << 62
_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d*)?(e[+-]?\d+)?\s*", re.ASCII)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class ForeignTrack(NamedTuple):
    """A track as another program knows it.

    `id` is what its playlists call it; `place` a path, absolute or from the root of its library, '' for none. Times are
    ns since 1970, 0 where they are not known; `stars` are 1 to 5, 0 for none. `starred_ns` is None for one that is no
    favourite, `seconds` None where the length is not known. `odd` tells why it is none that could be here, as a stream;
    `part` which of its file it is where a sheet cuts that, 0 where nothing tells.
    """

    id: str
    place: str
    tags: Mapping[str, Values]
    seconds: float | None = None
    stars: int = 0
    starred_ns: int | None = None
    plays: int = 0
    first_ns: int = 0
    last_ns: int = 0
    odd: str = ""
    part: int = 0


@dataclass(frozen=True, slots=True)
class ForeignPlaylist:
    """A playlist: what its entries are called (ForeignTrack.id). `rule` tells that a rule chooses them, and nobody put
    them in; `odd` why it cannot be read."""

    name: str
    entries: Sequence[str]
    rule: bool = False
    odd: str = ""


class ForeignLibrary(Protocol):
    """A library that is read. Both can be read more than once, give the same each time, and raise ConfigError."""

    name: str
    """The program, as people write it."""
    tells_tags: bool
    """Whether what it says of tags is more than the files say, and not only what a track is known by."""
    tells_served: bool
    """Whether these tags are those that a drive serves: what is served here is not said once more."""
    has_playlists: bool
    """Whether it may have any."""

    def count(self) -> int:
        """How many tracks there are; 0 where that is known only once all are read."""

    def tracks(self) -> Iterator[ForeignTrack]:
        """All tracks."""

    def playlists(self) -> Iterator[ForeignPlaylist]:
        """All playlists."""


def cleaned(values: Values) -> Values:
    """Values as they may be set here: without blanks around, empty ones, and what no text has; those that are too long
    are left out."""
    if len(values) == 1 and values[0].isascii() and values[0].isprintable() and len(values[0]) <= MAX_VALUE:
        text = values[0].strip()
        return (text,) if text else ()
    texts = (_NO_TEXT.sub("\ufffd", value).replace("\r\n", "\n").strip() for value in values[:MAX_VALUES])
    return tuple(dict.fromkeys(text for text in texts if text and len(text) <= MAX_VALUE))


def field_of(name: str) -> str:
    """A field of tags for what a program calls so; '' where no field can have that name."""
    lowered = name.strip().lower()
    return lowered if is_field_name(lowered) and ":" not in lowered and lowered != "*" else ""


def stars_of(value: float, most: float) -> int:
    """Stars for a rating of `most` at best, none for 0 or less: any other rating has one at least, halves count up."""
    if not 0 < value <= most:  # as NaN is not
        return 0
    return max(1, int(value / most * MOST_STARS + 0.5))


def count_of(value: object) -> int:
    """A number of plays; 0 for what is none."""
    number = number_of(value)
    return int(number) if number is not None and 0 < number < 1 << 31 else 0


def time_of(seconds: object) -> int:
    """ns since 1970 for seconds since then; 0 for what is no time."""
    number = number_of(seconds)
    return int(number * 1_000_000_000) if number is not None and _FIRST_NS < number < _LAST_NS / 1e9 else 0


def number_of(value: object) -> float | None:
    """A number, or one that a text holds; None for anything else."""
    if type(value) is float or isinstance(value, int):
        return value if value == value and abs(value) < 1e18 else None
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value):
        found = float(value)
        return found if abs(found) < 1e18 else None
    return None
