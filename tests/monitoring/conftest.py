"""A host that is watched over."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from app.hosting import run_host
from patient import until

from musfuse.app.host import Host
from musfuse.platform import system

Watch = Callable[..., Host]


@pytest.fixture
def watch(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Runs a host over one album, its state in a folder, with options; returns when its scan is done."""
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)
    with ExitStack() as closing:
        yield lambda folder="state", **flags: run_watched(tmp_path / folder, music, closing, **flags)


def run_watched(state: Path, music: Path, closing: ExitStack, **flags: object) -> Host:
    """Where signals go has to be patched."""
    for n in (1, 2):
        if not (music / f"{n}.wav").exists():
            sound.write(music / f"{n}.wav", artist="Ann", album="Lib", title=f"T{n}", seed=n)
    host = run_host(state, music, closing, **{"index__background": False, **flags})
    host.jobs.runner.wait(host.jobs.runner.asked("scan"), 60)
    return host


def url(host: Host) -> str:
    """Where a host serves its figures."""
    until(lambda: _addresses(host))
    return _addresses(host)[0]


def _addresses(host: Host) -> list[str]:
    return [name for name in host.faces.active() if name.startswith("http")]
