"""Rules in words."""

import pytest

from musfuse.library.collections.rules import read_definition
from musfuse.library.collections.spoken import spoken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("genre:jazz -live", "genre:jazz -live"), ('{"type":"Match","field":"album","pattern":"Abbey Road"}', 'album:"Abbey Road"'),
        ('{"type":"Match","field":"genre","pattern":""}', 'genre:""'), ('{"type":"DateRange","field":"year","end":1969}', "year:[* TO 1969]"),
        ('{"type":"RecentlyAdded","days":1}', "added in the last 1 day"), ('{"type":"MostPlayed"}', "the 100 tracks played most"),
        ('{"type":"Compound","op":"Or","children":[{"type":"Rating","min":4},{"type":"Not","child":{"type":"NeverPlayed"}}],"limit":5}',
         "(4 stars or more) or (not (never played)), 5 at most"),
        ('{"type":"RecentlyPlayed","order":["-plays","title"]}', "played in the last 7 days, by -plays title"),
        ('{"type":"Genre","genre":"free jazz"}', 'genre:"free jazz"~0'),
    ],
)  # fmt: skip
def test_words(text: str, words: str) -> None:
    assert spoken(read_definition(text)) == words
