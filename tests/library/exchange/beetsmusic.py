"""The music of the samples that beets made, and what is set in beets of it. It runs beside beets 1.6 and beets 2.14, so it
needs nothing but mutagen."""

import struct
from pathlib import Path
from typing import Any

TRACKS = (
    ("Ann/Best/01 One.flac", "Ann", "Best", "One", "1", "Rock"),
    ("Ann/Best/02 Two.flac", "Ann", "Best", "Two", "2", "Rock"),
    ("Björk/Début/01 Crying.flac", "Björk", "Début", "Crying", "1", "Pop"),
    ("Single/Alone.flac", "Nobody", "", "Alone", "", ""),
)
"""Path, artist, album, title, number and genre as the files say."""
RECORDING = "11111111-2222-3333-4444-555555555555"
SECONDS = 2


def write(music: Path) -> None:
    """Write the files: FLAC of silence, two seconds each, as the reference encoder has it."""
    from mutagen.flac import FLAC

    for number, (path, artist, album, title, track, genre) in enumerate(TRACKS):
        file = music / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_silence(SECONDS * 8000 + number))
        tags = FLAC(file)
        for name, value in (
            ("artist", artist), ("albumartist", artist if album else ""), ("album", album), ("title", title),
            ("tracknumber", track), ("genre", genre), ("date", "1999-05-17"),
        ):  # fmt: skip
            if value:
                tags[name] = value
        tags.save()


def fill(library: Any) -> None:
    """Add the files to a library of beets, and say more of them than they do."""
    from beets.library import Item

    root = Path(library.directory.decode())
    items = [Item.from_path(str(root / path).encode()) for path, *_ in TRACKS]
    best = library.add_album(items[:2])
    library.add_album(items[2:3])
    library.add(items[3])
    one, two, crying, alone = items
    one["title"], one["mb_trackid"] = "One (Live)", RECORDING
    genres = ["Rock", "Noise"]
    if "genres" in Item._fields:
        one["genres"] = genres
    else:
        one["genre"] = "; ".join(genres)
    one["play_count"], one["last_played"], one["rating"] = 7, 1_600_000_000.0, 0.8
    one["mood"] = "calm"
    two["year"], two["month"], two["day"] = 2001, 2, 0
    two["data_source"] = "MusicBrainz"
    crying["rating"] = 3
    alone["comments"] = "left over"
    for item in items:
        item.store()
    best["shelf"] = "upstairs"
    best.store(inherit=False) if "genres" in Item._fields else best.store()
    library._close()


def _silence(samples: int) -> bytes:
    """A FLAC of silence: 8 kHz, one channel, 16 bits, of constant subframes (RFC 9639)."""
    info = struct.pack(">HH", 4096, 4096) + b"\0" * 6
    info += (8000 << 44 | 0 << 41 | 15 << 36 | samples).to_bytes(8, "big") + b"\0" * 16
    out = b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info
    for number, at in enumerate(range(0, samples, 4096)):
        count = min(4096, samples - at)
        head = bytes((0xFF, 0xF8, 0x74, 0x08, number)) + struct.pack(">H", count - 1)
        frame = head + bytes((_crc(head, 8, 0x07),)) + b"\0\0\0"
        out += frame + _crc(frame, 16, 0x8005).to_bytes(2, "big")
    return out


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    value, top = 0, 1 << (bits - 1)
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & ((1 << bits) - 1)
    return value
