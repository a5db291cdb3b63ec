"""The first frame of an MP3, silent, which tells of the others: Xing's, as LAME has it for constant bit rates.

Its fields: http://gabriel.mp3-tech.org/mp3infotag.html. Players that know it cut off what the encoder added in front
and behind, so that tracks of a gapless album join.
"""

import re
import struct
from dataclasses import dataclass

from fastcrc import crc16

from musfuse.media.containers.mpeg import layer3_header
from musfuse.media.lossy.mp3.stream import BIT_RATES, DELAY, RATES, Mp3Stream, version_of
from musfuse.model import TagSet

_FRAMES_BYTES_PLACES_QUALITY = 0xF
_QUALITY = 57
"""LAME's number for a constant bit rate at its own setting of quality."""
_CBR_METHOD, _UNKNOWN_LOWPASS, _ATH_TYPE = 1, 0, 0x14
_TRACK_GAIN, _ALBUM_GAIN, _BY_SOFTWARE = 1, 2, 3
_LARGEST_GAIN = 51.1
_NUMBER = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d{1,9})?)\s*(?:db)?\s*", re.IGNORECASE)
_ROOM = 120 + 36
"""Bytes behind the side information: Xing's part, and LAME's."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """ReplayGain in dB against 89 dB SPL, and the highest sample as a share of full scale; None where it is not
    known."""

    track: float | None = None
    album: float | None = None
    peak: float | None = None


def loudness_of(tags: TagSet) -> Loudness:
    """What ReplayGain's tags say."""
    track, album, peak = (
        _number(tags.first(f"replaygain_{name}") or "") for name in ("track_gain", "album_gain", "track_peak")
    )
    return Loudness(track, album, peak)


def info_length(stream: Mp3Stream) -> int:
    """How many bytes the frame has."""
    return _head(stream)[1]


def info_frame(stream: Mp3Stream, version: bytes, loudness: Loudness) -> bytes:
    """The frame for a stream that a LAME of this version makes.

    Where the frames of the stream are too short for what it says, it has a higher bit rate. The sum over all frames,
    for which it has a place, stays 0: it is known only once all are made.
    """
    head, length, data = _head(stream)
    total = length + stream.length
    told = b"Info" + struct.pack(">III", _FRAMES_BYTES_PLACES_QUALITY, stream.frames, min(total, 0xFFFF_FFFF))
    told += bytes(255 * n // 100 for n in range(100)) + struct.pack(">I", _QUALITY)
    told += version.ljust(9)[:9] + bytes((_CBR_METHOD, _UNKNOWN_LOWPASS)) + struct.pack(">I", _peak(loudness.peak))
    told += _gain(_TRACK_GAIN, loudness.track) + _gain(_ALBUM_GAIN, loudness.album)
    told += bytes((_ATH_TYPE, min(stream.kbps, 255))) + (DELAY << 12 | stream.padding).to_bytes(3, "big")
    told += bytes((_misc(stream), 0)) + struct.pack(">HIH", 0, min(total, 0xFFFF_FFFF), 0)
    body = head + bytes(data - len(head)) + told
    return (body + crc16.arc(body).to_bytes(2, "big")).ljust(length, b"\0")


def frame_header(rate: int, channels: int, kbps: int) -> bytes:
    """The header of a frame without padding, checksum and copyright, joint stereo or mono (ISO 11172-3 §2.4.2.3)."""
    newer = rate >= 32_000
    version, base = (3, 0) if newer else (2, 3) if rate >= 16_000 else (0, 6)
    place = (1, 0, 2)[RATES.index(rate) - base]
    mode = 3 if channels == 1 else 1
    bits = BIT_RATES[version_of(rate)].index(kbps) + 1
    return bytes((0xFF, 0xE0 | version << 3 | 1 << 1 | 1, bits << 4 | place << 2, mode << 6 | 1 << 2))


def _head(stream: Mp3Stream) -> tuple[bytes, int, int]:
    """Header of the frame, its bytes, and where in it its data begin."""
    for kbps in BIT_RATES[version_of(stream.rate)]:
        head = frame_header(stream.rate, stream.channels, kbps)
        frame = layer3_header(head, 0)
        if kbps >= stream.kbps and frame is not None and frame.length >= frame.data + _ROOM:
            return head, frame.length, frame.data
    raise AssertionError(stream)


def _misc(stream: Mp3Stream) -> int:
    mode = 0 if stream.channels == 1 else 3
    rate = 0 if stream.rate <= 32_000 else 1 if stream.rate == 44_100 else 2
    return mode << 2 | rate << 6


def _peak(peak: float | None) -> int:
    return 0 if peak is None else min(max(0, round(peak * (1 << 23))), 0xFFFF_FFFF)


def _gain(kind: int, gain: float | None) -> bytes:
    if gain is None:
        return bytes(2)
    tenths = round(min(abs(gain), _LARGEST_GAIN) * 10)
    return (kind << 13 | _BY_SOFTWARE << 10 | (gain < 0) << 9 | tenths).to_bytes(2, "big")


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text)
    return float(found[1]) if found else None
