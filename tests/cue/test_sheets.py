"""Reading sheets: the corpus as cuetools reads it, every encoding, and text that is no sheet at all."""

import contextlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import manifest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import MalformedError
from musfuse.media.containers.cuesheet import parse_cuesheet_block
from musfuse.media.cue.cut import CutRules, cut_image
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Sheet
from musfuse.media.cue.text import decode_sheet
from musfuse.media.formats.flac.facts import probe_flac

# Where cueprint reads something else than we do, and why.
DIFFERS = {
    "cue2.cue": "a PREGAP behind the INDEXes: cueprint refuses the sheet",
    "My Test.cue": "comments that are no REM: cueprint loses titles",
    "Multiple_WAV_Files_With_Gaps_Noncompliant.cue": "INDEX 00 in the file before: cueprint refuses the sheet",
    "good.004.dos_format.missing_final_newline.cue": "no newline at the end: cueprint refuses the sheet",
}


def read(path: Path) -> Sheet:
    text, _ = decode_sheet(path.read_bytes(), [other.stem for other in path.parent.iterdir()])
    return parse_sheet(text)


def cueprint(path: Path, tmp_path: Path) -> tuple[list[str], list[str]]:
    """Titles and performers as cuetools' own parser reads them."""
    copy = tmp_path / "sheet.cue"
    copy.write_text(decode_sheet(path.read_bytes())[0], encoding="utf-8")
    found = []
    for field in ("t", "p"):
        done = subprocess.run(
            ["cueprint", "-i", "cue", "-d", "", "-t", f"%{field}\\n", str(copy)], capture_output=True, check=False
        )
        found.append(done.stdout.decode("utf-8", "replace").split("\n")[:-1])
    return found[0], found[1]


def test_the_corpus_as_its_authors_meant(corpus: Path, tmp_path: Path) -> None:
    if not shutil.which("cueprint"):
        pytest.skip("cueprint is not installed (apt install cuetools)")
    compared = 0
    for row in manifest():
        if row["format"] != "cue" or not row["note"].startswith("valid"):
            continue
        path = corpus / row["path"]
        sheet = read(path)
        wanted = re.search(r"(\d+) track\(s\), (\d+) FILE", row["note"])
        assert wanted, row["note"]
        assert (len(sheet.tracks), len(sheet.files)) == (int(wanted[1]), int(wanted[2])), path
        titles, performers = cueprint(path, tmp_path)
        same = [t.fields.get("title", "") for t in sheet.tracks] == titles
        assert same == (path.name not in DIFFERS), (path, titles)
        if not same:
            continue
        whole = sheet.fields.get("performer", "")
        ours = [t.fields.get("performer") or whole for t in sheet.tracks]
        assert [p or whole for p in performers] == ours, path
        compared += 1
    assert compared > 40


def test_break_points_as_cuebreakpoints(corpus: Path) -> None:
    """The cuts of every image of the corpus, in each way of treating pregaps."""
    if not shutil.which("cuebreakpoints"):
        pytest.skip("cuebreakpoints is not installed (apt install cuetools)")
    modes = {"append": "--append-gaps", "prepend": "--prepend-gaps"}
    compared = 0
    for row in manifest():
        path = corpus / row["path"]
        if row["format"] != "cue" or not row["note"].startswith("valid") or path.name in DIFFERS:
            continue
        sheet = read(path)
        if len(sheet.files) != 1 or len(sheet.tracks) < 2 or "PREGAP" in path.read_text("latin-1"):
            continue
        for mode, flag in modes.items():
            argv = ["cuebreakpoints", "-i", "cue", flag, str(path)]
            said = subprocess.run(argv, capture_output=True, check=True).stdout.decode("latin-1").split()
            theirs = [_frames(point) for point in said]
            cuts = cut_image(sheet, 0, 75, None, CutRules(mode, 10**6))  # type: ignore[arg-type]
            ours = [cut.sample_range.start for cut in cuts[1:]]
            assert ours == [t for t in theirs if t], (path, mode)
            compared += 1
    assert compared > 20


def _frames(point: str) -> int:
    minutes, seconds = point.split(":")
    whole, _, frames = seconds.partition(".")
    return (int(minutes) * 60 + int(whole)) * 75 + int(frames or 0)


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


def test_malformed_sheets_of_the_corpus_say_where(corpus: Path) -> None:
    for row in manifest():
        if row["format"] == "cue" and row["note"].startswith("malformed"):
            sheet = read(corpus / row["path"])
            for problem in sheet.problems:
                assert re.match(r"line \d+, column \d+: ", str(problem))


