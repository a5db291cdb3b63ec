"""What items are made into, and the policies of views, as values whose text is the same everywhere: in the catalog,
in options, in commands and in what goes over a wire."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import ClassVar

from musfuse.errors import ConfigError

_RECODE = "+recode"

_OPUS = range(6, 511)
_MP3 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 192, 224, 256, 320)
_RATES: Mapping[str, Sequence[int]] = {"opus": _OPUS, "mp3": _MP3}
"""Kinds that lose something, with the bitrates that they may have in kbit/s: of Opus what libopus takes of stereo
(RFC 6716 §2.1.1), of MP3 the tables of MPEG-1 and MPEG-2 Layer III."""
_USUAL: Mapping[str, int] = {"opus": 128, "mp3": 192}
_NOT_MADE: Mapping[str, str] = {
    "aac": "AAC is not made, since how large its frames are is known only once all are encoded; opus and mp3 are made"
}
"""What people ask for, and why it is not there."""
_KINDS = ("flac", "wav", "original", "retagged", *_RATES)
_LOSSLESS = _KINDS[:4]


class Rendition(str):
    """What an item is made into: `flac` and `wav` of its samples, `original` (its own bytes), `retagged` (the
    original's audio behind a header made here), or something smaller at a bitrate, as `opus:128`.

    It is made of its text, and there is one object of each, so that `is` compares. Raises ConfigError for a text that
    says none.
    """

    FLAC: ClassVar["Rendition"]
    WAV: ClassVar["Rendition"]
    ORIGINAL: ClassVar["Rendition"]
    RETAGGED: ClassVar["Rendition"]
    _made: ClassVar[dict[str, "Rendition"]] = {}

    kind: str
    """The text in front of the bitrate: what makers are found by."""
    kbps: int
    """The bitrate in kbit/s; 0 where nothing is lost."""

    def __new__(cls, text: str) -> "Rendition":
        made = cls._made.get(text)
        if made is not None:
            return made
        kind, kbps = _parsed(text)
        canonical = f"{kind}:{kbps}" if kbps else kind
        made = super().__new__(cls, canonical)
        made.kind, made.kbps = kind, kbps
        return cls._made.setdefault(canonical, made)

    def __reduce__(self) -> tuple[type["Rendition"], tuple[str]]:
        return Rendition, (str(self),)

    @property
    def is_lossy(self) -> bool:
        """Whether it is made at a bitrate, and loses something."""
        return self.kbps > 0

    @property
    def is_encoded(self) -> bool:
        """Whether it is made of an original's samples, rather than of its bytes."""
        return self.kind not in ("original", "retagged")

    @property
    def extension(self) -> str:
        """The extension of its files, without a dot; '' where that is the original's."""
        return self.kind if self.is_encoded else ""

    @property
    def number(self) -> int:
        """A number below 2^12 that no other has."""
        return _KINDS.index(self.kind) << 9 | self.kbps


@lru_cache(256)
def parse_policy(text: str) -> Rendition:
    """What a view with the policy that a text says serves lossless audio as; lossy originals are served as they are.
    It is said as `opus` or `opus:96`. Raises ConfigError."""
    said = text.strip().lower()
    if said.endswith(_RECODE):
        raise ConfigError(f"{text[:60]!r}: lossy originals are not made smaller here; they are served as they are")
    if said == "retagged":
        raise ConfigError(_no_policy(text))
    return Rendition(said)


def problem_of_policy(text: str) -> str | None:
    """What is wrong with the text of a policy; None for one that is right."""
    try:
        parse_policy(text)
    except ConfigError as error:
        return str(error)
    return None


POLICIES: tuple[str, ...] = ("flac", "original", "wav", *_RATES)
"""Policies by their shortest texts."""


def _parsed(text: str) -> tuple[str, int]:
    """Kind and bitrate. Raises ConfigError."""
    kind, colon, said = text.partition(":")
    if kind in _LOSSLESS and not colon:
        return kind, 0
    rates = _RATES.get(kind)
    if kind in _NOT_MADE:
        raise ConfigError(f"{text[:60]!r}: {_NOT_MADE[kind]}")
    if rates is None:
        raise ConfigError(_no_policy(text))
    if not colon:
        return kind, _USUAL[kind]
    kbps = int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 0
    if kbps not in rates:
        raise ConfigError(f"{text[:60]!r}: {_rates_told(kind, rates)}, as in {kind}:{_USUAL[kind]}")
    return kind, kbps


def _no_policy(text: str) -> str:
    close = get_close_matches(text[:60], POLICIES, 1)
    hint = f"did you mean {close[0]}?" if close else "the last two with a bitrate, as in opus:96"
    return f"{text[:60]!r} is none; one of {', '.join(POLICIES)} is wanted; {hint}"


def _rates_told(kind: str, rates: Sequence[int]) -> str:
    if isinstance(rates, range):
        return f"{kind} takes {rates[0]} to {rates[-1]} kbit/s"
    return f"{kind} takes {', '.join(map(str, rates[:-1]))} or {rates[-1]} kbit/s"


Rendition.FLAC, Rendition.WAV = Rendition("flac"), Rendition("wav")
Rendition.ORIGINAL, Rendition.RETAGGED = Rendition("original"), Rendition("retagged")
