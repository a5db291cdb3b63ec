"""The drive as a whole, as `df` shows it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import sound

from mount.conftest import Program


def test_df_shows_the_size_of_the_drive(program: Program, music: Path, until: Callable[..., None]) -> None:
    sound.write(music / "1.wav", 400_000, title="One")
    sound.write(music / "2.mp3", 300_000, title="Two")
    program.mount()
    program.settle()
    files = program.files()
    assert len(files) == 2
    blocks = -(-sum(path.stat().st_size for path in files) // 4096)
    until(lambda: os.statvfs(program.mnt).f_blocks == blocks)
    facts = os.statvfs(program.mnt)
    assert (facts.f_frsize, facts.f_bfree, facts.f_bavail, facts.f_ffree) == (4096, 0, 0, 0)
    said = subprocess.run(
        ["df", "-B4096", "--output=size,used,avail,pcent", program.mnt], capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines()[1].split() == [str(blocks), str(blocks), "0", "100%"]


def test_an_image_behind_its_tracks_does_not_count(program: Program, music: Path, until: Callable[..., None]) -> None:
    sound.write(music / "image.flac", 44_100 * 8)
    (music / "image.cue").write_text(
        'FILE "image.flac" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 01 00:04:00\n'
    )
    program.mount()
    program.settle()
    files = program.files()
    assert len(files) == 2
    blocks = -(-sum(path.stat().st_size for path in files) // 4096)
    until(lambda: os.statvfs(program.mnt).f_blocks == blocks)
