"""Texts as queries compare them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.text.folding import fold, is_edge, is_sign, terms


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Motörhead", "motorhead"), ("Ærøskøbing", "aeroskobing"), ("ŁÓDŹ", "lodz"), ("Đorđe", "dorde"), ("Straße", "strasse"),
        ("Þór", "thor"), ("\u0130stanbul", "istanbul"), ("œuvre", "oeuvre"), ("ＡＢＣ①", "abc1"), ("don’t – “x”", "don't - \"x\""),
        ("\u200fabc\u200e\u202ed", "abcd"), ("soft\u00adhyphen", "softhyphen"), ("Ёлка", "елка"), ("ﬁn", "fin"),
        ("が", "が"), ("ｶﾞ", "ガ"), ("한글", "한글"), ("שָׁלוֹם", "שלום"),
    ],
)  # fmt: skip
def test_case_accents_and_forms_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AC/DC: Live!", ["ac", "dc", "live"]), ("don't_stop", ["don", "t", "stop"]), ("I♥NY", ["i♥ny"]), ("...", []),
        ("中島みゆき", ["中島", "島み", "みゆ", "ゆき", "き"]), ("サザン・オール", ["サザ", "ザン", "ン", "オー", "ール", "ル"]),
        ("서울 Seoul서", ["서울", "울", "seoul", "서"]), ("a\0b\ue000c\ud800d", ["a", "b", "c", "d"]),
    ],
)  # fmt: skip
def test_terms(text: str, found: list[str]) -> None:
    assert terms(fold(text)) == found


@given(st.text(max_size=40))
def test_folding_again_changes_nothing_and_terms_hold_no_gap(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    for term in terms(folded):
        assert term
        assert all(map(is_sign, term))
        assert term in folded


@given(st.text(alphabet="aé中き 한-♥ß0", max_size=12), st.text(alphabet="aé中き 한-♥ß0", max_size=6))
def test_terms_of_a_part_that_ends_at_edges_are_terms_of_the_whole_in_a_row(before: str, part: str) -> None:
    whole, part = fold(f"{before} {part} x"), fold(part)
    wanted, have = terms(part), terms(whole)
    assert any(have[at : at + len(wanted)] == wanted for at in range(len(have)))


def test_edges() -> None:
    assert [at for at in range(8) if is_edge("ab cd中d", at)] == [0, 2, 3, 5, 6, 7]
