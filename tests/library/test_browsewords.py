"""What is typed into a search box, as expressions."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.browsewords import name_expression, parts_of, track_expressions


def test_words_begin_so() -> None:
    assert name_expression("Abba go") == '"abba" * AND "go" *'
    assert name_expression(' "-* ') == ""
    assert track_expressions("?!") == []


def test_scripts_without_spaces_are_looked_for_in_pairs() -> None:
    assert parts_of("東京都") == ["東京", "京都"]
    assert name_expression("東京") == '"東京"'


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_typed_makes_expressions(text: str) -> None:
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE VIRTUAL TABLE s USING fts5 (title, artist, album, albumartist, tokenize = 'ascii')")
        for expression in (*track_expressions(text), name_expression(text)):
            if expression:
                db.execute("SELECT * FROM s WHERE s MATCH ?", (expression,)).fetchall()
    db.close()
