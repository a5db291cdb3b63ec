"""What another program says of a track otherwise than its file does. Values that mean the same are the same: `01` and
`1`, `2001` and `2001-05-17`, `-6.5 dB` and `-6.50 dB`, one text and its parts."""

import re
from collections.abc import Mapping

from musfuse.library.exchange.foreign import MAX_TRACK, Values, cleaned

Fields = dict[str, Values | None]

_NUMBERS = frozenset({"tracknumber", "tracktotal", "discnumber", "disctotal", "bpm"})
_DATES = frozenset({"date", "originaldate"})
_GAINS = frozenset({"replaygain_track_gain", "replaygain_album_gain", "replaygain_track_peak", "replaygain_album_peak"})
_LEFT = frozenset({"acoustid_fingerprint"})
"""What tracks are known by only."""
_NUMBER = re.compile(r"\s*([+-]?\d{1,9}(?:\.\d{0,12})?)", re.ASCII)
_NONE: Values = ()


def differences(
    said: Mapping[str, Values], embedded: Mapping[str, Values], served: Mapping[str, Values] | None
) -> Fields:
    """The fields to be said of a track, None for one of which nothing is to be said any more. `served` are its tags
    where something is said over those of the file already."""
    found = Fields()
    for name, values in said.items():
        own = embedded.get(name, _NONE)
        if own == values or name in _LEFT:
            if served is not None and served.get(name, _NONE) != own:
                found[name] = None
            continue
        clean = cleaned(values)
        if not clean:
            continue
        if is_same(name, own, clean):
            if served is not None and served.get(name, _NONE) != own:
                found[name] = None
        else:
            found[name] = clean
    if found and sum(len(text) for values in found.values() for text in values or ()) > MAX_TRACK:
        return Fields()
    return found


def is_same(name: str, own: Values, said: Values) -> bool:
    """Whether a file says of a field what another program says of it."""
    if own == said or not own:
        return own == said
    if name in _NUMBERS or name == "compilation":
        return _number(own[0]) == _number(said[0])
    if name in _DATES:
        return own[0].startswith(said[0])  # which is less exact, and says no more
    if name in _GAINS:
        mine, theirs = _number(own[0]), _number(said[0])
        return mine is not None and theirs is not None and abs(mine - theirs) < 0.011
    return (len(own) > 1) != (len(said) > 1) and _joined(own) == _joined(said)


def _number(text: str) -> float | None:
    found = _NUMBER.match(text)
    return float(found[1]) if found else None


def _joined(values: Values) -> str:
    """Values as one text, whatever a program that keeps one text puts between them."""
    return re.sub(r"\s*[;,/\0]\s*", "; ", "; ".join(values))
