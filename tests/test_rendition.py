"""Renditions and policies as values and as texts."""

import copy
import json
import pickle

import pytest

from musfuse.errors import ConfigError
from musfuse.rendition import POLICIES, Rendition, parse_policy, problem_of_policy


@pytest.mark.parametrize(
    ("text", "told", "kind", "kbps", "extension"),
    [
        ("flac", "flac", "flac", 0, "flac"), ("wav", "wav", "wav", 0, "wav"), ("original", "original", "original", 0, ""),
        ("retagged", "retagged", "retagged", 0, ""), ("opus", "opus:128", "opus", 128, "opus"),
        ("opus:6", "opus:6", "opus", 6, "opus"), ("opus:510", "opus:510", "opus", 510, "opus"),
        ("mp3", "mp3:192", "mp3", 192, "mp3"), ("mp3:320", "mp3:320", "mp3", 320, "mp3"),
        ("mp3:096", "mp3:96", "mp3", 96, "mp3"),
    ],
)  # fmt: skip
def test_a_rendition_is_what_its_text_says(text: str, told: str, kind: str, kbps: int, extension: str) -> None:
    made = Rendition(text)
    assert (made, made.kind, made.kbps, made.extension) == (told, kind, kbps, extension)
    assert made.is_lossy is (kbps > 0)
    assert made.is_encoded is (kind not in ("original", "retagged"))


def test_there_is_one_object_of_each() -> None:
    for text in (*POLICIES, "opus:96"):
        made = Rendition(text)
        assert Rendition(str(made)) is made
        for same in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert same is made
        assert json.loads(json.dumps(made)) == made
    assert Rendition("flac") is Rendition.FLAC
    assert Rendition("opus") is Rendition("opus:128")


def test_no_two_have_the_same_number() -> None:
    every = {Rendition(text) for text in ("flac", "wav", "original", "retagged")}
    every |= {Rendition(f"opus:{kbps}") for kbps in range(6, 511)} | {Rendition(f"mp3:{kbps}") for kbps in (8, 96, 320)}
    numbers = {made.number for made in every}
    assert len(numbers) == len(every)
    assert all(0 <= number < 1 << 12 for number in numbers)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "opus"), ("flak", "one of flac, original, wav, opus, mp3"), ("opus:5", "opus takes 6 to 510 kbit/s"),
        ("opus:511", "as in opus:128"), ("opus:", "6 to 510"), ("opus:-96", "6 to 510"), ("opus:9 6", "6 to 510"),
        ("opus:٩٦", "6 to 510"), ("mp3:100", "256 or 320 kbit/s"), ("aac:192", "AAC is not made"), ("flac:5", "one of"),
        ("opus:" + "9" * 10_000, "6 to 510"), ("x" * 10_000, "one of"),
    ],
)  # fmt: skip
def test_what_none_says_is_refused_with_what_is_wanted(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as refused:
        Rendition(text)
    assert len(str(refused.value)) < 300
    assert problem_of_policy(text) == str(refused.value)


def test_policies_are_renditions() -> None:
    assert parse_policy("opus") == Rendition("opus:128")
    assert parse_policy(" OPUS:96 ") == Rendition("opus:96")
    for text in ("flac", "wav", "original", "opus:96", "mp3:320"):
        assert str(parse_policy(text)) == text
        assert problem_of_policy(text) is None
    for text in ("retagged", "opus:96+recode", "opus+re", "+recode"):
        assert problem_of_policy(text), text
