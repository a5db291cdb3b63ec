"""Programs that walk the drive and look at everything (find, du, rsync, a media server) read no original."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from mutagen.flac import FLAC, Picture
from tests_support import needs_program
from watched import watched

from mount.conftest import Program

Walk = Callable[[Path, Path], None]


def walked_by(*command: str) -> Walk:
    """Runs a command with {} for the drive and {to} for an empty folder."""

    def run(drive: Path, to: Path) -> None:
        needs_program(command[0])
        words = [word.format(drive, to=to) for word in command]
        assert subprocess.run(words, check=True, capture_output=True).stdout or command[0] == "du"

    return run


def as_a_media_server(drive: Path, to: Path) -> None:
    """Lists everything, and asks for each file and for what usually lies beside music."""
    del to
    for folder, _, files in os.walk(drive):
        for name in (*files, "cover.jpg", "folder.jpg", "album.nfo", ".nomedia"):
            path = Path(folder, name)
            assert not path.exists() or path.stat().st_size >= 0


WALKS: dict[str, Walk] = {
    "find": walked_by("find", "{}", "-type", "f", "-printf", "%s %T@ %p\\n"),
    "ls": walked_by("ls", "-lR", "{}"),
    "du": walked_by("du", "-ab", "{}"),
    "rsync": walked_by("rsync", "-ani", "{}/", "{to}/"),
    "a media server": as_a_media_server,
}


@pytest.fixture
def albums(program: Program) -> Program:
    """Albums of which each shows another kind of file and of cover."""
    tags = {"artist": "Band", "genre": "Rock"}
    music = program.music
    for number, suffix in enumerate(("wav", "flac", "mp3", "ogg")):
        for track in (1, 2):
            path = music / f"{number}/{track}.{suffix}"
            sound.write(path, 20_000, seed=10 * number + track, album=f"A{number}", title=f"T{track}", **tags)
            if suffix in ("wav", "mp3"):
                sound.add_picture(path, sound.picture(400 + number))
    (music / "1/cover.jpg").write_bytes(sound.picture(500, "JPEG"))
    embed(music / "1/1.flac", sound.picture(350))
    (music / "3/folder.png").write_bytes(sound.picture(600))
    (music / "3/booklet.pdf").write_bytes(b"%PDF")
    return program


def mount(program: Program, *flags: str, **options: str) -> None:
    """With a kernel that remembers nothing: each walk asks the drive."""
    env = {"MUSFUSE_VIEW_SIDECARS": "*.pdf", "MUSFUSE_FUSE_CACHE_SECONDS": "0", **options}
    program.mount(*flags, env=env)


def sizes(program: Program) -> dict[Path, int]:
    return {path: path.stat().st_size for path in program.files()}


def test_walks_read_no_original(albums: Program, tmp_path: Path) -> None:
    mount(albums, "--wait=index")
    for album in ("album:A2", "album:A3"):
        albums.run("tag", "set", "--library", albums.library, album, "comment=another size")
    albums.rest()
    with watched(albums.music) as originals:
        for name, walk in WALKS.items():
            (tmp_path / name).mkdir()
            walk(albums.mnt, tmp_path / name)
            assert originals.read() == set(), name
        told = sizes(albums)
        assert len([path for path in told if path.name.startswith("cover")]) == 12
        assert originals.read() == set()
        for path, size in told.items():
            assert len(path.read_bytes()) == size, path
        assert originals.read() != set()
    albums.unmount()


def test_without_background_work_a_first_walk_reads_once_what_sizes_need(albums: Program) -> None:
    """Originals that have to be encoded, and one of an album whose cover has to be taken out of it."""
    mount(albums, MUSFUSE_INDEX_BACKGROUND="false", MUSFUSE_IDENTITY_LOSSY="never")
    albums.wait_for_scan()
    with watched(albums.music) as originals:
        told = sizes(albums)
        read = {str(Path(path).relative_to(albums.music)) for path in originals.read()}
        assert read == {"0/1.wav", "0/2.wav", "1/1.flac", "2/1.mp3"}
        assert sizes(albums) == told
        assert originals.read() == set()
    albums.unmount()


def embed(path: Path, data: bytes) -> None:
    """Put a front cover into a FLAC."""
    picture, flac = Picture(), FLAC(path)
    picture.type, picture.mime, picture.data = 3, "image/png", data
    flac.add_picture(picture)
    flac.save()
