"""Names: safe and the same everywhere, one key for equality."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.library.names import MAX_PATH, file_limit, fit_folders, name_key, safe_component, units, with_number

anything = st.text(st.characters(blacklist_categories=())) | st.text(
    './\\ :*?"<>|CONaux.lpt1 \ud800é\U0001f600', max_size=400
)
RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{d}{n}" for d in ("COM", "LPT") for n in "0123456789¹²³")}


def assert_safe(name: str) -> None:
    assert name
    assert name not in (".", "..")
    assert not set(name) & set('<>:"/\\|?*')
    assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in name)
    assert len(name.encode()) <= 255
    assert units(name) <= 255
    assert not name.endswith((" ", "."))
    assert not name.startswith(" ")
    assert name.split(".")[0].rstrip().upper() not in RESERVED


@settings(max_examples=500)
@given(anything, st.sampled_from(["", ".flac", ".m4a"]))
def test_any_text_becomes_a_safe_name(text: str, extension: str) -> None:
    name = safe_component(text, extension)
    assert_safe(name)
    assert name.endswith(extension)
    assert len(name) > len(extension)
    assert unicodedata.normalize("NFC", name) == name


@settings(max_examples=300)
@given(anything, st.integers(2, 5000), st.integers(24, 255))
def test_numbered_names_are_safe_and_within_the_limit(text: str, number: int, limit: int) -> None:
    name = with_number(safe_component(text, ".flac", limit), number, ".flac", limit)
    assert_safe(name)
    assert name.endswith(f" ({number}).flac")
    assert units(name) <= limit


@settings(max_examples=300)
@given(anything)
def test_the_key_is_settled_at_once(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert name_key(unicodedata.normalize("NFD", text)) == key or any(0xD800 <= ord(c) < 0xE000 for c in text)


@settings(max_examples=300)
@given(st.lists(anything.map(safe_component), min_size=1, max_size=6))
def test_folders_leave_room_for_the_file(folders: list[str]) -> None:
    fitted = fit_folders(folders)
    assert len(fitted) == len(folders)
    for name in fitted:
        assert_safe(name)
    total = sum(units(f) + 1 for f in fitted)
    assert total + file_limit(fitted) <= MAX_PATH
    assert file_limit(fitted) >= 80
    if sum(units(f) + 1 for f in folders) <= MAX_PATH - 80:
        assert fitted == folders


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AC/DC", "AC-DC"), ("What?", "What_"), ("...And Justice", "…And Justice"), ("Etc...", "Etc…"), ("CON", "CON_"),
        ("nul.txt", "nul_.txt"), ("COM1 .x", "COM1_ .x"), ("  a   b  ", "a b"), (".hidden", "_hidden"), ("", "_"),
        ("..", "_"), ("a\tb\nc", "a_b_c"), ("caf\udce9", "caf_"), ("e\u0301", "é"),
        ("Console", "Console"), ('say "hi"', "say 'hi'"),
        ("end.", "end"), ("\u202eevil", "evil"),
    ],
)  # fmt: skip
def test_examples(text: str, name: str) -> None:
    assert safe_component(text) == name


def test_keys_follow_windows() -> None:
    assert name_key("straße") == "STRAßE"
    assert name_key("Ä") == name_key("ä") == name_key("a\u0308")
    assert name_key("abc") != name_key("abd")
