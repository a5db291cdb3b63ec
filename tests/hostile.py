"""Small files that make readers of tags take hours or gigabytes."""

import functools
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

MIB = 1 << 20


@functools.cache
def zeros(mib: int) -> bytes:
    """So many MiB of zeros, deflated without ever being there."""
    packer = zlib.compressobj(9)
    piece = bytes(MIB)
    return b"".join(packer.compress(piece) for _ in range(mib)) + packer.flush()


def syncsafe(size: int) -> bytes:
    return bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))


def id3(frames: bytes, version: int = 4, flags: int = 0) -> bytes:
    return b"ID3" + bytes((version, 0, flags)) + syncsafe(len(frames)) + frames


def frame(name: bytes, body: bytes, flags: int = 0, version: int = 4) -> bytes:
    return (
        name + (syncsafe(len(body)) if version == 4 else struct.pack(">I", len(body))) + struct.pack(">H", flags) + body
    )


def inflating(mib: int, name: bytes = b"TXXX", version: int = 4) -> bytes:
    """A frame of so many MiB once it is inflated (ID3v2.4 §4.1, ID3v2.3 §3.3.1)."""
    size = mib * MIB
    if version == 4:
        return frame(name, syncsafe(size & 0xFFFFFFF) + zeros(mib), 0x0009)
    return frame(name, struct.pack(">I", size & 0xFFFFFFFF) + zeros(mib), 0x0080, 3)


def mpeg(frames: int = 40) -> bytes:
    """Silent frames of MPEG 1 layer III, 128 kbit/s, 44.1 kHz."""
    return (b"\xff\xfb\x90\x64" + bytes(413)) * frames


def comments(entries: Iterator[bytes], count: int) -> bytes:
    return (
        struct.pack("<I", 1)
        + b"x"
        + struct.pack("<I", count)
        + b"".join(struct.pack("<I", len(e)) + e for e in entries)
    )


def titles(count: int) -> bytes:
    return comments((b"TITLE=%d" % n for n in range(count)), count)


def with_flac_comments(flac: Path, block: bytes) -> bytes:
    """A FLAC with this VORBIS_COMMENT block in place of its own blocks."""
    data = flac.read_bytes()
    at = 4
    while not data[at] & 0x80:
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
    at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
    return data[:42].replace(b"fLaC\x80", b"fLaC\0") + b"\x84" + len(block).to_bytes(3, "big") + block + data[at:]


