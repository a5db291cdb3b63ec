"""Tags that stand behind the audio: ID3v1 (128 bytes), APEv2 with its footer, Lyrics3 left alone."""

from typing import BinaryIO

_APE_FOOTER = 32


def tags_start(reader: BinaryIO, size: int) -> int:
    """Where the tags behind the audio begin; `size` where there are none. Bounded by the file."""
    end = size
    for _ in range(2):
        end = _before_id3v1(reader, end)
        end = _before_ape(reader, end)
    return end


def _before_id3v1(reader: BinaryIO, end: int) -> int:
    if end < 128:
        return end
    reader.seek(end - 128)
    return end - 128 if reader.read(3) == b"TAG" else end


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
