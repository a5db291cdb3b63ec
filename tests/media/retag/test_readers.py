"""Independent readers see exactly what was set, and the audio is the original's, packet for packet."""

import json
import os
import subprocess

import mutagen
import pytest
from mutagen.flac import Picture as FlacPicture
from sound import FORMATS
from tests_support import needs_program

from media.retag.conftest import KINDS
from media.retag.rendering import picture, render, source
from musfuse.errors import MalformedError
from musfuse.media.reading import read_original
from musfuse.media.tags.edit import make_edit
from musfuse.model import TagSet

NEW = {
    "title": ["Nëw Títle 日本"], "artist": ["First", "Second"], "album": ["New Album"], "albumartist": ["Various"],
    "tracknumber": ["7"], "tracktotal": ["12"], "discnumber": ["1"], "disctotal": ["2"], "date": ["1977-05-03"],
    "genre": ["Jazz", "Funk"], "composer": ["C One"], "isrc": ["GBAYE7700001"], "bpm": ["120"], "label": ["Harvest"],
    "musicbrainz_trackid": ["8f3471b5-7e6a-48da-86a9-c1c07a0f47ae"],
    "musicbrainz_albumid": ["2529f558-970b-33d2-a42f-41ab15a970c6"], "titlesort": ["New Title"], "lyrics": ["la\nla"],
    "replaygain_track_gain": ["-6.50 dB"], "my own field": ["kept ünder its name"], "compilation": ["1"],
    "copyright": ["(c) 1977"], "comment": ["new words"],
}  # fmt: skip


