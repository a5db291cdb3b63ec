"""Whatever was done in whatever order, the drive is what a new catalog over the same originals and user.db would show."""

import random
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.drive import DirEntry
from musfuse.errors import NoEntryError, NotAFolderError, NotFoundError
from musfuse.model import ArtKind, NodeKind, TagSource
from musfuse.service.tagging import Who

SOURCES = [TagSource.USER, TagSource.PROVIDER, TagSource.ORCHESTRATOR]


def shown(library: Library, path: str = "") -> dict[str, tuple[int, dict[str, tuple[str, ...]]]]:
    """Every file of the drive: its size, and the tags of a track."""
    found = {}
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        if entry.kind is NodeKind.FOLDER:
            found |= shown(library, below)
        else:
            _, row = library.drive.row(below)
            found[below] = (library.drive.attr(below).size, dict(row.track.tags) if row else {})
    return found


def paths(library: Library, path: str = "") -> set[str]:
    """Every file and folder of the drive."""
    found = {path}
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found |= paths(library, below) if entry.kind is NodeKind.FOLDER else {below}
    return found


def said(library: Library, path: str) -> DirEntry | None:
    """What the drive remembers of a path, or looks up."""
    try:
        return library.drive.entry(path)
    except (NoEntryError, NotAFolderError):
        return None


def step(rng: random.Random, library: Library, music: Path) -> None:
    """One thing that a user, another program or a scan does."""
    files = sorted(p for p in music.rglob("*") if p.suffix in (".flac", ".wav"))
    who = Who("tester", rng.choice(SOURCES))
    path = rng.choice(files) if files else music
    target = [(str(path), str(path))]
    tagging = library.tagging
    what = rng.randrange(10)
    try:
        if what == 0 or not files:
            name = music / f"d{rng.randrange(3)}" / f"{rng.randrange(6)}{rng.choice(['.flac', '.wav'])}"
            sound.write(name, rng.randrange(1000, 4000), artist=f"A{rng.randrange(2)}", title=f"T{rng.randrange(3)}",
                        album=f"B{rng.randrange(2)}", discnumber=str(rng.randrange(1, 3)))  # fmt: skip
        elif what == 1:
            path.unlink()
        elif what == 2:
            path.rename(path.with_name(f"moved{rng.randrange(3)}{path.suffix}"))
        elif what == 3:
            picture = music / f"d{rng.randrange(3)}" / "cover.png"
            picture.parent.mkdir(exist_ok=True)
            picture.write_bytes(sound.picture(rng.randrange(20, 40)))
        elif what == 4:
            tagging.clear(target, [rng.choice(["artist", "album", "title"])], who)
        elif what == 5:
            tagging.lock(target, [rng.choice(["artist", "album"])], who)
        elif what == 6:
            tagging.undo(rng.randrange(0, library.collector.last() + 1), who)
        elif what == 7:
            (music.parent / "p.png").write_bytes(sound.picture(rng.randrange(20, 40)))
            tagging.set_art(target, music.parent / "p.png", ArtKind.FRONT, who)
        else:
            field = rng.choice(["artist", "album", "title", "discnumber", "genre"])
            tagging.set(target, [f"{field}={rng.choice(['', '1', '2', 'Other', 'Ä'])}"], who)
    except (NoEntryError, NotFoundError):
        pass  # a file that no scan has seen yet, or no change to take back
    if rng.random() < 0.4:
        library.scan_all(library.scanner())


@pytest.mark.parametrize("seed", range(12))
def test_any_order(tmp_path: Path, music: Path, seed: int) -> None:
    rng = random.Random(seed)
    config = load_config(default_sections()).config
    with ExitStack() as closing:
        library = open_library(tmp_path / "state", config, closing)
        library.add_sources([music])
        told = set[str]()
        for _ in range(25):
            step(rng, library, music)
            told |= paths(library)
            remembered = {path: said(library, path) for path in told}
            library.drive.invalidate()
            assert remembered == {path: said(library, path) for path in told}
        library.scan_all(library.scanner())
        seen = shown(library)
    for path in (tmp_path / "state").glob("catalog.db*"):
        path.unlink()
    with ExitStack() as closing:
        again = open_library(tmp_path / "state", config, closing)
        again.add_sources([music])
        again.scan_all(again.scanner())
        assert shown(again) == seen
