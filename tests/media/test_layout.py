"""Layouts: any range of any segments is the slice of the whole, what is missing is an error, all is let go of."""

from pathlib import Path

import pytest
import sound
from hypothesis import given, settings
from hypothesis import strategies as st

from media.conftest import Studio
from musfuse.errors import MediaError
from musfuse.media.layout import Blob, Inline, Layout, SourceRange
from musfuse.store import MemoryKv, PictureStore


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=8), st.data())
def test_layouts_of_any_segments(parts: list[bytes], data: st.DataObject) -> None:
    layout = Layout([Inline(part) for part in parts])
    whole = b"".join(parts)
    offset, size = data.draw(st.integers(0, 500)), data.draw(st.integers(0, 500))
    assert layout.size == len(whole)
    assert layout.read_at(offset, size) == whole[offset : offset + size]


def test_a_lost_picture_or_a_short_source_is_an_error(studio: Studio, music: Path) -> None:
    with pytest.raises(MediaError, match="picture"):
        Layout([Blob(PictureStore(MemoryKv()), "gone", 10)]).read_at(0, 10)
    (music / "x").write_bytes(b"12345")
    file = sound.source_file(studio.origin, "x")
    with pytest.raises(MediaError, match="5 bytes instead of 9"):
        Layout([SourceRange(studio.origin, file, 0, 9)]).read_at(0, 9)
    with pytest.raises(ValueError):
        Layout([]).read_at(-1, 5)


def test_the_audio_is_what_is_neither_made_here_nor_a_picture(studio: Studio, music: Path) -> None:
    (music / "x").write_bytes(b"12345678901234567890")
    file = sound.source_file(studio.origin, "x")
    audio, more = SourceRange(studio.origin, file, 0, 10), SourceRange(studio.origin, file, 10, 5)
    assert Layout([Inline(b"head"), audio, Inline(b"page"), more, Inline(b"tail")]).audio == (4, 19)
    assert Layout([audio]).audio == (0, 10)
    assert Layout([Inline(b"head")]).audio == Layout([]).audio == (0, 0)
