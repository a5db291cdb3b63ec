"""Audio for tests: music-like PCM, written by soundfile, tagged by mutagen."""

import hashlib
import io
import struct
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from musfuse.media.formats import default_formats
from musfuse.media.reading import read_original
from musfuse.model import AudioFormat, SourceFile
from musfuse.origins import Origin

FORMATS = default_formats()
SUBTYPES = {8: "PCM_U8", 16: "PCM_16", 24: "PCM_24"}


def pcm(samples: int, channels: int = 2, seed: int = 1) -> np.ndarray:
    """float64 of shape (samples, channels) within ±1: tones that fade over noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(samples) / 44_100
    tone = sum(np.sin(2 * np.pi * f * t) / n for n, f in enumerate((220, 441, 887), 1)) * np.exp(-(t % 1))
    return np.stack([np.roll(tone, 50 * c) * 0.3 + rng.normal(0, 0.005, samples) for c in range(channels)], 1)


def write(path: Path, samples: int = 30_000, channels: int = 2, bits: int = 16, rate: int = 44_100, seed: int = 1,
          subtype: str = "", fmt: str | None = None, **tags: str) -> Path:  # fmt: skip
    """Write a file in the format of its suffix, and tag it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subtype = subtype or {"aiff": {8: "PCM_S8"}}.get(path.suffix[1:], {}).get(bits, SUBTYPES[bits])
    if path.suffix in (".flac", ".caf", ".au") and bits == 8:
        subtype = "PCM_S8"
    if path.suffix == ".mp3":
        subtype, fmt = "MPEG_LAYER_III", "MP3"
    if path.suffix == ".ogg":
        subtype, fmt = "VORBIS", "OGG"
    kind = fmt or path.suffix[1:].upper()
    if samples <= 50_000 and kind != "OGG":  # streams of Ogg have numbers of their own, by chance
        path.write_bytes(_written(kind, subtype, samples, channels, rate, seed))
    else:
        with path.open("w+b") as out:  # soundfile cannot encode names that are no text
            soundfile.write(out, pcm(samples, channels, seed), rate, subtype, format=kind)
    if tags:
        tag(path, **tags)
    return path


@lru_cache(100)
def _written(kind: str, subtype: str, samples: int, channels: int, rate: int, seed: int) -> bytes:
    """What one test had made is there for the next."""
    out = io.BytesIO()
    soundfile.write(out, pcm(samples, channels, seed), rate, subtype, format=kind)
    return out.getvalue()


def tag(path: Path, **tags: str) -> None:
    """Set tags through mutagen, by Vorbis-like names."""
    import mutagen
    from mutagen import id3

    opened = mutagen.File(path)
    frames = {"title": id3.TIT2, "artist": id3.TPE1, "album": id3.TALB, "albumartist": id3.TPE2, "date": id3.TDRC,
              "tracknumber": id3.TRCK, "discnumber": id3.TPOS, "genre": id3.TCON}  # fmt: skip
    if path.suffix in (".wav", ".aiff", ".mp3"):
        if opened.tags is None:
            opened.add_tags()
        for name, value in tags.items():
            opened.tags.add(frames[name](encoding=3, text=value.split("; ")))
    else:
        for name, value in tags.items():
            opened[name] = value.split("; ")
    opened.save()


def tag_id3(path: Path, title: str, genre: str) -> None:
    """Put an ID3v2.4 tag in front of a file, and nothing behind it."""
    from mutagen import id3

    made = id3.ID3()
    made.add(id3.TIT2(encoding=3, text=title))
    made.add(id3.TCON(encoding=3, text=genre))
    made.save(str(path), v1=0)


