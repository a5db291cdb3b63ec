"""Images on the drive: tracks that join to the image, whatever the codec and wherever the sheet is."""

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
import sound
from drive.conftest import Make
from tests_support import describe

from musfuse.app.library import Library
from musfuse.errors import MusfuseError
from musfuse.model import NodeKind

SHEET = """REM GENRE Rock
REM DATE 1999
PERFORMER "Band"
TITLE "Album"
FILE "{name}" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Two"
    PERFORMER "Guest"
    INDEX 00 00:03:10
    INDEX 01 00:04:37
  TRACK 03 AUDIO
    TITLE "Three"
    INDEX 01 00:07:11
"""
ALBUM = "Band/Album (1999)"
NAMES = ["01 - One.flac", "02 - Two.flac", "03 - Three.flac"]
SAMPLES = 44_100 * 10 + 321


def files(library: Library, path: str = "") -> dict[str, int]:
    """All files of the drive with their sizes."""
    found: dict[str, int] = {}
    for entry in library.drive.list(path, sized=True):
        below = f"{path}/{entry.name}".lstrip("/")
        if entry.kind is NodeKind.FOLDER:
            found |= files(library, below)
        else:
            found[below] = entry.size or 0
    return found


def read(library: Library, path: str) -> bytes:
    for _ in range(3):
        try:
            opened = library.drive.open(path)
            break
        except MusfuseError:
            continue
    data = b"".join(library.drive.read_at(opened.handle, at, 60_000) for at in range(0, opened.size, 60_000))
    library.drive.close(opened.handle)
    assert len(data) == opened.size
    return data


def pcm(library: Library, path: str, folder: Path) -> bytes:
    """A track's audio by the reference decoder, after `flac -t`."""
    out = folder / "track.flac"
    out.write_bytes(read(library, path))
    sound.flac_test(out)
    return sound.flac_raw(out)


def image(music: Path, name: str, bits: int = 16, rate: int = 44_100, channels: int = 2, **tags: str) -> Path:
    suffix = name.rsplit(".", 1)[1]
    if suffix in ("m4a", "wv", "tta"):
        wav = sound.write(music.parent / "image.wav", SAMPLES, channels, bits, rate)
        return sound.convert(wav, music / name, *(("-c:a", "alac") if suffix == "m4a" else ()))
    return sound.write(music / name, SAMPLES, channels, bits, rate, **tags)


def rescan(library: Library) -> None:
    library.scan_all(library.scanner())


def remarks(library: Library) -> str:
    return "\n".join(f"{row.kind} {row.path}: {row.reason}" for row in library.catalog.reports.lines())


@pytest.mark.parametrize("name", ["Album.wav", "Album.flac", "Album.m4a", "Album.wv", "Album.tta", "Album.aiff"])
def test_tracks_joined_are_the_image(make_library: Make, music: Path, tmp_path: Path, name: str) -> None:
    path = image(music, name)
    (music / "Album.cue").write_text(SHEET.format(name="Album.wav"))
    library = make_library()
    sizes = files(library)
    assert list(sizes) == [f"{ALBUM}/{n}" for n in NAMES]
    parts = [pcm(library, p, tmp_path) for p in sizes]
    assert b"".join(parts) == sound.ffmpeg_raw(path, 16)
    assert len(parts[0]) == (4 * 75 + 37) * 588 * 4
    for p, size in sizes.items():
        assert size == library.drive.attr(p).size == len(read(library, p))
    assert not remarks(library)


@pytest.mark.parametrize(
    ("bits", "rate", "channels"), [(24, 96_000, 2), (16, 8_000, 1), (24, 192_000, 1), (16, 22_050, 2)]
)
def test_other_rates(make_library: Make, music: Path, tmp_path: Path, bits: int, rate: int, channels: int) -> None:
    path = sound.write(music / "Album.wav", rate * 9 + 17, channels, bits, rate)
    (music / "Album.cue").write_text(SHEET.format(name="ALBUM.WAV"))
    library = make_library()
    assert b"".join(pcm(library, p, tmp_path) for p in files(library)) == sound.ffmpeg_raw(path, bits)


