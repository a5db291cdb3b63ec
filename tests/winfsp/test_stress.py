"""Many operations at once against a model, and large folders. With WINFSP_OPERATIONS=100000 in the environment all of
them, else as many as take a few seconds."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from library.conftest import FORMAT

from musfuse.library.catalog import FileRow
from musfuse.model import AudioFormat, NodeKind, Stamp, TagSet
from winfsp.conftest import Windows
from winfsp.driver import FILE_READ_ATTRIBUTES, SUCCESS
from winfsp.kernel import Kernel

THREADS = 16
OPERATIONS = int(os.environ.get("WINFSP_OPERATIONS", "12000")) // THREADS * THREADS
ENTRIES = OPERATIONS // 5


@pytest.mark.timeout(900)
def test_random_operations_from_sixteen_threads(windows: Callable[..., Windows], music: Path) -> None:
    for n in range(12):
        sound.write(
            music / f"{n}.{'wav' if n % 3 else 'flac'}", 20_000, artist=f"Artist {n % 4}", album="Album", title=f"T{n}"
        )
    mounted = windows()
    drive = mounted.library.drive
    model: dict[str, bytes] = {}
    folders: dict[str, list[str]] = {}

    def walk(path: str) -> None:
        entries = list(drive.list(path, sized=True))
        folders["\\" + path.replace("/", "\\")] = [e.name for e in entries]
        for entry in entries:
            below = f"{path}/{entry.name}".lstrip("/")
            if entry.kind is NodeKind.FOLDER:
                walk(below)
            else:
                opened = drive.open(below)
                model["\\" + below.replace("/", "\\")] = drive.read_at(opened.handle, 0, opened.size)
                drive.close(opened.handle)

    walk("")
    files, places = sorted(model), sorted(folders)
    kernel = Kernel(mounted.ffi, mounted.volume, THREADS)

    def work(seed: int) -> int:
        rng, held, done = random.Random(seed), [], 0
        while done < OPERATIONS // THREADS:
            kind = rng.random()
            if kind < 0.12 or not held:
                name = rng.choice(files)
                opened = kernel.driver.open(name.upper() if rng.random() < 0.3 else name, 0x81, 0)
                assert opened.status == SUCCESS
                assert opened.name == name
                assert opened.info is not None
                assert opened.info.size == len(model[name])
                held.append((name, opened))
            elif kind < 0.22:
                kernel.driver.close(held.pop(rng.randrange(len(held)))[1])
            elif kind < 0.90:
                name, opened = rng.choice(held)
                offset, length = rng.randrange(len(model[name]) + 5000), rng.choice((1, 512, 4096, 16_384))
                code, data = kernel.driver.read(opened, offset, length)
                assert data == model[name][offset : offset + length]
                assert (code == SUCCESS) == (offset < len(model[name]))
            elif kind < 0.95:
                place = rng.choice(places)
                folder = kernel.driver.open(place, 0x81, 1)
                code, entries, _ = kernel.driver.directory(folder, None, 65_536, None)
                assert code == SUCCESS
                assert [n for n, _ in entries if n not in (".", "..")] == folders[place]
                kernel.driver.close(folder)
            else:
                assert kernel.driver.open(rng.choice(files) + "x", 0x81, 0).status == 0xC0000034
            done += 1
        for _, opened in held:
            kernel.driver.close(opened)
        return done

    futures = [kernel.submit(lambda seed=seed: work(seed)) for seed in range(THREADS)]
    assert sum(f.result(600) for f in futures) == OPERATIONS
    assert not kernel.driver.files
    assert drive.open_handles == 0
    kernel.stop()


def test_a_large_folder(windows: Callable[..., Windows], music: Path) -> None:
    sound.write(music / "0.flac", 3000, artist="A", title="x")
    mounted = windows()
    library = mounted.library
    folder = library.catalog.files.folder(library.sources.rows()[0].id, "", 1)
    fmt = AudioFormat("mp3", "mp3", FORMAT.sample_rate, 2)
    rows = [
        (
            folder,
            FileRow(f"{n}.mp3", Stamp(1, n), str(n), format=fmt, tags=TagSet({"artist": ["B"], "title": [f"T{n}"]})),
        )
        for n in range(ENTRIES)
    ]
    library.catalog.files.put_files(rows)
    library.name_tracks()
    opened = mounted.kernel.open("\\B\\music", FILE_READ_ATTRIBUTES)  # no visit: there are no originals to look at
    names = [n for n, _ in mounted.kernel.entries(opened, first=65_536, later=65_536)]
    assert len(names) == len(set(names)) == ENTRIES + 2
    mounted.kernel.close(opened)
