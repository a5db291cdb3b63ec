"""Tags that stand behind the audio: ID3v1 (128 bytes), APEv2 with its footer, Lyrics3, ID3v2 with a footer."""

from typing import BinaryIO

from musfuse.media.containers.front import id3v2_length

_ID3V1 = 128
_APE_FOOTER = 32
_APE_ITEM = 11  # the shortest item: lengths and flags, a key of two letters and its end
_LYRICS3 = 15
_MAX_LYRICS3V1 = 5100 + 11
_ID3V1_MORE = 227
_ID3_FOOTER = 10
_MAX_TAGS = 8


def tags_start(reader: BinaryIO, size: int) -> int:
    """Where the tags behind the audio begin that are written anew, ID3v1 and APEv2; `size` without any. Bounded
    by the file."""
    end = size
    for _ in range(2):
        end = _before_id3v1(reader, end)
        end = _before_ape(reader, end)
    return end


def audio_end(reader: BinaryIO, start: int, size: int) -> int:
    """Where the audio that begins at byte `start` ends: before all tags behind it, those that nobody writes any more
    included."""
    end = size
    for _ in range(_MAX_TAGS):
        before = end
        for skip in (_before_id3v1, _before_more_of_id3v1, _before_lyrics, _before_ape, _before_id3v2):
            found = skip(reader, end)
            end = found if found >= start else end
        if end == before:
            break
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


def _before_lyrics(reader: BinaryIO, end: int) -> int:
    """Where a Lyrics3 tag that ends at byte `end` begins; `end` where there is none. Version 2 tells its length,
    version 1 is short; both begin with a word of their own."""
    start = max(0, end - _MAX_LYRICS3V1 - 9)
    reader.seek(max(0, end - 9))
    if reader.read(9) == b"LYRICSEND":
        reader.seek(start)
        at = reader.read(end - start).rfind(b"LYRICSBEGIN")
        return start + at if at >= 0 else end
    at = _before_lyrics3(reader, end)
    if not 0 <= at < end:
        return end
    reader.seek(at)
    return at if reader.read(11) == b"LYRICSBEGIN" else end


def _before_more_of_id3v1(reader: BinaryIO, end: int) -> int:
    """Where the longer title and artist begin that some writers put in front of an ID3v1 tag; `end` where there are
    none."""
    if end < _ID3V1_MORE:
        return end
    reader.seek(end - _ID3V1_MORE)
    return end - _ID3V1_MORE if reader.read(4) == b"TAG+" else end


def _before_id3v2(reader: BinaryIO, end: int) -> int:
    """Where an ID3v2.4 tag that ends at byte `end` begins; `end` where there is none. Such a tag has a footer, which is
    its header with other letters (ID3v2.4 §3.4)."""
    if end < _ID3_FOOTER:
        return end
    reader.seek(end - _ID3_FOOTER)
    footer = reader.read(_ID3_FOOTER)
    at = end - id3v2_length(b"ID3" + footer[3:])
    if footer[:3] != b"3DI" or not footer[5] & 0x10 or at < 0:
        return end
    reader.seek(at)
    return at if reader.read(3) == b"ID3" else end


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