TEXT = 'PERFORMER "{0}"\r\nTITLE "{1}"\r\nFILE "{1}.wav" WAVE\r\n  TRACK 01 AUDIO\r\n    TITLE "{2}"\r\n    INDEX 01 00:00:00\r\n'
WORDS = {
    "cp1252": ("Björk Guðmundsdóttir", "Début für Élise", "Ça ira, où?"),
    "cp1251": ("Кино", "Группа крови", "Закрой за мной дверь, я ухожу"),
    "koi8_r": ("Аквариум", "Равноденствие", "Великий дворник в тумане"),
    "cp932": ("宇多田ヒカル", "初恋のうた", "あなたのそばに"),
    "gb18030": ("邓丽君", "月亮代表我的心", "甜蜜蜜你笑得甜蜜蜜"),
    "big5": ("鄧麗君", "月亮代表我的心", "甜蜜蜜你笑得甜蜜蜜"),
    "euc_kr": ("조용필", "돌아와요 부산항에", "꽃피는 동백섬에 봄이 왔건만"),
    "utf-16-le": ("Кино", "Début", "月亮"), "utf-16-be": ("Кино", "Début", "月亮"), "utf-8": ("Кино", "Début", "月亮"),
    "utf-8-sig": ("Кино", "Début", "月亮"), "utf-16": ("Кино", "Début", "月亮"),
}  # fmt: skip


@pytest.mark.parametrize("encoding", WORDS)
def test_encodings(encoding: str) -> None:
    performer, title, track = WORDS[encoding]
    raw = TEXT.format(performer, title, track).encode(encoding)
    sheet = parse_sheet(decode_sheet(raw, [title])[0])  # the image has the album's name
    assert (sheet.fields["performer"], sheet.fields["title"]) == (performer, title)
    assert sheet.tracks[0].fields["title"] == track
    by_option = decode_sheet(raw, (), encoding if not encoding.endswith(("sig", "16")) else "")[0]
    assert performer in by_option


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "cp932", "gb18030", "euc_kr", "koi8_r", "big5"])
def test_encodings_without_a_hint(encoding: str) -> None:
    performer, title, track = WORDS[encoding]
    raw = TEXT.format(performer, title, " / ".join([track, performer] * 3)).encode(encoding)
    assert performer in decode_sheet(raw)[0]


def test_awkward_sheets() -> None:
    sheet = parse_sheet(
        '\ufeffrem genre "Trip Hop"\rREM DATE 1994\n\tperformer Portishead\r\nTitle "The "Best" of"\n'
        'FILE "dir\\a "b".wav" WAVE\nTRACK 1 audio\nTITLE "No end\nINDEX 1 0:0:0\nINDEX 01 00:01:00\nindex 02 100:00:74\n'
        "  TRACK 02 AUDIO\n  FLAGS DCP\n  ISRC GBAAA9400001\n  PREGAP 00:02:00\n  INDEX 00 00:60:00\n  INDEX 01 10:00:00\n"
    )
    assert sheet.fields == {"genre": "Trip Hop", "date": "1994", "performer": "Portishead", "title": 'The "Best" of'}
    assert sheet.files == ['dir\\a "b".wav']
    assert sheet.tracks[0].fields["title"] == "No end"
    assert [(i.number, i.frames) for i in sheet.tracks[0].indexes] == [(1, 0), (2, 450_074)]
    assert sheet.tracks[1].fields == {"flags": "DCP", "isrc": "GBAAA9400001"}
    assert [p.line for p in sheet.problems] == [9, 15]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=400),
        st.lists(
            st.sampled_from(
                ["FILE", "TRACK", "INDEX", "01", "99:59:74", '"', "AUDIO", "\n", "\r", "REM", "TITLE", "\t", " ", "x", "WAVE",
                 "-1", "00:00:99", "\0", "٣", "MODE1/2352", "PERFORMER", "0"]
            ),
            max_size=120,
        ).map(" ".join),
    )
)  # fmt: skip
def test_any_text_is_read(text: str) -> None:
    sheet = parse_sheet(text)
    for file in range(len(sheet.files)):
        try:
            cuts = cut_image(sheet, file, 44_100, 44_100 * 600, CutRules())
        except MalformedError:
            continue
        assert all(r.start >= 0 and (r.stop is None or r.start < r.stop) for r in (cut.sample_range for cut in cuts))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_decoded(raw: bytes) -> None:
    text, _ = decode_sheet(raw, ["Début", "月亮"])
    parse_sheet(text)
    with contextlib.suppress(MalformedError):
        parse_cuesheet_block(raw)


def test_a_sheet_of_thirteen_thousand_tracks() -> None:
    lines = ['FILE "a.wav" WAVE']
    for n in range(13_000):
        lines += [f"  TRACK {n + 1:02d} AUDIO", f'    TITLE "Title {n}"', f"    INDEX 01 {n // 60:02d}:{n % 60:02d}:00"]
    sheet = parse_sheet("\n".join(lines))
    assert len(sheet.tracks) == 13_000
    assert not sheet.problems
    assert len(cut_image(sheet, 0, 44_100, None, CutRules())) == 13_000
