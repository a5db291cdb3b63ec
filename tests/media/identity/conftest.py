"""Small files of every kind that is written here, without and with tags."""

import subprocess
from pathlib import Path

import pytest
import sound
from tests_support import needs_program

from media.retag.conftest import originals

__all__ = ["originals"]

SOUNDS: dict[str, tuple[str, ...]] = {
    "a.mp3": ("-c:a", "libmp3lame", "-write_xing", "0"), "a.mp2": (), "a.aac": (), "a.m4a": ("-c:a", "aac"),
    "alac.m4a": ("-c:a", "alac"), "a.ogg": ("-c:a", "libvorbis"), "a.opus": (), "a.spx": ("-ar", "32000"),
    "a.oga": ("-c:a", "flac"), "a.flac": (), "a.wma": (), "a.mka": ("-c:a", "libopus"), "a.tta": (), "a.wv": (),
    "a.ac3": (), "a.eac3": (), "f32.wav": ("-c:a", "pcm_f32le"), "a.w64": (), "a.caf": (), "a.au": (), "a.aiff": (),
    "rf64.wav": ("-rf64", "always"),
    "frag.m4a": ("-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-frag_duration", "500000"),
}  # fmt: skip
"""Names of small files, and what ffmpeg makes them with."""


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([needs_program("ffmpeg"), "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of every kind that ffmpeg writes, by name."""
    needs_program("ffmpeg")
    folder = tmp_path_factory.mktemp("sounds")
    source = sound.write(folder / "source.wav", 90_000)
    for name, options in SOUNDS.items():
        ffmpeg("-i", source, *options, "-metadata", "title=One", folder / name)
    return {name: folder / name for name in SOUNDS}
