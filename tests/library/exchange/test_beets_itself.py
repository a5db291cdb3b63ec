"""beets itself, of both layouts, makes its library now, and the libraries of iTunes that its own tests read are read
here; scripts/setup.sh installs all that, and where it cannot, the samples in the project have to do."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from library.exchange import beetsmusic
from musfuse.library.exchange.beets import Beets
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.exchange.itunes import SECTIONS, Itunes
from musfuse.library.exchange.plist import PropertyList
from musfuse.library.exchange.steady import SteadyFile
from musfuse.store.foreign import foreign_database

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musfuse"
SAMPLES = Path(__file__).with_name("samples")
FILL = """
import sys
sys.path.insert(0, sys.argv[1])
import beetsmusic
from beets.library import Library
beetsmusic.fill(Library(sys.argv[3], directory=sys.argv[2]))
"""


def read(path: Path) -> list[ForeignTrack]:
    with foreign_database(path) as database:
        return list(Beets(database).tracks())


@pytest.mark.parametrize("version", ["1.6.0", "2.14.1"])
def test_what_beets_makes_now_is_what_the_samples_are(version: str, tmp_path: Path) -> None:
    python = CACHE / f"beets-{version}/bin/python"
    if not python.exists():
        pytest.skip(f"beets {version} is not installed; scripts/setup.sh does that")
    music, database = tmp_path / "music", tmp_path / "library.db"
    beetsmusic.write(music)
    done = subprocess.run(
        [python, "-c", FILL, str(Path(__file__).parent), str(music), str(database)], capture_output=True, text=True,
        env={"HOME": str(tmp_path), "BEETSDIR": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made, sample = read(database), read(SAMPLES / f"beets-{version}.db")
    assert [track.place.removeprefix(f"{music}/") for track in made] == [path for path, *_ in beetsmusic.TRACKS]
    assert [track._replace(place="") for track in made] == [track._replace(place="") for track in sample]


@pytest.mark.parametrize(("name", "root"), [("unix", "/Music"), ("windows", "G:/Music")])
def test_libraries_of_itunes_that_beets_tests_with(name: str, root: str, tmp_path: Path) -> None:
    source = CACHE / "beets-1.6.0/source/beets-1.6.0.tar.gz"
    if not source.exists():
        pytest.skip("the source of beets 1.6.0 is not there; scripts/setup.sh fetches it")
    with tarfile.open(source) as archive:
        file = archive.extractfile(f"beets-1.6.0/test/rsrc/itunes_library_{name}.xml")
        assert file is not None
        (tmp_path / "x.xml").write_bytes(file.read())
    with SteadyFile(tmp_path / "x.xml") as file:
        library = Itunes(PropertyList(file, SECTIONS))
        never, often, third = library.tracks()
        assert list(library.playlists()) == []  # those that there are hold everything
    assert never.place == f"{root}/Alt-J/An Awesome Wave/03 Tessellate.mp3"
    assert third.place.endswith("/Alt-J/An Awesome Wave/02 ❦ (Ripe & Ruin).mp3")
    assert (never.plays, never.stars, often.plays, often.stars, third.stars) == (0, 4, 31, 5, 0)
    assert often.last_ns == 1_430_742_051 * 10**9
    assert (often.seconds, often.tags["title"], often.tags["tracktotal"]) == (227.082, ("Breezeblocks",), ("13",))
