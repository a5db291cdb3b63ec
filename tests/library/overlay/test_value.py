"""An overlay: whose word counts, and how it is stored."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musfuse.errors import StoreError
from musfuse.library.overlay import MetaCollector, Overlay, merge, overlay_key
from musfuse.library.overlay.value import folder_key, picture_value, split_key
from musfuse.model import ArtKind, Picture, SourceFile, Stamp, TagSet, TagSource
from musfuse.store import KvNamespace, MemoryKv


@given(st.text(min_size=1), st.integers(0, 99))
def test_keys_of_any_path(path: str, part: int) -> None:
    path = path.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    key = overlay_key(SourceFile("uid", path, Stamp(1, 1)), part)
    assert key.isascii()
    assert split_key(key) == ("uid", path, part)


@given(
    st.dictionaries(
        st.text(min_size=1), st.dictionaries(st.sampled_from(TagSource), st.lists(st.text()).map(tuple), min_size=1)
    )
)
def test_overlays_survive_being_stored(fields: dict[str, dict[TagSource, tuple[str, ...]]]) -> None:
    overlay = Overlay(fields, frozenset({"title"}), 5)
    assert Overlay.from_bytes(overlay.to_bytes()) == overlay


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b'{"format": 99}', b'{"format":1,"fields":{"a":1}}', b"\xff"])
def test_a_damaged_overlay_is_said(value: bytes) -> None:
    store = MemoryKv()
    store.put(KvNamespace.TRACK, "k", value)
    with pytest.raises(StoreError):
        MetaCollector(store).load_overlay("k")


SLOTS = st.dictionaries(st.sampled_from(TagSource), st.lists(st.sampled_from("abc")).map(tuple), max_size=3)


@given(SLOTS)
def test_the_strongest_that_says_anything_counts(slots: dict[TagSource, tuple[str, ...]]) -> None:
    embedded = TagSet({"title": ["file"], "other": ["stays"]})
    served = merge(embedded, Overlay({"title": slots}))
    expected = ("file",)
    for source in (TagSource.EMBEDDED, TagSource.PROVIDER, TagSource.ORCHESTRATOR, TagSource.USER):
        expected = slots.get(source, expected)
    assert served.get("title", ()) == expected  # no value at all is a word, too
    assert served["other"] == ("stays",)


def test_pictures_are_told_by_kind_and_are_no_tags() -> None:
    front = Picture("digest", 100, "image/png", width=3)
    overlay = Overlay(
        {
            "art:front": {TagSource.USER: (picture_value(front),)}, "art:back": {TagSource.USER: ()},
            "title": {TagSource.USER: ("T",)}, "art:other": {},
        }
    )  # fmt: skip
    assert overlay.art() == ((ArtKind.FRONT, (front,)), (ArtKind.BACK, ()))
    assert dict(merge(TagSet(), overlay)) == {"title": ("T",)}
    assert json.loads(picture_value(front)) == asdict(front)


def test_a_lock_of_all_is_one_of_each() -> None:
    assert Overlay(locks=frozenset({"*"})).is_locked("title")
    assert Overlay(locks=frozenset({"title"})).is_locked("title")
    assert not Overlay(locks=frozenset({"title"})).is_locked("artist")


def test_keys_below_a_folder_begin_with_its_own() -> None:
    def key(path: str) -> str:
        return overlay_key(SourceFile("uid", path, Stamp(1, 1)), 0)

    assert key("a b/1.wav").startswith(folder_key("uid", "a b"))
    assert not key("a/1.wav").startswith(folder_key("uid", "a b"))
    assert split_key(key("a#3/b")) == ("uid", "a#3/b", 0)  # a sign of a key in a name is quoted


def test_an_overlay_of_a_newer_kind_says_what_to_do() -> None:
    with pytest.raises(StoreError, match="update musfuse"):
        Overlay.from_bytes(b'{"format": 2}')