def ffprobe(path):
    out = subprocess.run(
        [needs_program("ffprobe"), "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    facts = json.loads(out)
    tags = {}
    for holder in (facts["format"], *facts["streams"]):
        if holder.get("codec_type", "audio") == "audio":
            tags |= {name.lower(): value for name, value in holder.get("tags", {}).items()}
    return tags, [s for s in facts["streams"] if s["codec_type"] == "video"]


def sound(path, *options):
    """A hash of what ffmpeg makes of the audio; `-c copy` hashes its packets."""
    done = subprocess.run(
        [needs_program("ffmpeg"), "-v", "error", "-i", str(path), "-map", "0:a", *options, "-f", "streamhash", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.stdout


def retag(originals, kind, tmp_path, new, pictures=None, **options):
    path = originals[kind]
    before = read_original(FORMATS, *source(path)).tags
    after = TagSet({**before, **new})
    target = render(path, make_edit(before, after, pictures, **options), tmp_path / f"out{path.suffix}")
    return path, target, after


@pytest.mark.parametrize("kind", KINDS)
def test_tags_are_read_back(originals, tmp_path, kind):
    cover = picture()
    path, target, after = retag(originals, kind, tmp_path, NEW, (cover.picture,))
    read = read_original(FORMATS, *source(target)).tags
    assert {n: read.get(n) for n in after} == dict(after)
    assert sound(path) == sound(target)
    assert sound(path, "-c", "copy") == sound(target, "-c", "copy")


@pytest.mark.parametrize("kind", KINDS)
def test_ffprobe_sees_tags_and_picture(originals, tmp_path, kind):
    cover = picture()
    _, target, _ = retag(originals, kind, tmp_path, NEW, (cover.picture,))
    tags, pictures = ffprobe(target)
    assert tags["title"] == NEW["title"][0]
    assert tags["album"] == "New Album"
    assert "First" in tags["artist"]
    assert tags["track"].startswith("7")
    assert "Old" not in json.dumps(tags)
    if kind not in ("wavpack", "wav", "rf64"):  # ffprobe shows no pictures of these
        assert [p["codec_name"] for p in pictures] == ["mjpeg"]


@pytest.mark.parametrize("kind", KINDS)
def test_taglib_sees_tags(originals, tmp_path, kind):
    taglib = pytest.importorskip("taglib")
    if kind == "rf64":
        pytest.skip("TagLib does not open RF64")
    path, target, _ = retag(originals, kind, tmp_path, NEW)
    with taglib.File(str(target)) as opened:
        tags = {name.lower(): values for name, values in opened.tags.items()}
        length = opened.length
    expected = dict(NEW)
    if "tracktotal" not in tags:  # it shows numbers and totals as the format has them
        expected |= {"tracknumber": ["7/12"], "discnumber": ["1/2"]}
        del expected["tracktotal"], expected["disctotal"]
    assert {name: tags.get(name) for name in expected} == expected
    with taglib.File(str(path)) as opened:
        assert length == opened.length


@pytest.mark.parametrize("kind", KINDS)
def test_mutagen_sees_picture(originals, tmp_path, kind):
    import base64

    cover = picture(3, description="Frönt")
    back = picture(4, (1, 2, 3), form="PNG")
    _, target, _ = retag(originals, kind, tmp_path, NEW, (cover.picture, back.picture))
    if kind == "rf64":
        pytest.skip("mutagen does not open RF64")
    opened = mutagen.File(target)
    if hasattr(opened.tags, "getall"):
        found = [p.data for p in opened.tags.getall("APIC")]
    elif "m4a" in kind:
        found = [bytes(c) for c in opened.tags["covr"]]
    elif kind == "wavpack":
        found = [bytes(opened.tags[n].value).split(b"\0", 1)[1] for n in ("Cover Art (Front)", "Cover Art (Back)")]
    elif kind in ("vorbis", "opus", "ogg flac"):
        found = [FlacPicture(base64.b64decode(p)).data for p in opened.tags["metadata_block_picture"]]
    else:
        found = [p.data for p in opened.pictures]
    assert found == [cover.data, back.data]


@pytest.mark.parametrize("kind", KINDS)
def test_cleared_fields_are_gone(originals, tmp_path, kind):
    path = originals[kind]
    before = read_original(FORMATS, *source(path)).tags
    after = TagSet({n: v for n, v in before.items() if n not in ("artist", "comment", "genre", "description")})
    target = render(path, make_edit(before, after), tmp_path / f"out{path.suffix}")
    assert read_original(FORMATS, *source(target)).tags == after
    assert not {"artist", "genre", "comment"} & ffprobe(target)[0].keys()


@pytest.mark.parametrize("kind", ["flac", "mp3", "vorbis", "opus", "ogg flac", "m4a", "m4a faststart"])
def test_a_second_retag_moves_nothing(originals, tmp_path, kind):
    path, first, _ = retag(originals, kind, tmp_path, {"title": ["x" * 300]})
    size = first.stat().st_size
    data = first.read_bytes()
    _, second, _ = retag(originals, kind, tmp_path, {"title": ["y" * 200], "artist": ["someone else"]})
    other = second.read_bytes()
    assert abs(len(other) - size) <= (1 if "o" in kind and "m4a" not in kind else 0)
    if len(other) == size:
        assert data[-2000:] == other[-2000:]
    del path


@pytest.mark.parametrize("minor", [3, 4])
@pytest.mark.parametrize("kind", ["mp3", "mp3 2.3"])
def test_id3_versions(originals, tmp_path, kind, minor):
    _, target, after = retag(originals, kind, tmp_path, NEW, id3=minor)
    assert target.read_bytes()[3] == minor
    assert mutagen.File(target).tags.version == (2, minor, 0)
    assert dict(read_original(FORMATS, *source(target)).tags) == dict(after)


@pytest.mark.parametrize("kind", ["flac", "bare flac"])
def test_flac_tools_accept_it(originals, tmp_path, kind):
    cover = picture()
    path, target, _ = retag(originals, kind, tmp_path, NEW, (cover.picture,))
    assert subprocess.run([needs_program("flac"), "-s", "-t", str(target)], check=False).returncode == 0
    shown = subprocess.run(
        [needs_program("metaflac"), "--export-tags-to=-", str(target)], capture_output=True, text=True, check=True
    ).stdout
    assert "TITLE=Nëw Títle 日本\n" in shown
    assert "ARTIST=First\nARTIST=Second\n" in shown
    assert "Old" not in shown
    assert subprocess.run(
        ["metaflac", "--export-picture-to=-", str(target)], capture_output=True, check=True
    ).stdout == cover.data  # fmt: skip
    streaminfo = ["metaflac", "--list", "--block-type=STREAMINFO,SEEKTABLE,CUESHEET,APPLICATION"]
    lists = [subprocess.run([*streaminfo, str(p)], capture_output=True, check=True).stdout for p in (path, target)]
    assert lists[0] == lists[1]


@pytest.mark.parametrize(("kind", "program"), [("opus", "opusinfo"), ("vorbis", "ogginfo")])
@pytest.mark.parametrize("large", [False, True])
def test_ogg_tools_accept_it(originals, tmp_path, kind, program, large):
    """With a large picture the header takes more pages, and every page behind it another number."""
    cover = picture(noise=400) if large else picture()
    path, target, _ = retag(originals, kind, tmp_path, NEW, (cover.picture,))
    done = subprocess.run([needs_program(program), str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "WARNING" not in done.stdout + done.stderr, done.stdout[-2000:]
    assert "TITLE=Nëw Títle 日本" in done.stdout or "title=" in done.stdout.lower()
    assert "Old Title" not in done.stdout
    assert sound(path, "-c", "copy") == sound(target, "-c", "copy")


@pytest.mark.parametrize("kind", KINDS)
def test_mediainfo_agrees(originals, tmp_path, kind):
    cover = picture()
    _, target, _ = retag(originals, kind, tmp_path, NEW, (cover.picture,))
    if kind == "ogg flac":
        pytest.skip("mediainfo shows no tags of Ogg FLAC, of the original neither")
    out = subprocess.run(
        [needs_program("mediainfo"), "--Output=JSON", str(target)],
        capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    general = json.loads(out.stdout)["media"]["track"][0]
    # In WAV it takes INFO for Latin-1 and shows it beside what the ID3 chunk says.
    assert NEW["title"][0] in (general["Title"], general.get("Track"))
    assert general["Album"] == "New Album"
    assert "Old" not in json.dumps(general)


@pytest.mark.parametrize("kind", KINDS)
def test_any_range_equals_the_slice(originals, kind):
    import random

    from media.retag.rendering import layout

    cover = picture(size=(900, 900), form="BMP")
    path = originals[kind]
    before = read_original(FORMATS, *source(path)).tags
    made = layout(path, make_edit(before, TagSet({**before, **NEW}), (cover.picture,)))
    whole = made.read_at(0, made.size)
    rng = random.Random(kind)
    for _ in range(200):
        start = rng.randrange(made.size)
        length = rng.choice([1, 17, 4096, 70_000, 300_000])
        assert made.read_at(start, length) == whole[start : start + length]


def test_chunk_offsets_of_64_bits(originals, tmp_path):
    """The same file with co64 in place of stco, as writers of large files have it."""
    data = originals["m4a faststart"].read_bytes()
    at = data.index(b"stco") - 4
    size, count = int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 12 : at + 16], "big")
    offsets = [int.from_bytes(data[at + 16 + 4 * n : at + 20 + 4 * n], "big") for n in range(count)]
    grown = 4 * count
    table = b"".join((offset + grown).to_bytes(8, "big") for offset in offsets)
    made = bytearray(data[:at] + (16 + 8 * count).to_bytes(4, "big") + b"co64" + bytes(4) + count.to_bytes(4, "big"))
    made += table + data[at + size :]
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        start = made.index(parent) - 4
        made[start : start + 4] = (int.from_bytes(made[start : start + 4], "big") + grown).to_bytes(4, "big")
    path = tmp_path / "co64.m4a"
    path.write_bytes(made)
    assert sound(path) == sound(originals["m4a faststart"])
    before = read_original(FORMATS, *source(path)).tags
    for value in ("short", "x" * 40_000):
        target = render(path, make_edit(before, TagSet({**before, "comment": [value]})), tmp_path / "out.m4a")
        assert sound(path, "-c", "copy") == sound(target, "-c", "copy")
        assert mutagen.File(target)["\xa9cmt"] == [value]


@pytest.mark.parametrize("kind", ["fragmented", "multiplexed"])
def test_what_is_left_alone(originals, tmp_path, kind):
    fragmented = ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-frag_duration", "500000"]
    if kind == "fragmented":
        path, command = tmp_path / "f.m4a", ["-i", originals["m4a"], "-c", "copy", *fragmented]
    else:
        path, video = tmp_path / "m.ogg", ["-f", "lavfi", "-i", "testsrc=duration=1:size=32x32"]
        command = ["-i", originals["vorbis"], *video, "-map", "0:a", "-map", "1:v", "-c:a", "copy", "-c:v", "libtheora"]
    subprocess.run([needs_program("ffmpeg"), "-v", "error", *map(str, command), str(path)], check=True)
    before = TagSet()
    with pytest.raises(MalformedError):
        render(path, make_edit(before, TagSet({"title": ["x"]})), tmp_path / "out")


@pytest.mark.parametrize("flags", [b"\0\0", b"\x40\0", b"\0\x20"])
def test_frames_that_nobody_knows_are_kept(tmp_path, originals, flags):
    """An unknown frame and a picture of ID3v2.3, with status flags or with a group, in a tag that changes to 2.4."""

    def frame(name, body):
        grouped = b"\x07" if flags[1] else b""
        return name + (len(body) + len(grouped)).to_bytes(4, "big") + flags + grouped + body

    body = b"TIT2" + (4).to_bytes(4, "big") + bytes(2) + b"\0old"
    body += frame(b"XYZ1", b"\0secret") + frame(b"APIC", b"\0image/jpeg\0\x03\0" + picture().data)
    size = len(body)
    head = b"ID3\x03\0\0" + bytes((size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
    audio = originals["mp3 2.3"].read_bytes()
    path = tmp_path / "x.mp3"
    path.write_bytes(head + body + audio[audio.index(b"\xff\xfb") :])
    before = read_original(FORMATS, *source(path)).tags
    target = render(path, make_edit(before, TagSet({**before, "title": ["new"]})), tmp_path / "out.mp3")
    data = target.read_bytes()
    assert data[3] == (3 if flags[1] else 4)
    assert b"XYZ1" in data
    assert b"\0secret" in data
    opened = mutagen.File(target)
    assert opened["TIT2"].text == ["new"]
    assert picture().data in data
    if not flags[1]:  # mutagen does not read grouped frames
        assert [p.data for p in opened.tags.getall("APIC")] == [picture().data]
