"""Frame headers of FLAC (RFC 9639 §9.1): read them, and give a frame another number."""

from dataclasses import dataclass

from fastcrc import crc8, crc16

from musfuse.errors import MalformedError

_BLOCK_SIZES = {1: 192, **{n: 144 << n for n in range(2, 6)}, **{n: 1 << n for n in range(8, 16)}}
_RATES = {
    1: 88_200, 2: 176_400, 3: 192_000, 4: 8_000, 5: 16_000, 6: 22_050, 7: 24_000, 8: 32_000,
    9: 44_100, 10: 48_000, 11: 96_000,
}  # fmt: skip
_BITS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
MAX_HEADER = 16  # 4 + coded number of 7 + block size of 2 + rate of 2 + CRC-8


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What a frame says of itself. `number` counts frames, or samples where `variable`; 0 in `rate` or `bits`
    refers to STREAMINFO. `length` is the header's own, in bytes, its CRC-8 included."""

    variable: bool
    number: int
    block_size: int
    rate: int
    channels: int
    bits: int
    length: int


def coded_number(value: int) -> bytes:
    """A frame or sample number in the extended UTF-8 of RFC 9639 §9.1.5 (up to 36 bits in 7 bytes)."""
    if value < 0x80:
        return bytes((value,))
    tail = []
    limit = 0x3F
    while value > limit:
        tail.append(0x80 | (value & 0x3F))
        value >>= 6
        limit >>= 1
    lead = ~(limit << 1 | 1) & 0xFF if limit else 0xFE
    return bytes((lead | value, *reversed(tail)))


def coded_length(value: int) -> int:
    """How many bytes `coded_number` takes for a number."""
    if value < 0x80:
        return 1
    length, bits = 2, 11
    while value >> bits:
        length, bits = length + 1, bits + 5
    return length


def renumber(frame: bytes, number: int) -> bytes:
    """A frame with another frame number; its CRC-8 (poly 07) and CRC-16 (poly 8005) are made anew."""
    old = _number_length(frame[4])
    head_end = 4 + old + _optional_length(frame)
    head = frame[:4] + coded_number(number) + frame[4 + old : head_end]
    body = head + bytes((crc8.smbus(head),)) + frame[head_end + 1 : -2]
    return body + crc16.umts(body).to_bytes(2, "big")


def parse_header(data: bytes) -> FrameHeader:
    """Read the frame header that `data` begins with; raises MalformedError where there is none or its CRC-8 fails."""
    if len(data) < 6 or data[0] != 0xFF or data[1] & 0xFE != 0xF8:
        raise MalformedError("no FLAC frame here")
    size_code, rate_code = data[2] >> 4, data[2] & 15
    channel_code, bits_code = data[3] >> 4, data[3] >> 1 & 7
    if size_code == 0 or rate_code == 15 or channel_code > 10 or bits_code == 3 or data[3] & 1:
        raise MalformedError("reserved value in a FLAC frame header")
    number_length = _number_length(data[4])
    end = 4 + number_length + _optional_length(data)
    if len(data) <= end or crc8.smbus(data[:end]) != data[end]:
        raise MalformedError("a FLAC frame header fails its CRC-8")
    at = 4 + number_length
    block_size = _BLOCK_SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        block_size = int.from_bytes(data[at : at + width], "big") + 1
        at += width
    rate = _RATES.get(rate_code, 0)
    if rate_code >= 12:
        width, factor = {12: (1, 1000), 13: (2, 1), 14: (2, 10)}[rate_code]
        rate = int.from_bytes(data[at : at + width], "big") * factor
    channels = channel_code + 1 if channel_code < 8 else 2
    number = _decode_number(data[4 : 4 + number_length])
    return FrameHeader(bool(data[1] & 1), number, block_size, rate, channels, _BITS.get(bits_code, 0), end + 1)


def _number_length(lead: int) -> int:
    if lead < 0x80:
        return 1
    length = 8 - (~lead & 0xFF).bit_length()
    if length < 2 or lead == 0xFF:
        raise MalformedError("a FLAC frame's number is not coded as it must be")
    return length


def _decode_number(coded: bytes) -> int:
    if len(coded) == 1:
        return coded[0]
    value = coded[0] & (0x7F >> len(coded))
    for byte in coded[1:]:
        if byte & 0xC0 != 0x80:
            raise MalformedError("a FLAC frame's number is not coded as it must be")
        value = value << 6 | byte & 0x3F
    return value


def _optional_length(frame: bytes) -> int:
    size_code, rate_code = frame[2] >> 4, frame[2] & 15
    return {6: 1, 7: 2}.get(size_code, 0) + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
