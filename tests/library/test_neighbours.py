"""What somebody may have meant by a path that is not on the drive."""

import pytest

from library.conftest import Desk
from musfuse.library.neighbours import did_you_mean
from musfuse.model import TagSet


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("Pink Floyd/Animals", "Pink Floyd/Animals (1977)"), ("pink floyd/animals/dogs", "Pink Floyd/Animals (1977)/Dogs.flac"),
        ("Pink Floid", "Pink Floyd"), ("Pnik Floyd/Medle", "Pink Floyd/Meddle"), ("pink", "Pink Floyd"),
        ("/home/ann/Drive/Pink Floyd/Meddle", "Pink Floyd/Meddle"), ("~/Drive/Pink Floyd", "Pink Floyd"),
        ("Pink Floyd/Meddle/Echoes.flac/more", ""), ("Yes", ""), ("", ""), ("/", ""), ("/home/ann/Drive/Yes", ""),
        ('artist:"pink floyd"', ""), ("\ud800", ""), ("Pink Floyd/\ud800", ""),
    ],
)  # fmt: skip
def test_what_is_near(desk: Desk, path: str, meant: str) -> None:
    for number, (album, date, title) in enumerate((("Animals", "1977", "Dogs"), ("Meddle", "", "Echoes"))):
        tags = {"artist": ["Pink Floyd"], "album": [album], "title": [title], **({"date": [date]} if date else {})}
        desk.put(f"{number}.wav", TagSet(tags))
    desk.naming.run()
    assert did_you_mean(desk.nodes, path) == (f"; did you mean {meant}?" if meant else "")
