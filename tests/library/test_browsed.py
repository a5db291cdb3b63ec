"""What browsing keeps of a track, and how names are put in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.browsed import (
    artist_id,
    browsed,
    disc_of,
    folder_id,
    genre_id,
    letter_of,
    order_key,
    track_of,
    words_of,
)
from musfuse.model import TagSet

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


def test_artists_are_all_values_without_guests() -> None:
    told = browsed(TagSet({"artist": ["ABBA feat. Cher", "Other", "abba"], "date": ["2001-02-03"]}))
    assert [name for _, name in told.artists] == ["ABBA", "Other"]
    assert told.artists[0][0] == artist_id("Abba")
    assert told.year == 2001


def test_genres_are_parted_and_one_genre_whatever_its_case() -> None:
    told = browsed(TagSet({"genre": ["Rock; Pop", "ROCK"]}))
    assert [name for _, name in told.genres] == ["Rock", "Pop"]
    assert genre_id("Hip Hop") == genre_id("hip-hop") != genre_id("Hip")


def test_the_place_in_an_album_has_disc_and_number() -> None:
    told = browsed(TagSet({"discnumber": ["2/3"], "tracknumber": ["07/12"]}))
    assert (disc_of(told.position), track_of(told.position)) == (2, 7)
    assert browsed(TagSet({"tracknumber": ["x"], "discnumber": ["²"]})).position == 0


@pytest.mark.parametrize(
    ("name", "key", "letter"),
    [("The Beatles", "beatles", "B"), ("A", "a", "A"), ("Émile", "emile", "E"), ("2Pac", "2pac", "#"), ("The", "the", "T"), ("Title 1", "title 1", "T"),
     ("...And Justice", "and justice", "A"), ("", "?", "#"), ("日本", "日本", "日")],
)  # fmt: skip
def test_names_are_put_in_order_without_articles(name: str, key: str, letter: str) -> None:
    assert order_key(name) == key
    assert letter_of(order_key(name)) == letter


@given(
    st.dictionaries(
        st.sampled_from(["artist", "genre", "date", "tracknumber", "discnumber"]), st.lists(TEXTS, max_size=50)
    )
)
def test_whatever_tags_say_has_bounds(fields: dict[str, list[str]]) -> None:
    told = browsed(TagSet(fields))
    assert len(told.artists) <= 32
    assert len(told.genres) <= 32
    assert 0 <= told.year <= 9999
    assert 0 <= told.position < 1 << 63
    assert all(order_key(name) and number > 0 for number, name in (*told.artists, *told.genres))


def test_folders_have_ids_of_their_own() -> None:
    assert len({folder_id("u", b""), folder_id("u", b"a"), folder_id("v", b"a"), folder_id("u", b"\xff")}) == 4


def test_words_are_folded() -> None:
    assert words_of("Sigur Rós", "Ágætis") == "sigur ros agaetis"
