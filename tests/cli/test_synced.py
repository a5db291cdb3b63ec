"""What is said of a sync."""

import pytest

from musfuse.cli.synced import show_synced
from musfuse.service.requests.sync import FileLeft, Synced, SyncStep

NOTHING = Synced(
    dest="/media/stick", dry_run=False, files=1, bytes=1024, stayed=1, copied=0, updated=0, moved=0, removed=0,
    playlists=0, written=0, free=2048,
)  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], **facts: object) -> tuple[str, str]:
    from msgspec import structs

    show_synced(structs.replace(NOTHING, **facts))
    said = capsys.readouterr()
    return said.out, said.err


def test_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys)
    assert out == ("nothing to do: all of it is there already\n/media/stick holds 1 file (1.0 KiB); 2.0 KiB free\n")
    assert err == ""


def test_all_that_there_is_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, copied=2, updated=1, moved=1, removed=3, playlists=1, written=4096, beyond=7)
    assert "7 tracks found no room under --max-size\n" in out
    assert "2 copied, 1 updated, 1 moved, 3 removed, 1 playlist written, 4.0 KiB written\n" in out


def test_long_lists_are_cut(capsys: pytest.CaptureFixture[str]) -> None:
    steps = tuple(SyncStep("move", f"n{n}", n, f"b{n}") for n in range(50))
    left = tuple(FileLeft(f"bad\n{n}", "is away") for n in range(30))
    out, err = told(capsys, dry_run=True, steps=steps, step_count=50, failed=left, failed_count=33)
    assert "move  b39 → n39" in out
    assert "b40" not in out
    assert "and 10 more\n" in out
    assert "would hold" in out
    assert err.count("is away\n") == 20
    assert "and 13 more" in err
    assert "bad\n" not in err
