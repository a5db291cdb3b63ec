"""What is said of a drive that fills: by `--wait`, on a terminal, and elsewhere."""

import threading
from pathlib import Path

import pytest
import sound

from cli.test_jobs import Owner, owner, state  # noqa: F401 - fixtures
from musfuse.app.library import Library
from musfuse.cli import filling
from musfuse.errors import MountError


class Held:
    """Scans of the owner wait until they are let go."""

    def __init__(self, owner: Owner, music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.began, self.owner = threading.Event(), threading.Event(), owner
        scan_all = Library.scan_all

        def held(library: Library, *given: bool):  # type: ignore[no-untyped-def]
            self.began.set()
            assert self.go.wait(60)
            return scan_all(library, *given)  # type: ignore[arg-type]

        monkeypatch.setattr(Library, "scan_all", held)
        sound.write(music.parent / "more/9.flac", 100, title="T9")
        owner.host.library.add_sources([music.parent / "more"])
        self.job = owner.host.jobs.request("scan")
        assert self.began.wait(60)


@pytest.fixture
def held(owner: Owner, music: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    made = Held(owner, music, monkeypatch)
    yield made
    made.go.set()


def test_nothing_is_said_where_nothing_is_new(state: Path, owner: Owner, capsys: pytest.CaptureFixture[str]) -> None:
    filling.tell(state, None, ())
    assert capsys.readouterr() == ("", "")


def test_elsewhere_than_on_a_terminal_it_is_said_that_the_drive_fills(
    state: Path, music: Path, held: Held, capsys: pytest.CaptureFixture[str]
) -> None:
    filling.tell(state, None, ["more"])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"scanning {music.parent / 'more'}: 0 files so far; the drive fills meanwhile\n")
    assert "`mount --wait` waits until every name is there" in err


def test_who_waits_for_names_waits_for_the_scan(state: Path, held: Held) -> None:
    waits = threading.Thread(target=filling.tell, args=(state, "names", ()))
    waits.start()
    waits.join(0.3)
    assert waits.is_alive()
    held.go.set()
    waits.join(60)
    assert not waits.is_alive()
    assert held.owner.host.library.catalog.nodes.counts()[1] == 4
    assert held.owner.host.library.catalog.renditions.pending(held.owner.host.library.sizes.tokens())


def test_who_waits_for_sizes_has_them_all(state: Path, owner: Owner) -> None:
    owner.go.set()
    filling.tell(state, "index", ())
    assert not owner.host.library.catalog.renditions.pending(owner.host.library.sizes.tokens())


def test_a_scan_that_is_cancelled_meanwhile_is_no_full_drive(state: Path, held: Held) -> None:
    said: list[BaseException] = []

    def wait() -> None:
        try:
            filling.tell(state, "names", ())
        except MountError as error:
            said.append(error)

    waits = threading.Thread(target=wait)
    waits.start()
    held.owner.runner.cancel(held.job.id)
    held.go.set()
    waits.join(60)
    assert [str(error) for error in said] == ["mounted, but not every name is there: the scan was cancelled"]


def test_a_library_that_nobody_has_any_more_is_waited_for_by_nobody(tmp_path: Path, music: Path) -> None:
    from cli.inprocess import run

    sound.write(music / "1.flac", 100)
    run("scan", "--library", tmp_path / "lib", music)
    filling.tell(tmp_path / "lib", "index", ["x"])
