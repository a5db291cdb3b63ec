"""Files beside tracks."""

import pytest

from musfuse.errors import UnavailableError
from musfuse.model import SourceFile, Stamp
from musfuse.origins.memory import MemoryOrigin
from musfuse.server.beside import Beside

ENDINGS = (".lrc", ".LRC")


def track(path: str) -> SourceFile:
    return SourceFile("m", path, Stamp(1, 1))


def test_the_first_that_there_is_counts_and_has_a_bound() -> None:
    origin = MemoryOrigin("m", {"a/b.c.LRC": b"words", "d.lrc": b"x" * 100})
    beside = Beside(lambda _: origin)
    assert beside.read(track("a/b.c.flac"), ENDINGS, 100) == b"words"
    assert beside.read(track("d"), ENDINGS, 10) == b"x" * 10
    assert beside.read(track("a/other.flac"), ENDINGS, 10) is None


@pytest.mark.parametrize("path", ["../x.flac", "a/../../x.flac", "/etc/passwd.flac"])
def test_nothing_outside_of_a_source_is_read(path: str) -> None:
    assert Beside(lambda _: MemoryOrigin("m", {"x.lrc": b"x"})).read(track(path), ENDINGS, 10) is None


def test_nobody_waits_for_what_cannot_be_read() -> None:
    def away(uid: str) -> MemoryOrigin:
        raise UnavailableError(f"{uid}: away")

    assert Beside(away).read(track("a.flac"), ENDINGS, 10) is None
