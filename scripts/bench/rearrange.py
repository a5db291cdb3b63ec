"""How long it takes to rearrange a view by hand: folders with many tracks moved on a real mount, files one by one.

python scripts/bench/rearrange.py [--tracks 10000]
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / folder) for folder in ("tests", "adapters", ".")]

import sound  # noqa: E402

from musfuse.app.build.faces import choose_mounter  # noqa: E402
from musfuse.app.library import Library, open_library  # noqa: E402
from musfuse.app.sections import default_sections  # noqa: E402
from musfuse.config import load_config  # noqa: E402

_ALBUM, _COPIED = 12, 50


def main() -> None:
    """Print a line for each thing that was done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tracks", type=int, default=10_000)
    tracks = parser.parse_args().tracks
    flags = {"view.writable_view": True, "view.template": "$genre/$album/$track - $title", "view.policy": "original"}
    config = load_config(default_sections(), flags={**flags, "index.background": False}, env={}).config
    with ExitStack() as closing:
        folder = Path(tempfile.mkdtemp(prefix="rearrange "))
        closing.callback(shutil.rmtree, folder)
        music, mnt = folder / "music", folder / "mnt"
        mnt.mkdir()
        write(music, tracks)
        library = open_library(folder / "state", config, closing, sources=[music])
        library.scan_all(library.scanner())
        closing.callback(choose_mounter(config).mount(library.drive, mnt).unmount, force=True)
        timed(f"move a folder with {tracks:,} tracks, first", lambda: os.rename(mnt / "Rock", mnt / "Moved"))
        timed("move it again", lambda: os.rename(mnt / "Moved", mnt / "Again"))
        album = sorted(os.listdir(mnt / "Again"))[0]
        os.mkdir(mnt / "Files")
        files = sorted(os.listdir(mnt / "Again" / album))
        each = timed(
            f"move {len(files)} files",
            lambda: [os.rename(mnt / "Again" / album / name, mnt / "Files" / name) for name in files],
        )
        print(f"  {each / len(files) * 1000:.1f} ms each")
        albums = sorted(os.listdir(mnt / "Again"))[1 : 1 + _COPIED]
        each = timed(
            f"copy {len(albums)} albums",
            lambda: [shutil.copytree(mnt / "Again" / name, mnt / "Copied" / name) for name in albums],
        )
        print(f"  {each / len(albums) / _ALBUM * 1000:.1f} ms each track")
        arranger = library.arranging.arranger(1)
        rest = arranger.table.count() - 1
        timed("take it back, but for the first move", lambda: take_back(library, rest))
        timed("take the first move back", lambda: take_back(library, 1))


def take_back(library: Library, count: int) -> None:
    """Take back the last edits, and have everything named."""
    arranger = library.arranging.arranger(1)
    library.arranging.named_again(lambda: arranger.take_back(count))


def write(music: Path, tracks: int) -> None:
    """Make so many small files, by twelve to an album."""
    first = sound.write(music / "first.flac", 500, genre="Rock", album="Album", title="Title")
    for number in range(tracks):
        path = music / f"{number // _ALBUM}" / f"{number}.flac"
        path.parent.mkdir(exist_ok=True)
        shutil.copy(first, path)
        sound.tag(
            path, album=f"Album {number // _ALBUM}", title=f"Title {number}", tracknumber=str(number % _ALBUM + 1)
        )
    first.unlink()


def timed(what: str, call: Callable[[], object]) -> float:
    """Do something, and print how long it took, in s."""
    began = time.perf_counter()
    call()
    took = time.perf_counter() - began
    print(f"{what}: {took:.2f} s", flush=True)
    return took


if __name__ == "__main__":
    main()
