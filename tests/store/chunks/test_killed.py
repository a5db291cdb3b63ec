"""A chunk cache whose process is killed anywhere while it fills, drops and cuts: no wrong byte, and the limit holds."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from musfuse.store.chunks.cutter import LARGEST
from musfuse.store.chunks.store import ChunkStore

from .shelves import bytes_on_disk, contents, named

LIMIT, SIZE, COUNT = 3_000_000, 700_000, 12
CONTENTS = {number: contents(number, SIZE) for number in range(COUNT)}
ROUNDS = {"default": 6, "long": 200}

FILLER = """
import os, random, sys
from pathlib import Path
from killing import Steps
from store.chunks.shelves import named
from store.chunks.test_killed import CONTENTS, COUNT, LIMIT, SIZE
from musfuse.store.chunks.store import ChunkStore

folder = Path(sys.argv[1])
def fill(seed, point):
    steps = Steps(point)

    def hook(event, args):
        if event in ("os.remove", "os.rename", "os.mkdir") or (event == "open" and "w" in str(args[1])):
            steps()

    sys.addaudithook(hook)
    store = ChunkStore(folder, LIMIT, spare_bytes=0)
    store.shelf._table._db.set_trace_callback(steps)
    order = random.Random(seed)
    for _ in range(40):
        number = order.randrange(COUNT)
        at = order.randrange(0, SIZE, 65536)
        store.keep(named(str(number), CONTENTS[number]), at, CONTENTS[number][at:at + 200_000])
        if not order.randrange(6):
            store.keep(named(str(number), CONTENTS[number]), 0, CONTENTS[number])
            store.recutter.wait()
    os.write(2, b"%d steps\\n" % steps.count)

for seed, point in zip(map(int, sys.argv[2::2]), map(int, sys.argv[3::2])):
    pid = os.fork()
    if not pid:
        fill(seed, point)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    os.write(1, b"killed " if os.WIFSIGNALED(status) else b"ended ")
    input()
"""


KEEPER = """
import os, sys
from pathlib import Path
from killing import Steps
from store.chunks.shelves import named
from store.chunks.test_killed import CONTENTS, PIECE, SIZE
from musfuse.store.chunks.store import ChunkStore

for round, point in enumerate(map(int, sys.argv[2:])):
    if os.fork():
        os.wait()
        os.write(1, b"\\n")
        continue
    store = ChunkStore(Path(sys.argv[1], str(round)), 1 << 30)
    store.shelf._table._db.set_trace_callback(Steps(point))
    for at in range(0, SIZE, PIECE):
        store.keep(named("0", CONTENTS[0]), at, CONTENTS[0][at:at + PIECE])
        os.write(1, b".")
    os._exit(0)
"""
PIECE = 70_000


def test_what_was_kept_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    points = [str(point) for point in (1, 10, 40, 61, 62, 63, 64, 10_000)]
    told = subprocess.run(
        [sys.executable, "-c", KEEPER, str(tmp_path), *points], capture_output=True, check=True,
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout.split(b"\n")[:-1]  # fmt: skip
    kept = [len(dots) for dots in told]
    assert kept[0] == 0
    assert kept[-1] == SIZE // PIECE
    assert 0 < kept[3] < SIZE // PIECE
    for number, count in enumerate(kept):
        store = ChunkStore(tmp_path / str(number), 1 << 30)
        assert store.read(named("0", CONTENTS[0]), 0, count * PIECE) == CONTENTS[0][: count * PIECE]
        store.close()


@pytest.mark.timeout(1200)
def test_no_kill_gives_wrong_bytes_or_breaks_the_limit(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rounds = ROUNDS[request.config.getoption("--hypothesis-profile") or "default"]
    folder, order = tmp_path / "chunks", random.Random(1)
    points = [text for _ in range(rounds) for text in (str(order.randrange(1000)), str(order.randrange(1, 1300)))]
    process = subprocess.Popen(
        [sys.executable, "-c", FILLER, str(folder), *points], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, bufsize=0,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    kills = found_bytes = 0
    with process:
        for _ in range(rounds):
            said = b""
            while not said.endswith((b"killed ", b"ended ")):
                piece = process.stdout.read(1)
                assert piece, "it ended"
                said += piece
            kills += said.endswith(b"killed ")
            found_bytes += _checked(folder)
            process.stdin.write(b"\n")
    assert process.returncode == 0
    assert kills >= rounds // 2
    assert found_bytes > rounds * 100_000


def _checked(folder: Path) -> int:
    """Look whether all that a killed process left is right; how many bytes it left."""
    left = list((folder / "new").iterdir()) if (folder / "new").exists() else []
    half = sum(path.stat().st_size for path in left)
    assert bytes_on_disk(folder) - half <= LIMIT
    assert half <= 1 << 20
    store = ChunkStore(folder, LIMIT, spare_bytes=0)
    store.recutter.close()
    assert bytes_on_disk(folder) <= store.kept().chunk_bytes <= LIMIT
    found = 0
    for number in range(COUNT):
        data = CONTENTS[number]
        file, at = named(str(number), data), 0
        while at < SIZE:
            piece = store.read(file, at, LARGEST)
            assert data[at : at + LARGEST].startswith(piece)
            found += len(piece)
            at += len(piece) or store.missing_until(file, at, SIZE) - at
    store.close()
    return found
