"""A drive that is timed does what another does, and counts it; one that is not has nothing of it."""

import subprocess
import sys
from pathlib import Path

import pytest
import sound

from drive.conftest import Make
from musfuse.drive.timed import TimedDrive
from musfuse.errors import NoEntryError

WANTED = {"metrics__record": True, "index__background": False}


def test_each_call_counts_once_whether_it_works_or_not(make_library: Make, music: Path) -> None:
    sound.write(music / "1.flac", artist="Ann", album="Lib", title="One")
    library = make_library(**WANTED)
    drive, recorder = library.drive, library.drives.recorder
    assert recorder is not None
    before = dict.fromkeys(("getattr", "opendir", "readdir", "open", "read", "release", "statfs"), 0)

    def counted() -> dict[str, int]:
        found = {
            sample.labels["op"]: int(sample.value)
            for family in recorder.families()
            for sample in family.samples
            if family.name == "musfuse_fuse_ops"
        }
        return {op: found[op] - before[op] for op in before}

    before = counted()
    for other in (drive, drive.ignoring_case()):
        assert isinstance(other, TimedDrive)
        other.visit("")
        assert [entry.name for entry in other.list("Ann/Lib")] == ["One.flac"]
        assert other.attr("Ann/Lib/One.flac").size
        opened = other.open("Ann/Lib/One.flac")
        assert other.read_at(opened.handle, 0, opened.size)[:4] == b"fLaC"
        other.close(opened.handle)
        assert other.statvfs().files == 1
    for missing in (drive.attr, drive.visit, drive.open, drive.list):
        with pytest.raises(NoEntryError):
            missing("none")
    assert counted() == {"getattr": 3, "opendir": 3, "readdir": 3, "open": 3, "read": 2, "release": 2, "statfs": 2}


def test_off_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from musfuse.app.library import open_library; from musfuse.config import Config;"
        f"library = open_library(Path({str(tmp_path / 'state')!r}), Config()); list(library.drive.list('')); library.close();"
        "print([name for name in sys.modules if 'metrics' in name or 'timed' in name or name == 'http.server'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(eval(said)) <= {"musfuse_metrics", "musfuse_metrics.options"}
