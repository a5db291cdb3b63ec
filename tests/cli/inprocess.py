"""Commands in the process of a test, from the words that were typed to the exit code: fast, and real in all but that."""

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
import sound

from musfuse.cli import cli
from musfuse.cli.ending import ended
from musfuse.cli.typed import Typed


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def run(*args: str | Path, code: int = 0) -> Done:
    """Run `musfuse` with these words; it has to end with a code."""
    done = ended_as(*args)
    assert done.code == code, done
    return done


def ended_as(*args: str | Path) -> Done:
    """Run `musfuse` with these words, however it ends."""
    typed, out, err = Typed(), StringIO(), StringIO()
    words = [str(arg) for arg in args]
    with redirect_stdout(out), redirect_stderr(err):
        ending = ended(lambda: cli.main(words, prog_name="musfuse", standalone_mode=False, obj=typed), typed)
    assert "Traceback" not in err.getvalue()
    return Done(ending, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of two tracks, for all tests that change nothing; originals lie in `music` beside it."""
    folder = tmp_path_factory.mktemp("shared")
    for title in ("One", "Two"):
        sound.write(folder / f"music/{title}.flac", 5000, artist="Ann", album="Best", title=title)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder / "run"))
        run("scan", "--library", folder / "library", folder / "music")
    return folder / "library"
