"""A sweep that is killed anywhere drops nothing that is referred to, and the next one goes on."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.test_collecting import DAY_NS, INDEX, Desk
from musfuse.library.collecting import Swept

SEED, KILLS, USELESS = 12, 12, 60

SWEEPER = """
import os, shutil, signal, sys
from pathlib import Path
from killing import Steps
from toy import Toy, ToyScheme
from musfuse.app.library import open_library
from musfuse.config import Config
from musfuse.library import collecting
from musfuse.origins import LocalScheme, Registry

state, now_ns, *points = Path(sys.argv[1]), *map(int, sys.argv[2:])
collecting._PAGE = 10

def child(folder, point):
    library = open_library(folder, Config(), registry=Registry([LocalScheme(), ToyScheme(toy=Toy())]))
    library.stores.cache.get("index", "")  # opens it
    steps = Steps(point)

    def hook(event, _):
        if event == "os.remove":
            steps()

    for connection in (library.catalog.database._writer, library.stores.cache._store._opened._con):
        connection.set_trace_callback(steps)  # of a statement that begins
    sys.addaudithook(hook)
    swept = library.sweeper(lambda: now_ns).sweep((), lambda: None)
    assert swept.whole
    print(steps.count)
    sys.stdout.flush()
    library.close()

for number, point in enumerate(points):
    folder = state.with_name(f"{number}") / "state"
    shutil.copytree(state, folder)
    pid = os.fork()
    if not pid:
        child(folder, point)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        sys.exit(f"{point}: {status}")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")
def test_nothing_that_is_referred_to_is_lost_where_it_is_killed(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    desk.library.sourcing.remove((str(tmp_path / "desk/two"), ""))
    kept = desk.indexed()
    assert len(kept) == 4
    useless = [f"{desk.uid('one') if n % 2 else 'gone'}/{n}/1-1/0-/8/4096/x" for n in range(USELESS)]
    for key in useless:
        desk.library.stores.kv.put(INDEX, key, b"1")
    for key in (*kept, *useless[::3], "no key", "nobody's"):
        desk.library.stores.frame_files.put(key, [1000], 0, bytes(1000))
        os.utime(desk.library.stores.frame_files._path(key), (1, 1))
    desk.now_ns += DAY_NS
    desk.library.close()
    state = desk.folder / "state"

    def swept(*points: int) -> list[int]:
        """Steps of those that lived, numbers as they come."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        args = [sys.executable, "-c", SWEEPER, state, str(desk.now_ns), *map(str, points)]
        told = subprocess.run(args, check=True, env=environment, timeout=300, capture_output=True, text=True).stdout
        return [int(line) for line in told.split()]

    (steps,) = swept(0)
    assert steps > 2 * USELESS
    shutil.rmtree(desk.folder / "0")
    assert swept(*random.Random(SEED).sample(range(1, steps + 1), KILLS)) == []
    left = []
    for number in range(KILLS):
        desk.state = desk.folder / f"{number}/state"
        desk.open()
        left.append(len(desk.indexed() - kept))
        assert desk.indexed() >= kept
        assert desk.library.sweeper(lambda: desk.now_ns).is_due()
        assert desk.sweep().whole
        assert desk.indexed() == kept
        assert all(desk.library.stores.frame_files.get(key, [1000], 0) == bytes(1000) for key in kept)
        assert desk.sweep() == Swept(0, 0, whole=True)
        assert sorted(path.name for path in desk.state.glob("runs/*.run*")) == sorted(
            map(desk.library.stores.frame_files.name, kept)
        )
        desk.library.close()
    assert min(left) < USELESS / 2 < max(left)  # of early ones and late ones