def test_random_cuts_join(make_library: Make, music: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    path = image(music, "x.flac")
    marks = [0, *sorted(rng.sample(range(1, 740), 12))]
    text = 'TITLE "T"\nPERFORMER "P"\nFILE "x.flac" WAVE\n' + "".join(
        f"TRACK {n:02d} AUDIO\nINDEX 01 00:{m // 75:02d}:{m % 75:02d}\n" for n, m in enumerate(marks, 1)
    )
    (music / "x.cue").write_text(text)
    library = make_library()
    assert b"".join(pcm(library, p, tmp_path) for p in sorted(files(library))) == sound.ffmpeg_raw(path, 16)


def test_tags_and_info(make_library: Make, music: Path) -> None:
    image(music, "Album.flac", artist="Old", album="Old")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    library = make_library()
    facts = describe(library, f"{ALBUM}/{NAMES[1]}")
    assert facts["cut"] == {"sheet": "Album.cue", "first_sample": 337 * 588, "end_sample": 536 * 588}
    assert facts["source"].endswith("Album.flac")
    tags = facts["tags"]
    assert (tags["title"], tags["artist"], tags["albumartist"], tags["tracktotal"]) == (
        ["Two"],
        ["Guest"],
        ["Band"],
        ["3"],
    )
    assert b"TITLE=Two" in read(library, f"{ALBUM}/{NAMES[1]}")[:4000]


@pytest.mark.parametrize("kind", ["tag", "block", "ape"])
def test_embedded_sheets(make_library: Make, music: Path, tmp_path: Path, kind: str) -> None:
    if kind == "ape":
        from mutagen.apev2 import APEv2

        path = image(music, "Album.wv")
        tags = APEv2()
        tags["Cuesheet"] = SHEET.format(name="whatever.wav")
        tags.save(path)
    else:
        path = image(music, "Album.flac", album="Album", albumartist="Band", date="1999")
    if kind == "tag":
        opened = mutagen.File(path)
        opened["CUESHEET"] = SHEET.format(name="whatever.wav")
        opened.save()
    if kind == "block":
        (tmp_path / "s.cue").write_text(SHEET.format(name="a"))
        argv = ["metaflac", "--no-cued-seekpoints", f"--import-cuesheet-from={tmp_path / 's.cue'}", str(path)]
        subprocess.run(argv, check=True)
    library = make_library()
    found = list(files(library))
    assert len(found) == 3
    assert all(p.startswith(ALBUM) for p in found)
    assert b"".join(pcm(library, p, tmp_path) for p in found) == sound.ffmpeg_raw(path, 16)
    assert describe(library, found[0])["cut"]["sheet"] in ("the CUESHEET tag", "the CUESHEET block")


def test_the_image_may_stay(make_library: Make, music: Path) -> None:
    image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    library = make_library(cue__keep_image=True)
    assert len(files(library)) == 4
    assert "Unknown Artist/music/Album.flac" in files(library)


def test_originals_stay_whole_under_their_policy(make_library: Make, music: Path) -> None:
    path = image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    library = make_library(view__policy="original")
    (only,) = files(library)
    assert read(library, only) == path.read_bytes()


def test_the_wav_policy(make_library: Make, music: Path) -> None:
    path = image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    library = make_library(view__policy="wav")
    found = list(files(library))
    assert [p[-4:] for p in found] == [".wav"] * 3
    data = [read(library, p) for p in found]
    assert b"".join(d[d.index(b"data") + 8 :] for d in data) == sound.ffmpeg_raw(path, 16)


def test_an_edited_sheet_changes_the_tracks(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = image(music, "Album.flac")
    sheet = music / "Album.cue"
    sheet.write_text(SHEET.format(name="Album.flac"))
    library = make_library()
    before = files(library)
    first = read(library, f"{ALBUM}/{NAMES[0]}")
    sheet.write_text(SHEET.format(name="Album.flac").replace('"Three"', '"Drei"').replace("00:07:11", "00:08:00"))
    rescan(library)
    after = files(library)
    assert sorted(after) == sorted(f"{ALBUM}/{n}" for n in [*NAMES[:2], "03 - Drei.flac"])
    assert read(library, f"{ALBUM}/{NAMES[0]}") == first
    assert after[f"{ALBUM}/{NAMES[1]}"] != before[f"{ALBUM}/{NAMES[1]}"]
    assert b"".join(pcm(library, p, tmp_path) for p in sorted(after)) == sound.ffmpeg_raw(path, 16)
    sheet.unlink()
    rescan(library)
    (only,) = files(library)
    assert read(library, only) == path.read_bytes()
    sheet.write_text(SHEET.format(name="Album.flac"))
    rescan(library)
    assert files(library) == before


def test_a_changed_image_changes_its_tracks(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = image(music, "Album.wav")
    (music / "Album.cue").write_text(SHEET.format(name="Album.wav"))
    library = make_library()
    files(library)
    sound.write(path, SAMPLES + 5000, seed=9)
    os.utime(path, (time.time() - 100, time.time() - 100))
    rescan(library)
    assert b"".join(pcm(library, p, tmp_path) for p in files(library)) == sound.ffmpeg_raw(path, 16)


def test_several_files_and_gaps_in_the_file_before(make_library: Make, music: Path, tmp_path: Path) -> None:
    for n in (1, 2):
        sound.write(music / f"Side {n}.wav", 44_100 * (5 + n), seed=n)
    (music / "Album.cue").write_text(
        'PERFORMER "B"\nTITLE "A"\nFILE "Side 1.ape" WAVE\nTRACK 01 AUDIO\nTITLE "a"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE "b"\n'
        'INDEX 01 00:03:00\nTRACK 03 AUDIO\nTITLE "c"\nINDEX 00 00:05:50\nFILE "Side 2.ape" WAVE\nINDEX 01 00:00:00\n'
    )
    library = make_library()
    found = list(files(library))
    assert [p.rsplit("/", 1)[1] for p in found] == ["01 - a.flac", "02 - b.flac", "03 - c.flac"]
    audio = [pcm(library, p, tmp_path) for p in found]
    assert audio[0] + audio[1] == sound.ffmpeg_raw(music / "Side 1.wav", 16)
    assert audio[2] == sound.ffmpeg_raw(music / "Side 2.wav", 16)


def test_a_file_a_track_is_passed_through(make_library: Make, music: Path) -> None:
    for n in (1, 2):
        sound.write(music / f"{n}.flac", 50_000, seed=n)
    (music / "x.cue").write_text(
        'PERFORMER "B"\nTITLE "A"\nFILE "1.wav" WAVE\nTRACK 01 AUDIO\nTITLE "a"\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE "b"\n'
        'INDEX 00 00:01:00\nFILE "2.wav" WAVE\nINDEX 01 00:00:00\n'
    )
    library = make_library()
    assert list(files(library)) == ["B/A/01 - a.flac", "B/A/02 - b.flac"]
    assert read(library, "B/A/02 - b.flac") == (music / "2.flac").read_bytes()


def test_a_hidden_track(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac").replace("INDEX 01 00:00:00", "INDEX 01 00:01:00"))
    library = make_library(cue__hidden_seconds=0)
    found = files(library)
    assert f"{ALBUM}/00 - Hidden Track.flac" in found
    assert b"".join(pcm(library, p, tmp_path) for p in sorted(found)) == sound.ffmpeg_raw(path, 16)


def test_lossy_images_and_sheets_that_fit_nothing(make_library: Make, music: Path) -> None:
    sound.write(music / "lossy" / "Album.mp3", SAMPLES, title="Whole")
    (music / "lossy" / "Album.cue").write_text(SHEET.format(name="Album.mp3"))
    (music / "alone").mkdir()
    (music / "alone" / "x.cue").write_text(SHEET.format(name="../lossy/../../etc/passwd"))
    sound.write(music / "short" / "Album.flac", 44_100)
    (music / "short" / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    (music / "junk").mkdir()
    (music / "junk" / "x.cue").write_bytes(os.urandom(3000))
    library = make_library()
    assert len(files(library)) == 2
    said = remarks(library)
    assert "Album.mp3 stays whole: it is lossy" in said
    assert 'passwd" is not in its folder' in said
    assert "begins behind its end" in said
    assert "junk/x.cue" in said


def test_several_sheets_for_one_image(make_library: Make, music: Path) -> None:
    image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    (music / "Other.cue").write_text(SHEET.format(name="Album.flac").replace("One", "Eins"))
    library = make_library()
    assert list(files(library)) == [f"{ALBUM}/{n}" for n in NAMES]
    assert "Other.cue: not used: Album.flac is cut by Album.cue" in remarks(library)


def test_discs_of_a_set_are_numbered(make_library: Make, music: Path) -> None:
    for n in (2, 10, 1):
        sound.write(music / f"CD{n}.wav", SAMPLES, seed=n)
        (music / f"CD{n}.cue").write_text(SHEET.format(name=f"CD{n}.wav"))
    library = make_library()
    found = list(files(library))
    assert f"{ALBUM}/1-01 - One.flac" in found
    sources = [describe(library, f"{ALBUM}/{n}-01 - One.flac")["source"][-8:] for n in (1, 2, 3)]
    assert [s.lstrip("/") for s in sources] == ["CD1.wav", "CD2.wav", "CD10.wav"]


@pytest.mark.expects_errors
def test_an_image_that_does_not_decode_stays_whole(make_library: Make, music: Path) -> None:
    path = image(music, "Album.tta")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 500] = bytes(500)
    path.write_bytes(data)
    (music / "Album.cue").write_text(SHEET.format(name="Album.tta"))
    library = make_library()
    files(library)
    (only,) = files(library)
    assert only.endswith(".tta")
    assert read(library, only) == bytes(data)
    assert "stays whole" in remarks(library)


def test_the_pictures_of_an_image(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = image(music, "Album.aiff", album="x")
    sound.add_picture(path, sound.picture())
    (music / "Album.cue").write_text(SHEET.format(name="Album.wav"))
    library = make_library()
    out = tmp_path / "a.flac"
    out.write_bytes(read(library, f"{ALBUM}/{NAMES[0]}"))
    assert mutagen.File(out).pictures[0].data == sound.picture()


def test_listing_costs_no_decoding_once_indexed(
    make_library: Callable[..., Library], music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(music, "Album.flac")
    (music / "Album.cue").write_text(SHEET.format(name="Album.flac"))
    library = make_library()
    before = files(library)
    monkeypatch.setattr(library.media.pool, "submit", lambda *_: pytest.fail("an index is built again"))
    assert files(library) == before
    for path in before:
        library.drive.attr(path)


def test_timestamps_that_lie_in_an_image(make_library: Make, music: Path, tmp_path: Path) -> None:
    path = image(music, "Album.m4a")
    data = path.read_bytes()
    at = data.index(b"mdhd") + 16
    path.write_bytes(data[:at] + (44_000).to_bytes(4, "big") + data[at + 4 :])
    (music / "Album.cue").write_text(SHEET.format(name="Album.m4a"))
    library = make_library()
    files(library)
    found = files(library)
    assert len(found) == 3
    assert b"".join(pcm(library, p, tmp_path) for p in found) == sound.ffmpeg_raw(path, 16)
    assert found == files(library)
