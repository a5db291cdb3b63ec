"""The `wav` policy: a RIFF header (RF64 beyond 4 GiB, EBU Tech 3306) and the decoded PCM, packed little-endian."""

import struct

from musfuse.media.pcm import DecoderPool, pack
from musfuse.media.tags.edit import TagEdit
from musfuse.media.tags.info import info_list
from musfuse.model import AudioFormat, Picture, TagSet

_PCM_GUID = bytes.fromhex("0100000000001000800000aa00389b71")
_MASKS = {1: 0x4, 2: 0x3, 3: 0x7, 4: 0x33, 5: 0x37, 6: 0x3F, 7: 0x13F, 8: 0x63F}
WAV_HEADER_VERSION = 2


def wav_header(fmt: AudioFormat, samples: int, tags: TagSet, inserted: int = 0) -> tuple[bytes, bytes]:
    """The bytes in front of the audio, in two: `inserted` bytes of other chunks go between them.

    The audio is `samples` * channels * bytes a sample, and a pad byte if that is odd.
    """
    width = fmt.bits // 8
    block = width * fmt.channels
    audio = samples * block
    extensible = fmt.channels > 2 or fmt.bits > 16
    body = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else 1, fmt.channels, fmt.sample_rate, fmt.sample_rate * block, block, fmt.bits
    )
    if extensible:
        body += struct.pack("<HHI", 22, fmt.bits, _MASKS[fmt.channels]) + _PCM_GUID
    info = info_list(None, TagEdit(tags, frozenset()))
    front = _chunk(b"fmt ", body)
    riff_size = 4 + len(front) + inserted + len(info) + 8 + audio + (audio & 1)
    if riff_size < 1 << 32:
        return b"RIFF" + struct.pack("<I", riff_size) + b"WAVE" + front, info + b"data" + struct.pack("<I", audio)
    ds64 = _chunk(b"ds64", struct.pack("<QQQI", riff_size + 36, audio, samples, 0))
    everything = struct.pack("<I", 0xFFFF_FFFF)
    return b"RF64" + everything + b"WAVE" + ds64 + front, info + b"data" + everything


def wav_id3(tags: TagSet, pictures: tuple[Picture, ...]) -> list[bytes | Picture]:
    """An ID3 chunk with all tags and pictures (INFO holds a few only); nothing where there are none."""
    from musfuse.media.tags.id3 import OldBody, edit_tag, finish, parts_length

    if not tags and not pictures:
        return []
    front, parts = edit_tag(None, TagEdit(tags, frozenset(), pictures))
    length = 10 + parts_length(parts)
    length += length & 1
    made = [b"id3 " + struct.pack("<I", length), *finish(front, parts, length)]
    return [part for part in made if not isinstance(part, OldBody)]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


class PcmRange:
    """Packed PCM of a whole stream of `samples` samples (a pad byte follows where its length is odd)."""

    def __init__(self, fmt: AudioFormat, samples: int, decoders: DecoderPool) -> None:
        self._bits, self._decoders = fmt.bits, decoders
        self._block = fmt.bits // 8 * fmt.channels
        self._audio = samples * self._block
        self._samples = samples

    @property
    def length(self) -> int:
        """How many bytes the segment has, the pad byte included."""
        return self._audio + (self._audio & 1)

    def read(self, offset: int, size: int) -> bytes:
        """The bytes asked for; costs decoding the samples that they lie in."""
        if size <= 0:
            return b""
        first, end = offset // self._block, min(-(-(offset + size) // self._block), self._samples)
        data = b""
        if end > first:
            data = pack(self._decoders.read(first, end - first), self._bits)
            if self._bits == 8:  # a WAV's 8-bit samples are unsigned
                data = data.translate(_TO_UNSIGNED)
        if offset + size > self._audio:
            data += b"\0"
        start = offset - first * self._block
        return data[start : start + size]

    def describe(self) -> str:
        return f"{self._samples} samples of decoded PCM, {self._bits} bits"

    def sample_at(self, offset: int) -> int:
        """The sample that byte `offset` of this segment belongs to."""
        return min(offset // self._block, self._samples)

    def close(self) -> None:
        self._decoders.close()


_TO_UNSIGNED = bytes((n + 128) & 0xFF for n in range(256))
