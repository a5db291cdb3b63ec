"""The system's LAME is taken only where it has all that is called, and files that it makes are told from PyAV's."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pytest

from media.conftest import Studio
from musfuse.media.lossy.mp3 import library as module
from musfuse.media.lossy.mp3.lame import AvLame, SystemLame, open_lame
from musfuse.media.lossy.mp3.library import FUNCTIONS, system_library, system_version
from musfuse.media.lossy.mp3.stream import Mp3Stream
from musfuse.model import Rendition

STREAM = Mp3Stream(44_100, 2, 192, 1000)
needs_lame = pytest.mark.skipif(system_library() is None, reason="the system has no LAME")


def forget() -> None:
    system_library.cache_clear()
    system_version.cache_clear()


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """What was found is forgotten before and after."""
    forget()
    yield
    forget()


class Lacking:
    """A library without one function, as an older one."""

    def __init__(self, library: ctypes.CDLL, lacks: str) -> None:
        self._library, self._lacks = library, lacks

    def __getattr__(self, name: str) -> Any:
        if name == self._lacks:
            raise AttributeError(name)
        return getattr(self._library, name)


@needs_lame
@pytest.mark.parametrize("lacks", FUNCTIONS)
def test_one_that_lacks_a_function_is_none(monkeypatch: pytest.MonkeyPatch, lacks: str) -> None:
    found = Lacking(ctypes.CDLL(module._NAMES["linux"]), lacks)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: found)
    assert isinstance(open_lame(STREAM), AvLame)
    assert system_version() == ""


def test_another_library_of_its_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module._NAMES, "linux", "libc.so.6")
    assert isinstance(open_lame(STREAM), AvLame)


@needs_lame
def test_the_token_tells_which_makes_the_bytes(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    made = open_lame(STREAM)
    assert isinstance(made, SystemLame)
    made.close()
    opus, mp3 = Rendition("opus:96"), Rendition("mp3:96")
    with_it, other = studio.engine.token(mp3), studio.engine.token(opus)
    assert f"/{system_version()}/" in with_it
    assert system_version().startswith("3.")
    monkeypatch.setitem(module._NAMES, "linux", "libmp3lame.so.none")
    forget()
    assert studio.engine.token(mp3) != with_it
    assert studio.engine.token(opus) == other
