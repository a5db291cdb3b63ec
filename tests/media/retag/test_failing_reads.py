"""A read that fails while a header is planned gives an error, never another file."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from failing import FailsOnce
from sound import FORMATS

from media.retag.conftest import KINDS
from media.retag.rendering import STORE, load, picture, source
from musfuse.errors import UNEXPECTED, UnavailableError
from musfuse.media.reading import read_original
from musfuse.media.retagger import Retagger
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.model import Picture, Rendition, SourceFile, TagSet, Track
from musfuse.origins import Origin
from musfuse.store import PictureStore


class _Tags:
    """TagOverlayService of one edit."""

    def __init__(self, edit: TagEdit) -> None:
        self._edit = edit

    def token(self) -> str:
        return ""

    def pictures(self, track: Track) -> Sequence[Picture]:
        raise NotImplementedError

    base_pictures = pictures

    def edit(self, track: Track, origin: Origin) -> TagEdit:
        return self._edit

    def load(self, wanted: Picture) -> bytes:
        return load(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_read_that_fails(originals: dict[str, Path], kind: str) -> None:
    path = originals[kind]
    reading = read_original(FORMATS, *source(path))
    new = TagSet({**reading.tags, "title": ["New"], "comment": ["x" * 3000]})
    service = _Tags(make_edit(reading.tags, new, [picture().picture]))
    refusals: list[str] = []

    def serve(failing: int) -> tuple[bytes, bool]:
        origin = FailsOnce(0)
        origin.write(path.name, path.read_bytes())
        stat = origin.stat(path.name)
        file = SourceFile("m", path.name, stat.stamp, stat.ident)
        track = Track(1, file, reading.format, new, Rendition.RETAGGED, embedded=reading.tags)
        retagger = Retagger(FORMATS, service, PictureStore(STORE), lambda _, reason: refusals.append(reason))
        origin.left = failing
        layout = retagger.layout(track, origin)
        came_through, origin.left = origin.left > 0, 0
        return layout.read_at(0, layout.size), came_through

    whole, _ = serve(0)
    assert whole != path.read_bytes()
    for failing in range(1, 1000):
        try:
            data, came_through = serve(failing)
        except UnavailableError:
            continue
        assert data == whole
        assert came_through, f"read {failing} failed unnoticed"
        break
    else:
        pytest.fail("it never came through")
    assert failing > 1
    assert refusals == []


@pytest.mark.expects_errors
def test_a_planner_that_fails_serves_the_original(originals: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = originals["flac"]
    reading = read_original(FORMATS, *source(path))
    new = TagSet({**reading.tags, "title": ["New"]})
    refusals: list[str] = []
    retagger = Retagger(
        FORMATS, _Tags(make_edit(reading.tags, new)), PictureStore(STORE), lambda _, reason: refusals.append(reason)
    )

    def broken(*given: object) -> None:
        raise IndexError("no such thing")

    monkeypatch.setattr("musfuse.media.planning.plan", broken)
    origin, file = source(path)
    layout = retagger.layout(Track(1, file, reading.format, new, Rendition.RETAGGED, embedded=reading.tags), origin)
    assert layout.read_at(0, layout.size) == path.read_bytes()
    assert refusals == [UNEXPECTED]
