"""Facts about an MP3 whose stream begins where it should, from its first frames: without looking for it, or a library.

The length is that of a Xing or LAME header (http://gabriel.mp3-tech.org/mp3infotag.html), less what the encoder added,
else what the bit rate of the first frame makes of the size: as mutagen has it.
"""

import re

from musfuse.media.containers.mpeg import Layer3, layer3_header
from musfuse.model import AudioFormat

_FRAMES = 4
"""Frames that have to follow each other where no Xing header tells of them."""
_XING = (b"Xing", b"Info")
_VBRI = 36
_FRAMES_TOLD, _BYTES_TOLD, _PLACES_TOLD, _QUALITY_TOLD = 1, 2, 4, 8
_LAME = re.compile(rb"LAME3\.(?:9[1-9]|100)[^0-9]")
_LAME_BYTES, _DELAYS = 36, 21
"""Bytes of what LAME adds, from its name on, and at which of them delay and padding stand, 12 bits each."""
_LONGEST = 1e7


def mp3_facts(head: bytes, size: int) -> AudioFormat | None:
    """Facts about the stream of `size` bytes that begins with `head`, layer III; None where more has to be looked
    at."""
    first = layer3_header(head, 0)
    at, frame = 0, first
    for n in range(_FRAMES):
        if frame is None or len(head) < at + _VBRI + 4 or head[at + _VBRI : at + _VBRI + 4] == b"VBRI":
            return None
        if head[at + frame.data : at + frame.data + 4] in _XING:
            samples = _told(head, frame) if n == 0 else None
            return None if samples is None else _facts(frame, float(samples) / frame.rate)
        at += frame.length
        frame = layer3_header(head, at)
    assert first is not None
    return _facts(first, 8 * size / float(first.bit_rate))


def _told(head: bytes, frame: Layer3) -> int | None:
    """Samples that a Xing header in the first frame tells of; None where it does not, or its writer is not known."""
    at = frame.data + 8
    flags = int.from_bytes(head[at - 4 : at], "big")
    if not flags & _FRAMES_TOLD:
        return None
    samples = frame.samples * int.from_bytes(head[at : at + 4], "big")
    at += 4 + 4 * bool(flags & _BYTES_TOLD) + 100 * bool(flags & _PLACES_TOLD) + 4 * bool(flags & _QUALITY_TOLD)
    if head.startswith((b"LAME", b"L3.99"), at):
        if len(head) < at + _LAME_BYTES or not _LAME.match(head, at) or head[at + 9] >> 4:
            return None
        delays = int.from_bytes(head[at + _DELAYS : at + _DELAYS + 3], "big")
        samples -= (delays >> 12) + (delays & 0xFFF)
    return max(0, samples)


def _facts(frame: Layer3, seconds: float) -> AudioFormat:
    samples = int(seconds * frame.rate) if 0 < seconds < _LONGEST else None
    return AudioFormat("mp3", "mp3", frame.rate, frame.channels, 0, samples)
