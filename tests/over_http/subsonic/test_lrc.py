"""Lyrics with times."""

from hypothesis import given
from hypothesis import strategies as st
from musfuse_http.subsonic.lrc import SungLine, Word, parsed


def test_lines_are_in_order_of_time_and_heads_are_no_lines() -> None:
    told = parsed("[ti:x]\n[la:deu]\n[offset:-250]\n[00:10.5]Two\n[00:01.23][01:00]One\nno time\n")
    assert [(line.start, line.text) for line in told.lines] == [(1230, "One"), (10500, "Two"), (60000, "One")]
    assert (told.language, told.offset, told.synced) == ("deu", -250, True)


def test_words_have_the_bytes_that_they_are() -> None:
    (line,) = parsed("[00:01.00]<00:01.00>Über <00:01.50>alles").lines
    assert line == SungLine(1000, "Über alles", (Word(1000, 0, 5, "Über "), Word(1500, 6, 10, "alles")))
    raw = line.text.encode()
    assert [raw[word.first : word.last + 1].decode() for word in line.words] == ["Über ", "alles"]


def test_plain_text_is_lines_without_times() -> None:
    told = parsed("\n\nFirst\n\n[Chorus]\nLast\n\n")
    assert [line.text for line in told.lines] == ["First", "", "[Chorus]", "Last"]
    assert (told.synced, told.language) == (False, "und")


@given(
    st.text(st.characters(codec="utf-8"), max_size=300)
    | st.from_regex(r"(\[\d{1,3}:\d\d[.:]?\d{0,3}\]|<\d\d:\d\d>|.|\n){0,40}", fullmatch=True)
)
def test_anything_is_read(text: str) -> None:
    told = parsed(text)
    starts = [line.start for line in told.lines if line.start is not None]
    assert starts == sorted(starts)
    for line in told.lines:
        raw = line.text.encode("utf-8", "replace")
        assert all(raw[word.first : word.last + 1].decode("utf-8", "replace") == word.text for word in line.words)
