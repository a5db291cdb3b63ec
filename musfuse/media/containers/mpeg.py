"""Streams without a container: MPEG audio layers I to III (ISO 11172-3), ADTS (ISO 13818-7), bare FLAC frames."""

from typing import NamedTuple

from musfuse.errors import MalformedError
from musfuse.media.flac.frames import parse_header
from musfuse.model import AudioFormat

_ADTS_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_V1 = {
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_V2 = {
    3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


_SIDE = {(True, False): 36, (True, True): 21, (False, False): 21, (False, True): 13}
"""Bytes of header and side information: by whether it is MPEG-1, and mono."""


class Layer3(NamedTuple):
    """A frame of MPEG audio layer III: bytes, bits a second, Hz, channels, samples, and the byte in it at which its
    data begin, or a Xing header stands."""

    length: int
    bit_rate: int
    rate: int
    channels: int
    samples: int
    data: int


def is_adts_sync(head: bytes) -> bool:
    """Whether ADTS may begin here (or bare FLAC frames)."""
    return _is_sync(head) and head[1] & 0x16 == 0x10


def is_mpeg_sync(head: bytes) -> bool:
    """Whether a frame of MPEG audio may begin here."""
    return _is_sync(head) and head[1] & 0x16 != 0x10


def _is_sync(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0


def is_flac_frame(head: bytes) -> bool:
    """Whether a FLAC frame begins here (its CRC-8 settles it against ADTS, whose sync looks alike)."""
    try:
        parse_header(head)
    except MalformedError:
        return False
    return True


def find_adts(head: bytes) -> AudioFormat | None:
    """Facts of the ADTS stream that begins within `head`, where two frames follow each other or one fills the file."""
    at = -1
    while (at := head.find(b"\xff", at + 1)) >= 0 and at + 7 <= len(head):
        length = _adts_length(head, at)
        if length and (at + length == len(head) or _adts_length(head, at + length)):
            rate = _ADTS_RATES[head[at + 2] >> 2 & 15]
            return AudioFormat("aac", "aac", rate, (head[at + 2] & 1) << 2 | head[at + 3] >> 6)
    return None


def find_frame(head: bytes) -> int:
    """Where the first frame of MPEG audio or ADTS stands in `head` that another one follows; -1 where none does."""
    at = -1
    while (at := head.find(b"\xff", at + 1)) >= 0:
        for length_of in (_adts_length, _mpeg_length):
            length = length_of(head, at)
            if length and length_of(head, at + length):
                return at
    return -1


def check_mpeg(head: bytes, whole: bool) -> None:
    """Raise MalformedError unless an MPEG frame lies complete in `head`, which is the `whole` audio or its front."""
    at = -1
    while (at := head.find(b"\xff", at + 1)) >= 0:
        length = _mpeg_length(head, at)
        if length and at + length <= len(head) and (not whole or _mpeg_length(head, at + length)):
            return
        if length and whole and _ends_well(head, at + length):
            return
    if whole or not head:
        raise MalformedError("it holds no MPEG audio, or it is damaged: no two whole frames follow each other")


def layer3_header(data: bytes, at: int) -> Layer3 | None:
    """The header of the frame of layer III at byte `at`; None where none stands there, or its bit rate is free."""
    length = _mpeg_length(data, at)
    if not length or data[at + 1] >> 1 & 3 != 1:
        return None
    newer = data[at + 1] >> 3 & 3 == 3
    kbits = (_V1[1] if newer else _V2[2])[(data[at + 2] >> 4) - 1]
    mono = data[at + 3] >> 6 == 3
    rate = _RATES[data[at + 1] >> 3 & 3][data[at + 2] >> 2 & 3]
    return Layer3(length, kbits * 1000, rate, 1 if mono else 2, 1152 if newer else 576, _SIDE[newer, mono])


def _ends_well(head: bytes, at: int) -> bool:
    rest = head[at:]
    return at <= len(head) and (not rest or rest.startswith((b"TAG", b"APETAGEX")))


def _adts_length(data: bytes, at: int) -> int:
    if (
        len(data) < at + 7
        or data[at] != 0xFF
        or data[at + 1] & 0xF6 != 0xF0
        or data[at + 2] >> 2 & 15 >= len(_ADTS_RATES)
    ):
        return 0
    length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return length if length > 7 else 0


def _mpeg_length(data: bytes, at: int) -> int:
    """Bytes of the frame whose header stands at `at`; 0 where none does or its bit rate is free."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    rate_code, bit_code, pad = data[at + 2] >> 2 & 3, data[at + 2] >> 4, data[at + 2] >> 1 & 1
    if version == 1 or layer == 0 or rate_code == 3 or bit_code in (0, 15):
        return 0
    rate = _RATES[version][rate_code]
    kbits = (_V1[layer] if version == 3 else _V2[max(layer, 2)])[bit_code - 1]
    if layer == 3:
        return (12_000 * kbits // rate + pad) * 4
    factor = 72_000 if layer == 1 and version != 3 else 144_000
    return factor * kbits // rate + pad
