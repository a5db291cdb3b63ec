"""The encoding of a sheet is found: by its mark, by names beside it, by its letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.text import decode_sheet

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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_mark_settles_it(encoding: str) -> None:
    raw = ("\ufeff" + "TITLE Début").encode(encoding)
    assert decode_sheet(raw) == decode_sheet(raw, (), "cp1251") == ("TITLE Début", encoding)


def test_an_encoding_that_is_told_is_believed() -> None:
    raw = "TITLE Кино".encode()
    assert decode_sheet(raw, (), "koi8_r") == (raw.decode("koi8_r"), "koi8_r")
    assert decode_sheet(raw, ["Кино"]) == ("TITLE Кино", "utf-8")


def test_names_beside_it_decide_between_encodings() -> None:
    raw = b"TITLE " + "Кино".encode("cp1251") + b" / " + "Début".encode("cp1252")
    russian, western = raw.decode("cp1251"), raw.decode("cp1252")
    assert decode_sheet(raw, ["Кино"]) == (russian, "cp1251")
    assert decode_sheet(raw, ["Début", "é"]) == (western, "cp1252")
    assert decode_sheet(raw, ["Début", "Кино", "TITLE"]) == (russian, "cp1251")  # four letters against one
    assert decode_sheet(raw, ["other", "names", "Ж"])[0] != ""
    beyond = raw + b"\x98"  # cp1251 has no such letter
    assert decode_sheet(beyond, ["Début", "Кино"]) == (beyond.decode("cp1252"), "cp1252")


def test_utf_16_without_a_mark() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decode_sheet("TITLE Début\n".encode(encoding) * 20) == ("TITLE Début\n" * 20, encoding)
    for raw in (b"TITLE a\0b", b"T\0", b"\0" * 40):
        assert decode_sheet(raw)[1] == "utf-8"


def test_a_few_kana_are_enough() -> None:
    raw = "TITLE 初恋のうた".encode("cp932")
    assert decode_sheet(raw) == ("TITLE 初恋のうた", "cp932")
    assert decode_sheet("TITLE 邓丽君月亮代表我的心甜蜜蜜".encode("gb18030"))[1] != "cp932"


@pytest.mark.parametrize("text", ["Début", "Ça ira, où?", "Für Élise", "Motörhead", "Sigur Rós - Ágætis byrjun"])
def test_a_few_western_letters_are_those_of_the_usual_encoding(text: str) -> None:
    raw = f'PERFORMER "{text}"\nTITLE "{text}"\n'.encode("cp1252")
    assert decode_sheet(raw)[0] == raw.decode("cp1252")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_decoded(raw: bytes) -> None:
    text, encoding = decode_sheet(raw, ["Début", "月亮"])
    assert text in (raw.decode(encoding, "replace"), raw.decode(encoding, "replace").removeprefix("\ufeff"))
    parse_sheet(text)