def picture(size: int = 32, fmt: str = "PNG") -> bytes:
    """A small picture's bytes."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (size, size), (200, 30, 90)).save(out, fmt)
    return out.getvalue()


def add_picture(path: Path, data: bytes, mime: str = "image/png") -> None:
    """Embed a front cover as an APIC frame."""
    import mutagen
    from mutagen import id3

    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    opened.tags.add(id3.APIC(encoding=3, mime=mime, type=3, desc="front", data=data))
    opened.save()


def pcm_mp4(path: Path, raw: bytes, codec: str, channels: int, bits: int, rate: int, lengths: list[int]) -> Path:
    """A minimal MP4 of plain samples: a bare sample description, and a table of samples that hold `lengths` frames."""

    def box(kind: str, *body: bytes) -> bytes:
        data = b"".join(body)
        return struct.pack(">I", len(data) + 8) + kind.encode() + data

    def numbers(*values: int) -> bytes:
        return struct.pack(f">{len(values)}I", *values)

    unit, total = channels * bits // 8, sum(lengths)
    entry = bytes(6) + struct.pack(">HHHIHHIHH", 1, 0, 0, 0, channels, bits, 0, rate if rate < 65536 else 0, 0)
    times = [number for length in lengths for number in (1, length)]
    front = box("ftyp", b"isom", bytes(4), b"isom")
    table = box(
        "stbl",
        box("stsd", numbers(0, 1), box(codec, entry)),
        box("stts", numbers(0, len(lengths), *times)),
        box("stsc", numbers(0, 1, 1, len(lengths), 1)),
        box("stsz", numbers(0, 0, len(lengths), *(length * unit for length in lengths))),
        box("stco", numbers(0, 1, len(front) + 8)),
    )
    media = box(
        "mdia",
        box("mdhd", numbers(0, 0, 0, rate, total, 0)),
        box("hdlr", numbers(0, 0), b"soun", bytes(13)),
        box("minf", box("smhd", bytes(8)), table),
    )
    header = box("mvhd", numbers(0, 0, 0, rate, total, 0x10000), bytes(76))
    path.write_bytes(
        front + box("mdat", raw) + box("moov", header, box("trak", box("tkhd", numbers(1, 0, 0, 1), bytes(68)), media))
    )
    return path


def add_apev2(path: Path, **tags: str | list[str] | bytes) -> Path:
    """Put an APEv2 tag behind a file's audio."""
    from mutagen.apev2 import APEv2

    made = APEv2()
    for name, value in tags.items():
        made[name] = value
    made.save(str(path))
    return path


def add_id3v1(path: Path, title: str, artist: str) -> Path:
    """Put an ID3v1 tag behind everything."""
    fields = title.encode().ljust(30, b"\0") + artist.encode().ljust(30, b"\0") + bytes(64) + b"\xff"
    path.write_bytes(path.read_bytes() + b"TAG" + fields)
    return path


def ffmpeg_md5(path: Path | str) -> str:
    """MD5 of the audio as ffmpeg decodes it, to 32-bit integers."""
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "s32le", "-"]
    return hashlib.md5(subprocess.run(argv, capture_output=True, check=True).stdout).hexdigest()


def ffmpeg_raw(path: Path, bits: int) -> bytes:
    """The audio as ffmpeg decodes it, packed little-endian signed."""
    return ffmpeg_pcm(path, {8: "s8", 16: "s16le", 24: "s24le"}[bits])


def ffmpeg_pcm(path: Path, raw: str) -> bytes:
    """The audio as ffmpeg decodes it, as raw samples of one of its formats."""
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a", "-f", raw, "-c:a", f"pcm_{raw}", "-"]
    return subprocess.run(argv, capture_output=True, check=True).stdout


def flac_raw(path: Path) -> bytes:
    """The audio as the reference decoder gives it. (ffmpeg's parser drops frames of 10 bytes, also in its files.)"""
    argv = ["flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed", str(path)]
    return subprocess.run(argv, capture_output=True, check=True).stdout


def flac_test(path: Path | str) -> None:
    """`flac -t`, its MD5 check included; anything it warns about fails."""
    done = subprocess.run(["flac", "-t", "--warnings-as-errors", "-s", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def source_file(origin: Origin, path: str) -> SourceFile:
    """The SourceFile of a path."""
    stat = origin.stat(path)
    return SourceFile(origin.uid, path, stat.stamp, stat.ident)


def format_of(origin: Origin, path: str) -> AudioFormat:
    """The format that a scan finds."""
    return read_original(FORMATS, origin, source_file(origin, path)).format


def convert(source: Path, target: Path, *options: str) -> Path:
    """Encode with ffmpeg, or with wavpack where the target is one. What one test had made is there for the next."""
    made = _converted(source.read_bytes(), source.suffix, target.suffix, options)
    target.write_bytes(made)
    return target


@lru_cache(64)
def _converted(source: bytes, suffix: str, wanted: str, options: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, f"source{suffix}"), Path(folder, f"made{wanted}")
        before.write_bytes(source)
        if wanted == ".wv":
            argv = ["wavpack", "-q", "-y", *options, str(before), "-o", str(after)]
        else:
            argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(before), *options, str(after)]
        subprocess.run(argv, check=True)
        return after.read_bytes()


def words(samples: int, channels: int, bits: int, seed: int = 1) -> bytes:
    """PCM as PcmSource gives it."""
    scaled = pcm(samples, channels, seed) * (2 ** (bits - 1) - 1)
    whole = np.round(scaled).astype(np.int32)
    if bits > 16:
        return (whole << 8).astype("<i4").tobytes()
    return (whole << (16 - bits)).astype("<i2").tobytes()
