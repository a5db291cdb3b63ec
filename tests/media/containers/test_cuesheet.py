"""A FLAC's CUESHEET block: as metaflac writes it, as ffmpeg reads it, and cut short anywhere."""

import json
import struct
import subprocess
from pathlib import Path

import pytest
import sound
from conftest import manifest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.containers.cuesheet import parse_cuesheet_block
from musfuse.media.cue.cut import CutRules, cut_image
from musfuse.media.cue.sheet import Sheet
from musfuse.media.formats.flac.facts import probe_flac


def test_cuesheet_blocks_as_ffmpeg_reads_them(corpus: Path) -> None:
    """ffmpeg makes chapters of a FLAC's CUESHEET block: its first INDEX of each track is where one begins."""
    compared = 0
    for row in manifest():
        path = corpus / row["path"]
        if row["format"] != "flac" or not row["note"].startswith("valid"):
            continue
        with path.open("rb") as reader:
            if reader.read(4) != b"fLaC":
                continue
            body = probe_flac(reader, 0, path.stat().st_size).cuesheet
        if not body:
            continue
        argv = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(path)]
        chapters = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)["chapters"]
        sheet = parse_cuesheet_block(body)
        theirs = [chapter["start"] for chapter in chapters]
        ours = [track.indexes[0].samples for track in sheet.tracks if track.indexes]
        assert theirs[: len(ours)] == ours, path
        compared += 1
    assert compared >= 3


def test_a_cuesheet_block() -> None:
    def track(number: int, offset: int, *indexes: tuple[int, int], audio: bool = True) -> bytes:
        head = struct.pack(
            ">QB12sB13xB", offset, number, b"GBAAA9400001" if number == 1 else b"", 0 if audio else 0x80, len(indexes)
        )
        return head + b"".join(struct.pack(">QB3x", at, n) for n, at in indexes)

    body = b"0724383065820".ljust(128, b"\0") + struct.pack(">QB258xB", 88_200, 0x80, 3)
    body += track(1, 0, (1, 0)) + track(2, 100_003, (0, 0), (1, 50)) + track(170, 200_000)
    sheet = parse_cuesheet_block(body)
    assert (sheet.fields, sheet.tracks[0].fields) == ({"catalog": "0724383065820"}, {"isrc": "GBAAA9400001"})
    cuts = cut_image(sheet, 0, 44_100, 200_000, CutRules())
    assert [(c.sample_range.start, c.sample_range.count) for c in cuts] == [(0, 100_053), (100_053, None)]
    for cut in range(len(body)):
        with pytest.raises(MalformedError):
            parse_cuesheet_block(body[:cut])


def test_what_metaflac_writes(tmp_path: Path) -> None:
    """INDEX 01 counts from the track's first index, which INDEX 00 is where there is one."""
    path = sound.write(tmp_path / "a.flac", 44_100 * 8)
    lines = ["CATALOG 0724383065820", "FILE a.wav WAVE", "TRACK 01 AUDIO", "ISRC GBAAA9400001", "INDEX 01 00:00:00",
             "TRACK 02 AUDIO", "INDEX 00 00:03:10", "INDEX 01 00:04:37", "TRACK 03 AUDIO", "INDEX 01 00:06:01"]  # fmt: skip
    (tmp_path / "a.cue").write_text("\n".join(lines) + "\n")
    argv = ["metaflac", "--no-cued-seekpoints", f"--import-cuesheet-from={tmp_path / 'a.cue'}", str(path)]
    subprocess.run(argv, check=True)
    with path.open("rb") as reader:
        sheet = parse_cuesheet_block(probe_flac(reader, 0, path.stat().st_size).cuesheet)
    assert sheet.fields == {"catalog": "0724383065820"}
    assert [(t.number, t.kind, t.fields) for t in sheet.tracks] == [
        (1, "AUDIO", {"isrc": "GBAAA9400001"}), (2, "AUDIO", {}), (3, "AUDIO", {}),
    ]  # fmt: skip
    marks = [[(i.number, i.samples) for i in t.indexes] for t in sheet.tracks]
    assert marks == [[(1, 0)], [(0, 235 * 588), (1, 337 * 588)], [(1, 451 * 588)]]


def test_data_tracks_and_the_lead_out() -> None:
    def track(number: int, flags: int) -> bytes:
        return struct.pack(">QB12sB13xB", number * 588, number, b"", flags, 1) + struct.pack(">QB3x", 0, 1)

    body = bytes(136 + 1 + 258) + b"\4" + track(1, 0) + track(2, 0x80) + track(3, 0x40) + track(255, 0)
    assert parse_cuesheet_block(b"x" * 128 + body[128:]).fields == {"catalog": "x" * 128}
    assert parse_cuesheet_block(bytes(396)) == Sheet(files=[""])
    assert [(t.number, t.audio) for t in parse_cuesheet_block(body).tracks] == [(1, True), (2, False), (3, True)]


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    for body in (raw, bytes(395) + raw):
        try:
            sheet = parse_cuesheet_block(body)
        except MalformedError:
            continue
        assert sum(36 + 12 * len(track.indexes) for track in sheet.tracks) <= len(body) - 396
