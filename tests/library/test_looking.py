"""Looking into a file: what could not be read must not count as not being there."""

from pathlib import Path

import pytest
import sound
from failing import FailsOnce

from musfuse.library.looking import Looker
from musfuse.media.art import EmbeddedCovers
from musfuse.model import SourceFile
from musfuse.store import MemoryKv, PictureStore

TAGS = {"title": "A", "artist": "X", "album": "Y"}


def _original(folder: Path, name: str) -> Path:
    path = folder / name
    if path.suffix in (".flac", ".wav", ".aiff", ".mp3", ".ogg"):
        sound.write(path, 30_000, **TAGS)
        if path.suffix in (".wav", ".mp3"):
            sound.add_picture(path, sound.picture(400, "BMP"))
        return path
    option = "-w" if path.suffix == ".wv" else "-metadata"
    given = [part for field, value in TAGS.items() for part in (option, f"{field}={value}")]
    return sound.convert(sound.write(folder / "source.wav"), path, *given)


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.aiff", "a.mp3", "a.ogg", "a.opus", "a.m4a", "a.wv", "a.tta"])
@pytest.mark.parametrize("beside_sheet", [False, True])
def test_a_read_that_fails_is_never_taken_for_an_answer(tmp_path: Path, name: str, beside_sheet: bool) -> None:
    path = _original(tmp_path, name)
    data = path.read_bytes()
    looker = Looker(PictureStore(MemoryKv()), EmbeddedCovers())

    def look(failing: int) -> tuple[object, bool]:
        origin = FailsOnce(failing)
        origin.write(name, data)
        stat = origin.stat(name)
        row = looker.look(origin, SourceFile("m", name, stat.stamp, stat.ident), beside_sheet)
        return row, origin.left > 0

    whole, _ = look(0)
    for failing in range(1, 1000):
        row, came_through = look(failing)
        if came_through:
            assert row == whole
            break
        assert row.again, f"read {failing}"  # type: ignore[attr-defined]
        assert "input/output error" in row.problem  # type: ignore[attr-defined]
    else:
        pytest.fail("it never came through")
    assert failing > 1
