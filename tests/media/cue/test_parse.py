"""Reading sheets: the corpus as cuetools reads it, and text that is no sheet at all."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import manifest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.cue.sheets import DIFFERS, read
from musfuse.errors import MalformedError
from musfuse.media.cue.cut import CutRules, cut_image
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.text import decode_sheet


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


def test_malformed_sheets_of_the_corpus_say_where(corpus: Path) -> None:
    for row in manifest():
        if row["format"] == "cue" and row["note"].startswith("malformed"):
            sheet = read(corpus / row["path"])
            for problem in sheet.problems:
                assert re.match(r"line \d+, column \d+: ", str(problem))


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


FRONT = "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("  bogus words", 4, 3, "'bogus' is no command"), ("TRACK AUDIO", 4, 7, "a number is missing"),
        ("TRACK 1234567 AUDIO", 4, 7, "a number is missing"), ("TRACK ٣ AUDIO", 4, 7, "a number is missing"), ("TRACK", 4, 6, "a number"),
        ("TRACK 01 AUDIO", 4, 7, "track 01 comes after track 01"), ("\tINDEX 02", 4, 8, "mm:ss:ff are needed"),
        ("INDEX 002 00:00:00", 4, 7, "are needed"), ("INDEX xx 00:00:00", 4, 7, "are needed"), ("INDEX 02 00:00:00x", 4, 7, "needed"),
        ("INDEX 02 1234567:00:00", 4, 7, "are needed"), ("INDEX 02 00:60:00", 4, 7, "60 seconds"), ("INDEX 02 00:00:75", 4, 7, "75 frames"),
        ("INDEX 01 00:01:00", 4, 7, "track 01 has a second INDEX 01"), ('FILE "" WAVE', 4, 6, "without a name"), ("FILE", 4, 5, "without a"),
        ("TRACK 02 AUDIO", 5, 1, "track 02 has no INDEX"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_place(text: str, line: int, column: int, what: str) -> None:
    assert not parse_sheet(FRONT).problems
    (problem, *more) = parse_sheet(f"{FRONT}{text}\n").problems
    assert (problem.line, problem.column) == (line, column)
    assert what in problem.what
    assert str(problem) == f"line {line}, column {column}: {problem.what}"
    assert all("has no INDEX" in other.what for other in more)


def test_an_index_needs_a_track_and_a_file() -> None:
    for text in ("FILE a WAVE\nINDEX 01 00:00:00", "TRACK 01 AUDIO\nINDEX 01 00:00:00"):
        (problem, *_) = parse_sheet(text).problems
        assert "outside of a track or before any FILE" in problem.what


def test_what_is_long_or_much_is_bounded() -> None:
    assert len(parse_sheet("x\n" * 1000).problems) == 50
    assert len(parse_sheet("TITLE " + "x" * 9000).fields["title"]) == 4096
    many = parse_sheet(FRONT + "".join(f"INDEX {n:02d} 00:00:00\n" for n in range(100)))
    assert len(many.tracks[0].indexes) == 100


def test_names_of_files() -> None:
    named = {
        "a b.wav WAVE": "a b.wav", "a b.wav": "a b.wav", '"a b.wav" WAVE': "a b.wav", '"a.wav': "a.wav", "a.flac flac": "a.flac",
        "WAVE": "WAVE", 'a" b" WAVE': 'a" b"', '" a "': "a", "a.mp3 MP3": "a.mp3",
    }  # fmt: skip
    assert parse_sheet("\n".join(f"FILE {said}" for said in named)).files == list(named.values())


def test_a_text_of_the_whole_is_the_first_and_of_a_track_the_last() -> None:
    sheet = parse_sheet(
        "TITLE a\nTITLE b\nREM GENRE\nREM EXTRA x\nTRACK 03\nTITLE c\nTITLE d\nREM DATE 1999\nTITLE\nTRACK x\n"
    )
    assert sheet.fields == {"title": "a"}
    assert [(t.number, t.kind, t.fields) for t in sheet.tracks] == [
        (3, "AUDIO", {"title": "d", "date": "1999"}),
        (4, "AUDIO", {}),
    ]


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
        assert all(
            c.sample_range.start >= 0 and (c.sample_range.count is None or c.sample_range.count > 0) for c in cuts
        )


def test_a_sheet_of_thirteen_thousand_tracks() -> None:
    lines = ['FILE "a.wav" WAVE']
    for n in range(13_000):
        lines += [f"  TRACK {n + 1:02d} AUDIO", f'    TITLE "Title {n}"', f"    INDEX 01 {n // 60:02d}:{n % 60:02d}:00"]
    sheet = parse_sheet("\n".join(lines))
    assert len(sheet.tracks) == 13_000
    assert not sheet.problems
    assert len(cut_image(sheet, 0, 44_100, None, CutRules())) == 13_000
