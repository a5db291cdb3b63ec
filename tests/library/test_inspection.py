"""Looking into a file: what could not be read must not count as not being there."""

from pathlib import Path

import pytest
import sound
from failing import FailsOnce

from library.conftest import INSPECTORS
from musfuse.library.catalog import FileRow
from musfuse.library.inspection import FileInspector
from musfuse.model import SourceFile, Stamp
from musfuse.origins import MemoryOrigin
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
    inspector = FileInspector(PictureStore(MemoryKv()), INSPECTORS)

    def inspect(failing: int) -> tuple[FileRow, bool]:
        origin = FailsOnce(failing)
        origin.write(name, data)
        stat = origin.stat(name)
        row = inspector.inspect(origin, SourceFile("m", name, stat.stamp, stat.ident), beside_sheet)
        return row, origin.left > 0

    whole, _ = inspect(0)
    for failing in range(1, 1000):
        row, came_through = inspect(failing)
        if came_through:
            assert row == whole
            break
        assert row.again, f"read {failing}"
        assert "input/output error" in row.problem
    else:
        pytest.fail("it never came through")
    assert failing > 1


class _Huge(MemoryOrigin):
    """A file with a front and a great many zeros; counts what is read of it."""

    def __init__(self, front: bytes, size: int) -> None:
        super().__init__("m")
        self.front, self.size, self.given = front, size, 0

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        data = self.front[offset : offset + size]
        data += bytes(min(size, self.size - offset) - len(data))
        self.given += len(data)
        return data


@pytest.mark.parametrize(
    "front",
    [
        pytest.param(b"MPCKXX\x00", id="a packet that leads back to itself"),
        pytest.param(b"MPCKSH\x04" + bytes(4) + b"\x08\x01\x01", id="a packet of less than nothing"),
    ],
)
def test_a_file_that_sends_readers_astray(front: bytes) -> None:
    origin = _Huge(front, 8 << 30)
    inspector = FileInspector(PictureStore(MemoryKv()), INSPECTORS)
    row = inspector.inspect(origin, SourceFile("m", "a.mpc", Stamp(origin.size, 1)), False)
    assert row.problem
    assert not row.again
    assert origin.given < 500 << 20
