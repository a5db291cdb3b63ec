"""What the index holds of a track."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.text.documents import ABSENT, ANY, COLUMNS, CUT, NEXT, RULES, document, is_indexed
from musfuse.model import TagSet


def columns(**tags: list[str]) -> dict[str, str]:
    return dict(zip(COLUMNS, document(TagSet(tags)).columns, strict=True))


def test_each_field_has_its_column_and_its_values_do_not_touch() -> None:
    made = columns(title=["Help!"], artist=["The Beatles", "Ringo"], date=["1965-08-06"], comment=["So ist es"])
    assert made["title"] == "help"
    assert made["artist"] == f"the beatles {NEXT} ringo"
    assert made["year"] == f"{ANY} 1965"
    assert made["other"] == "so ist es"
    assert made["album"] == made["genre"] == ABSENT
    assert columns(date=["soon"])["year"] == f"{ANY} {ABSENT}"


def test_words_are_those_of_scripts_with_spaces() -> None:
    assert document(TagSet({"title": ["中島 live"], "label": ["ECM"]})).words == {"live", "ecm"}


def test_ids_and_numbers_are_not_indexed() -> None:
    assert (
        columns(musicbrainz_trackid=["a-b"], tracknumber=["1"], isrc=["X"], replaygain_track_gain=["-1 dB"])["other"]
        == ""
    )
    assert is_indexed("comment")
    assert is_indexed("datebook")
    assert not is_indexed("date")


def test_what_is_cut_says_so() -> None:
    for text in ("w " * 5000, "x" * 61, "y" * 1_000_000, "中" * 2000):
        made = columns(title=[text])["title"]
        assert made.endswith(f"{NEXT} {CUT}")
        assert len(made) < 10_000
    assert CUT not in columns(title=["x" * 60])["title"]
    assert columns(comment=["a b"] * 600)["other"].endswith(CUT)


def test_a_newer_unicode_is_another_rule() -> None:
    """Else what an older one made of tags could not be taken out of the index, which has to be told what it was."""
    assert unicodedata.unidata_version in RULES


@given(st.dictionaries(st.sampled_from(["title", "artist", "note"]), st.lists(st.text(min_size=1), max_size=3)))
def test_any_tags_have_a_document_that_a_database_takes(tags: dict[str, list[str]]) -> None:
    made = document(TagSet(tags))
    assert len(made.columns) == len(COLUMNS)
    for text in made.columns:
        assert text.encode() is not None
        assert "\0" not in text
    assert all(word in " ".join(made.columns).split() for word in made.words)
