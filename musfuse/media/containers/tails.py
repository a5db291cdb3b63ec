"""Tags that stand behind the audio: ID3v1 (128 bytes), APEv2 with its footer, Lyrics3 left alone."""

from typing import BinaryIO

_ID3V1 = 128
_APE_FOOTER = 32
_APE_ITEM = 11  # the shortest item: lengths and flags, a key of two letters and its end
_LYRICS3 = 15


def tags_start(reader: BinaryIO, size: int) -> int:
    """Where the tags behind the audio begin; `size` where there are none. Bounded by the file."""
    end = size
    for _ in range(2):
        end = _before_id3v1(reader, end)
        end = _before_ape(reader, end)
    return end


def apev2_items(reader: BinaryIO, size: int) -> tuple[int, int] | None:
    """Where the items of an APEv2 tag behind the audio begin and end; None where there is none."""
    for end in (size, _before_id3v1(reader, size)):
        if _before_ape(reader, end) < end:
            reader.seek(end - _APE_FOOTER + 12)
            return end - int.from_bytes(reader.read(4), "little"), end - _APE_FOOTER
    return None


def apev2_count(reader: BinaryIO, size: int) -> int:
    """How many items an APEv2 tag behind the audio claims to have and has room for, in front of ID3v1 and Lyrics3 or
    behind; or 0."""
    before = _before_id3v1(reader, size)
    return max(_count_at(reader, end) for end in (size, before, _before_lyrics3(reader, before)))


def _count_at(reader: BinaryIO, end: int) -> int:
    if end < _APE_FOOTER:
        return 0
    reader.seek(end - _APE_FOOTER)
    footer = reader.read(_APE_FOOTER)
    if footer[:8] != b"APETAGEX":
        return 0
    length, count = (int.from_bytes(footer[at : at + 4], "little") for at in (12, 16))
    return min(count, min(length, end) // _APE_ITEM)


def _before_lyrics3(reader: BinaryIO, end: int) -> int:
    if end < _LYRICS3:
        return end
    reader.seek(end - _LYRICS3)
    size, magic = reader.read(6), reader.read(9)
    return end - _LYRICS3 - int(size) if magic == b"LYRICS200" and size.isdigit() else end


def may_have_apev2(reader: BinaryIO, size: int) -> bool:
    """Whether it is worth looking for an APEv2 tag: one read of the last bytes, before ID3v1 or Lyrics3."""
    reader.seek(max(0, size - _ID3V1 - _APE_FOOTER))
    last = reader.read(_ID3V1 + _APE_FOOTER)
    return b"APETAGEX" in last or b"LYRICS200" in last


def _before_id3v1(reader: BinaryIO, end: int) -> int:
    if end < _ID3V1:
        return end
    reader.seek(end - _ID3V1)
    return end - _ID3V1 if reader.read(3) == b"TAG" else end


def _before_ape(reader: BinaryIO, end: int) -> int:
    if end < _APE_FOOTER:
        return end
    reader.seek(end - _APE_FOOTER)
    footer = reader.read(_APE_FOOTER)
    if footer[:8] != b"APETAGEX":
        return end
    length = int.from_bytes(footer[12:16], "little")
    if int.from_bytes(footer[20:24], "little") & 0x8000_0000:  # there is a header too
        length += _APE_FOOTER
    return end - length if _APE_FOOTER <= length <= end else end
