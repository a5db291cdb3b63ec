"""`musfuse demo`: the main job, on a small library that it makes itself."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from musfuse.cli.common import print_table, size
from musfuse.errors import MusfuseError
from musfuse.wording import counted

_RATE = 44_100
_SECONDS = 20
_TRACKS = (
    ("Morning.wav", "WAV", "PCM_16"),
    ("Noon.aiff", "AIFF", "PCM_24"),
    ("Evening.flac", "FLAC", "PCM_16"),
    ("Night.mp3", "MP3", "MPEG_LAYER_III"),
)


@click.command("demo", epilog="Example: musfuse demo")
def command() -> None:
    """Make a small library (WAV, AIFF, FLAC, MP3), mount it, list it, check one track against its source, unmount.

    Everything happens in a temporary folder, which is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="musfuse-demo-") as name:
        folder = Path(name)
        music, drive, library = folder / "Music", folder / "Drive", folder / "library"
        drive.mkdir()
        _say("making a library of four originals")
        _make(music)
        print_table(
            ("original", "size"),
            ((str(p.relative_to(folder)), size(p.stat().st_size)) for p in sorted(music.iterdir())),
        )
        _say(f"musfuse mount {music.name} {drive.name}")
        _musfuse("mount", "--library", library, music, drive)
        try:
            _musfuse("index", "--wait", "--library", library)
            _look(drive, folder)
            passed = _check(music / "Morning.wav", next(drive.rglob("*Morning.flac")))
        finally:
            _say(f"musfuse unmount {drive.name}")
            _musfuse("unmount", drive)
        if any(drive.iterdir()):
            raise click.ClickException("the drive is still there after unmounting")
    _say("all is well" if passed else "a check failed")
    if not passed:
        raise SystemExit(1)


def _say(text: str) -> None:
    click.secho(f"\n==> {text}", bold=True)


def _musfuse(*args: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "musfuse", *map(str, args)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise MusfuseError((done.stderr or done.stdout).strip().removeprefix("musfuse: "))


def _look(drive: Path, folder: Path) -> None:
    _say("the drive: sizes are exact, nothing was written to the originals")
    files = sorted(p for p in drive.rglob("*") if p.is_file())
    print_table(
        ("on the drive", "size"), ((str(p.relative_to(folder)), counted(p.stat().st_size, "byte")) for p in files)
    )


def _check(source: Path, served: Path) -> bool:
    _say(f"checking {served.name} against {source.name}")
    data = served.read_bytes()
    checks = [
        ("bytes read = size of the first stat", len(data) == served.stat().st_size),
        ("PCM equals the source's", _pcm_digest(source) == _pcm_digest(served)),
    ]
    if shutil.which("flac"):
        tested = subprocess.run(["flac", "-s", "-t", str(served)], capture_output=True, check=False)
        checks.append(("flac -t, MD5 of the audio included", tested.returncode == 0))
    else:
        click.echo("the flac program is not installed; its test is left out")
    print_table(("check", "result"), ((what, "passed" if ok else "FAILED") for what, ok in checks))
    return all(ok for _, ok in checks)


def _pcm_digest(path: Path) -> str:
    import soundfile

    digest = hashlib.sha256()
    try:
        with soundfile.SoundFile(path) as opened:
            while block := bytes(opened.buffer_read(1 << 16, "int32")):
                digest.update(block)
    except soundfile.LibsndfileError as error:
        return f"{path.name}: {error}"  # which is no digest of anything
    return digest.hexdigest()


def _make(music: Path) -> None:
    import soundfile

    music.mkdir()
    for number, (name, fmt, subtype) in enumerate(_TRACKS, 1):
        path = music / name
        with soundfile.SoundFile(path, "w", _RATE, 2, subtype, format=fmt) as out:
            for block in _sound(number):
                out.write(block)
        _tag(
            path,
            {
                "artist": "The Demo",
                "album": "Times of Day",
                "date": "2026",
                "title": path.stem,
                "tracknumber": str(number),
            },
        )


def _sound(seed: int) -> Iterator[Any]:
    """Blocks of one second, float64 of shape (samples, 2): a plucked chord over soft noise."""
    import numpy as np

    rng = np.random.default_rng(seed)
    t = np.arange(_RATE) / _RATE
    for second in range(_SECONDS):
        pitch = 110 * 2 ** (((second * 5 + seed * 3) % 24) / 12)
        note = sum(np.sin(2 * np.pi * pitch * n * t) / n for n in (1, 2, 3, 4)) * np.exp(-3 * t) * 0.2
        yield np.stack([note, np.roll(note, 99)], 1) + rng.normal(0, 0.003, (_RATE, 2))


def _tag(path: Path, tags: dict[str, str]) -> None:
    import mutagen
    from mutagen import id3

    opened: Any = mutagen.File(path)
    if path.suffix == ".flac":
        opened.update({name: [value] for name, value in tags.items()})
    else:
        frames = {"artist": id3.TPE1, "album": id3.TALB, "date": id3.TDRC, "title": id3.TIT2, "tracknumber": id3.TRCK}
        if opened.tags is None:
            opened.add_tags()
        for name, value in tags.items():
            opened.tags.add(frames[name](encoding=3, text=[value]))
    opened.save()
