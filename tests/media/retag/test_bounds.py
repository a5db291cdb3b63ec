"""Headers are made in the drive's process: hostile originals are refused before they cost memory or time."""

from pathlib import Path

import hostile
import pytest
import sound

from media.retag.rendering import layout, render
from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.layout import Inline
from musfuse.media.tags.edit import make_edit
from musfuse.model import TagSet

EDIT = make_edit(TagSet({"title": ["Old"]}), TagSet({"title": ["New"]}))
MIB = 1 << 20


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bombs")
    hostile.make_bombs(folder / "bombs", sound.write(folder / "source.flac"), mib=40, count=220_000, gib=1)
    return folder / "bombs"


@pytest.mark.parametrize(
    "name",
    ["nuls-1.mp3", "nuls-32.mp3", "inflates.mp3", "inflates-in-2.3.mp3", "unsynchronised.mp3", "nested.mp3",
     "in-a-chunk.wav", "many-frames.mp3", "empty-frames.mp3", "titles.flac", "titles.opus", "items.ape", "items.mp3"],
)  # fmt: skip
def test_what_a_scan_does_not_look_into_is_not_written_anew(bombs: Path, name: str) -> None:
    with pytest.raises(ExcessiveError):
        layout(bombs / name, EDIT)


def test_whatever_else_stands_there_little_is_made_in_memory(bombs: Path) -> None:
    for path in bombs.iterdir():
        try:
            made = layout(path, EDIT)
        except MalformedError:
            continue
        except Exception as error:
            assert "not rewritten" in str(error), path.name
            continue
        assert sum(part.length for part in made.segments if isinstance(part, Inline)) < MIB, path.name


@pytest.mark.parametrize("kind", ["flac", "mp3", "m4a faststart", "opus"])
def test_room_for_no_reason_is_given_up(originals: dict[str, Path], tmp_path: Path, kind: str) -> None:
    path, long = originals[kind], TagSet({"lyrics": ["la " * 30_000]})
    wide = render(path, make_edit(TagSet(), long, padding=20 * MIB), tmp_path / f"wide{path.suffix}")
    assert wide.stat().st_size > 18 * MIB
    made = layout(wide, make_edit(long, TagSet({"title": ["B"]})))
    assert sum(part.length for part in made.segments if isinstance(part, Inline)) < MIB
    narrow = tmp_path / f"narrow{path.suffix}"
    narrow.write_bytes(made.read_at(0, made.size))
    assert narrow.stat().st_size < wide.stat().st_size - 18 * MIB
    assert sound.ffmpeg_md5(narrow) == sound.ffmpeg_md5(path)
