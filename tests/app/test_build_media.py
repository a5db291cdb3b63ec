"""What makes bytes of originals, put together: options reach their parts, and all is closed in reverse."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.model import AudioFormat, Rendition
from musfuse.service.requests.library import FindTracks


def test_options_reach_the_parts(tmp_path: Path) -> None:
    config = load_config(
        default_sections(), flags={"flac.level": 8, "cache.frames_mib": 3, "index.workers": 3}, env={}
    ).config
    with ExitStack() as closing:
        media = open_library(tmp_path / "state", config, closing).media
        aiff, mp3 = AudioFormat("aiff", "pcm_16", 44_100, 2, 16, 30_000, "int"), AudioFormat("mp3", "mp3", 44_100, 2)
        made = {policy: media.engine.rendition_of(aiff, policy) for policy in ("flac", "wav", "original")}
        assert made == {"flac": Rendition.FLAC, "wav": Rendition.WAV, "original": Rendition.ORIGINAL}
        assert media.engine.rendition_of(mp3, "flac") is Rendition.ORIGINAL
        other = load_config(default_sections(), flags={"flac.level": 0}, env={}).config
        tokens = open_library(tmp_path / "other", other, closing).sizes.tokens()
        assert open_library(tmp_path / "same", config, closing).sizes.tokens() != tokens


@pytest.mark.usefixtures("cold_workers")
def test_what_is_made_is_closed_with_the_library(tmp_path: Path, music: Path) -> None:
    """Workers that were at work end; nothing that was begun is left to the interpreter's end."""
    sound.write(music / "1.wav", 50_000, title="One")
    before = children()  # workers that tests share, in the same process
    with ExitStack() as closing:
        library = open_library(
            tmp_path / "state", load_config(default_sections(), env={}).config, closing, sources=[music]
        )
        library.scan_all(library.scanner())
        (name,) = (track.path for track in library.handlers().rows(FindTracks()))
        library.drive.attr(name)
        assert children() - before
    assert not children() - before


def children() -> set[int]:
    """Processes begun by this one."""
    return {int(pid) for tasks in Path("/proc/self/task").glob("*/children") for pid in tasks.read_text().split()}
