import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests_support import needs_program

TAGS = ["title=Old Title", "artist=Old Artist", "album=Old Album", "track=2/9", "genre=Rock", "comment=old words"]


def _encode(wav: Path, target: Path, *options: str) -> None:
    meta = [part for tag in TAGS for part in ("-metadata", tag)]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(wav), *options, *meta, "-bitexact", str(target)], check=True
    )


@pytest.fixture(scope="session")
def originals(tmp_path_factory) -> dict[str, Path]:
    """A tagged file of every kind that can be retagged, by kind."""
    needs_program("ffmpeg")
    folder = tmp_path_factory.mktemp("originals")
    wav = folder / "plain.wav"
    rng = np.random.default_rng(7)
    pcm = (rng.normal(0, 3000, (44_100 * 2, 2))).astype("int16")
    with wave.open(str(wav), "wb") as out:
        out.setparams((2, 2, 44_100, 0, "NONE", ""))
        out.writeframes(pcm.tobytes())
    found = {}

    def add(kind: str, suffix: str, *options: str) -> None:
        found[kind] = folder / f"{kind}.{suffix}"
        _encode(wav, found[kind], *options)

    add("flac", "flac")
    add("mp3", "mp3", "-c:a", "libmp3lame", "-b:a", "96k")
    add("mp3 2.3", "mp3", "-c:a", "libmp3lame", "-id3v2_version", "3", "-write_id3v1", "1")
    add("vorbis", "ogg", "-c:a", "libvorbis")
    add("opus", "opus", "-c:a", "libopus", "-b:a", "64k")
    add("ogg flac", "oga", "-c:a", "flac")
    add("m4a", "m4a", "-c:a", "aac", "-b:a", "96k")
    add("m4a faststart", "m4a", "-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart")
    add("wav", "wav")
    add("rf64", "wav", "-rf64", "always")
    add("aiff", "aiff", "-write_id3v2", "1")
    found["bare aiff"] = folder / "bare.aiff"
    soundfile.write(found["bare aiff"], pcm, 44_100)
    found["bare flac"] = folder / "bare.flac"
    soundfile.write(found["bare flac"], pcm, 44_100)
    found["wavpack"] = folder / "wavpack.wv"
    _encode(wav, found["wavpack"])
    return found


KINDS = [
    "flac", "bare flac", "mp3", "mp3 2.3", "vorbis", "opus", "ogg flac", "m4a", "m4a faststart", "wav", "rf64", "aiff",
    "bare aiff", "wavpack",
]  # fmt: skip