def ogg_page(body: bytes, flags: int, number: int, granule: int = 0) -> bytes:
    from musfuse.media.retag.oggpages import make_page

    lacing = b"\xff" * (len(body) // 255)
    if len(lacing) < 255:
        lacing += bytes((len(body) % 255,))
    return make_page(flags, granule, 7, number, lacing, body)


def ogg(packet: bytes) -> bytes:
    """An Ogg Opus stream with this comment header and no audio to speak of."""
    head = b"OpusHead\1\2\x38\1\x80\xbb\0\0\0\0\0"
    pages = [ogg_page(head, 2, 0)]
    for number, at in enumerate(range(0, len(packet) + 1, 255 * 255), 1):
        pages.append(ogg_page(packet[at : at + 255 * 255], 1 if at else 0, number))
    return b"".join(pages) + ogg_page(bytes(100), 4, len(pages), 48_000)


def ape_tag(items: int) -> bytes:
    body = b"".join(struct.pack("<II", 1, 0) + b"K%06d\0v" % n for n in range(items))
    return body + b"APETAGEX" + struct.pack("<4I", 2000, len(body) + 32, items, 0) + bytes(8)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def png_bomb(chunk: bytes = b"zTXt", count: int = 60) -> bytes:
    """A PNG whose texts or profile inflate to 60 MiB and more."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0))
    text = part(chunk, b"Comment\0\0" + zeros(1 if chunk == b"zTXt" else 500)) * count
    pixels = part(b"IDAT", zlib.compress(bytes(100 * 301))) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + text + pixels


def with_picture(data: bytes) -> bytes:
    return id3(frame(b"APIC", b"\0image/png\0\3\0" + data))


def sparse(path: Path, front: bytes, size: int) -> None:
    with path.open("wb") as out:
        out.write(front)
        out.truncate(size)


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def _wav(tag: bytes) -> bytes:
    sound = struct.pack("<HHIIHH", 1, 2, 44_100, 176_400, 4, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + sound + b"data" + struct.pack("<I", 40_000) + bytes(40_000)
    return _riff(chunks + b"id3 " + struct.pack("<I", len(tag)) + tag + bytes(len(tag) & 1))


def make_bombs(folder: Path, flac: Path, mib: int = 540, count: int = 400_000, gib: int = 50) -> list[str]:
    """Write one of each kind beside each other; their names. `flac` is a sound file. Compressed ones inflate to `mib` MiB,
    there are `count` of what there is too much of, and sparse files claim `gib` GiB."""
    folder.mkdir(parents=True, exist_ok=True)
    many = b"".join(frame(b"TXXX", b"\0%d\0v" % n) for n in range(count))
    unsynchronised = id3(inflating(mib, version=3), 3, 0x80)
    nested = frame(b"CHAP", b"x\0" + bytes(16) + inflating(mib))
    free = b"".join(
        box(b"----", box(b"mean", bytes(4) + b"m") + box(b"name", bytes(4) + b"%d" % n) + box(b"data", bytes(8) + b"v"))
        for n in range(count // 4)
    )
    moov = box(b"moov", box(b"udta", box(b"meta", bytes(4) + box(b"ilst", free))))
    files: dict[str, Callable[[], bytes]] = {
        "nuls-1.mp3": lambda: id3(inflating(1)) + mpeg(20),
        "nuls-32.mp3": lambda: id3(inflating(32)) + mpeg(20),
        "inflates.mp3": lambda: id3(inflating(mib)) + mpeg(20),
        "inflates-in-2.3.mp3": lambda: id3(inflating(mib, b"TIT2", 3), 3) + mpeg(20),
        "inflates-picture.mp3": lambda: id3(inflating(mib, b"APIC")) + mpeg(20),
        "unsynchronised.mp3": lambda: unsynchronised + mpeg(20),
        "nested.mp3": lambda: id3(nested) + mpeg(20),
        "in-a-chunk.wav": lambda: _wav(id3(inflating(mib))),
        "many-frames.mp3": lambda: id3(many) + mpeg(20),
        "empty-frames.mp3": lambda: id3((b"TXXX" + bytes(6)) * (count * 2)) + mpeg(20),
        "plain-nuls.mp3": lambda: id3(frame(b"TXXX", b"\0" + bytes(4 * MIB))) + mpeg(20),
        "titles.flac": lambda: with_flac_comments(flac, titles(count // 4)),
        "titles.opus": lambda: ogg(b"OpusTags" + titles(count // 4)),
        "items.ape": lambda: b"MAC " + bytes(200) + ape_tag(count * 3 // 4),
        "items.mp3": lambda: mpeg() + ape_tag(count * 3 // 4),
        "atoms.m4a": lambda: box(b"ftyp", b"M4A \0\0\0\0") + moov,
        "texts.mp3": lambda: with_picture(png_bomb()) + mpeg(20),
        "profile.mp3": lambda: with_picture(png_bomb(b"iCCP", 1)) + mpeg(20),
    }
    for name, make in files.items():
        (folder / name).write_bytes(make())
    (folder / "cover.png").write_bytes(png_bomb())
    fronts = {
        "sparse.mp3": b"", "sparse-tagged.mp3": id3(bytes(1000)), "sparse.flac": b"", "sparse.wv": b"wvpk",
        "sparse.wav": b"RIFF\xff\xff\xff\x7fWAVEjunk\xff\xff\xff\x7f", "sparse.ogg": ogg_page(b"\1vorbis" + bytes(23), 2, 0),
        "sparse.aac": b"", "sparse.mpc": b"MPCK",
    }  # fmt: skip
    for name, front in fronts.items():
        sparse(folder / name, front, gib << 30)
    return [*files, *fronts, "cover.png"]
