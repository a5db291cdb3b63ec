"""kill -9 in the middle of a job: it is interrupted, and the next process goes on with it."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.jobs import Jobs
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config.load import load_config
from musfuse.jobs import State
from musfuse.store.jobtable import read_jobs

FLAGS = {"index.background": False}
OWNER = """
import sys, threading
from pathlib import Path
from musfuse.app.jobs import Jobs
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.config.load import load_config
from musfuse.library.sizes import Sizes
from musfuse.origins import LocalOrigin

state, music, kind = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
library = open_library(state, load_config(default_sections(), env={}, flags={"index.background": False}).config, sources=[music])
jobs = Jobs(library)
jobs.start()
if kind == "index":
    jobs.runner.wait(jobs.request("scan").id)
owner, name = {"scan": (LocalOrigin, "list"), "index": (Sizes, "request")}[kind]
real, calls = getattr(owner, name), []

def held(*args, **more):
    calls.append(args)
    if len(calls) > 2:
        print("busy", flush=True)
        threading.Event().wait()
    return real(*args, **more)

setattr(owner, name, held)
jobs.request(kind, {"everything": True} if kind == "scan" else {})
jobs.request("identity")
threading.Event().wait()
"""


def killed(state: Path, music: Path, kind: str) -> None:
    """A process that owned a library, killed in the middle of a job."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, state, music, kind], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        process.kill()
        assert process.wait() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize("kind", ["scan", "index"])
def test_a_job_survives_a_kill_as_interrupted_and_goes_on(tmp_path: Path, music: Path, kind: str) -> None:
    state = tmp_path / "state"
    for n in range(6):
        sound.write(music / f"{n}/{n}.wav", 3000, title=str(n), seed=n)
    killed(state, music, kind)
    (cut, *_), (waiting, *_) = (read_jobs(state / "jobs.db", name) for name in (kind, "identity"))
    assert (cut.state, cut.began_ns > 0) == (State.INTERRUPTED, True)
    assert (waiting.state, waiting.began_ns) == (State.INTERRUPTED, 0)
    with ExitStack() as closing:
        library = open_library(state, load_config(default_sections(), env={}, flags=FLAGS).config, closing)
        jobs = Jobs(library)
        jobs.start()
        again = jobs.runner.wait(jobs.runner.asked(kind))
        before = jobs.runner.job(cut.id)
        assert (before.state, before.tries, before.ended_ns > 0) == (State.INTERRUPTED, 1, True)
        assert (again.state, again.params, again.tries) == (State.DONE, cut.params, 1)
        assert again.id > waiting.id
        assert jobs.runner.wait(jobs.runner.asked("identity")).state is State.DONE
        jobs.stop()
        jobs.join()
        assert library.catalog.nodes.counts()[1] == 6
        assert kind != "index" or library.catalog.renditions.pending(library.sizes.tokens()) == 0


def test_who_does_one_thing_leaves_what_was_interrupted_for_the_next_owner(tmp_path: Path, music: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("kills by signal")
    state = tmp_path / "state"
    for n in range(4):
        sound.write(music / f"{n}.wav", 3000, title=str(n), seed=n)
    killed(state, music, "index")
    for alone, expected in ((True, 0), (False, 1)):
        with ExitStack() as closing:
            jobs = Jobs(
                open_library(state, load_config(default_sections(), env={}, flags=FLAGS).config, closing),
                alone=alone,
            )
            jobs.start()
            asked = jobs.runner.asked("index")
            assert bool(asked) == expected
            if asked:
                assert jobs.runner.wait(asked).state is State.DONE
            jobs.stop()
            jobs.join()
