"""A kill in the middle of a move or a copy leaves the old tree or the new one, whole, and so does a full disk."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from library.arranging.conftest import Rearranged

MOVER = """
import os, shutil, signal, sys
from pathlib import Path
from killing import Steps
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config

state, template, what, *points = Path(sys.argv[1]), sys.argv[2], sys.argv[3], *map(int, sys.argv[4:])
config = load_config(default_sections(), flags={"view.writable_view": True, "view.template": template}, env={}).config

def child(folder, point):
    library = open_library(folder, config)
    steps = Steps(point)
    for connection in (library.catalog.database._writer, library.stores.user.kv._db):
        connection.set_trace_callback(steps)  # of a statement that begins
    if what == "move":
        library.drive.rearranging.move("Ann", "Bob/Moved")
    else:
        library.drive.rearranging.copy(library.drive.row("Ann/Best/One.flac")[0].item, "Bob/Best/Copied.flac")
    print(steps.count)
    sys.stdout.flush()
    os._exit(0)

for point in points:
    folder = state.with_name(f"killed {point}") / "state"
    shutil.copytree(state, folder)
    pid = os.fork()
    if not pid:
        child(folder, point)
    _, status = os.waitpid(pid, 0)
    if status and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        sys.exit(f"{point}: {status}")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")
@pytest.mark.parametrize("what", ["move", "copy"])
def test_what_is_killed_anywhere_is_done_or_not(rearranged: Rearranged, what: str) -> None:
    old = rearranged.shown()
    rearranged.close()
    steps = int(killed(rearranged, what, 0))
    points = sorted({*range(1, steps, max(1, steps // 5)), *range(steps - 4, steps + 2)})  # the last one is not reached
    killed(rearranged, what, *points)
    seen = set()
    new = {**old, "Bob/Best/Copied.flac": old["Ann/Best/One.flac"]}
    if what == "move":
        new = {re.sub("^Ann", "Bob/Moved", path): name for path, name in old.items()}
    for point in points:
        other = Rearranged.__new__(Rearranged)
        other.__dict__.update(rearranged.__dict__)
        other.folder = rearranged.folder / f"killed {point}"
        library = other.open()
        shown = other.shown()
        assert shown in (old, new), point
        assert library.arranging.arranger(1).table.count() == (shown == new)
        other.made_anew()
        assert other.shown() == shown
        other.close()
        seen.add(shown == new)
    assert seen == {False, True}


def killed(made: Rearranged, what: str, *points: int) -> str:
    """Move or copy in copies of the library, each of which is killed at a step; what the last one said that was not."""
    template = str(made._options["view.template"])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [Path(__file__).parents[3], *sys.path]))}
    done = subprocess.run(
        [sys.executable, "-c", MOVER, str(made.folder / "state"), template, what, *map(str, points)],
        capture_output=True, text=True, env=environment, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shutil.rmtree(made.folder / "killed 0", ignore_errors=True)
    return done.stdout
