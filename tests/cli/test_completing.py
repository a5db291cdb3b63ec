"""What may stand at a place of the command line, of a library that is not mounted, and where nothing can be found out."""

from pathlib import Path

import click
import pytest

from cli.inprocess import run, shared  # noqa: F401 - a fixture
from musfuse.cli import cli, completing


def offered(
    what: str, begun: str, library: Path | None, command: str = "info", dashes: bool = False
) -> list[tuple[str, str]]:
    """(value, kind) of what is offered for a word."""
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    context = click.Context(found, resilient_parsing=True)
    context.params["library"] = library
    context.meta["musfuse.dashes"] = dashes
    made = getattr(completing, what)(context, click.Argument(["x"]), begun)
    return [(item.value, item.type) for item in made]


def test_names_on_the_drive_are_offered_beside_files(shared: Path) -> None:
    assert offered("places", "", shared) == [("", "file"), ("Ann/", "path")]
    assert offered("places", "Ann/B", shared) == [("Ann/B", "file"), ("Ann/Best/", "path")]
    assert offered("places", "Ann/Best/O", shared)[1:] == [("Ann/Best/One.flac", "path")]
    for nothing in ("Ann/Best/X", "Nobody/x", "/Ann", "~/A", "./A"):
        assert offered("places", nothing, shared) == [(nothing, "file")]


def test_targets_are_names_and_fields_and_behind_the_dashes_fields_alone(shared: Path) -> None:
    assert ("artist:", "plain") in offered("targets", "art", shared)
    assert ("year:", "plain") in offered("targets", "ye", shared)
    assert offered("targets", "An", shared)[-1] == ("Ann/", "path")
    behind = offered("targets", "art", shared, dashes=True)
    assert ("artist", "plain") in behind
    assert not [value for value, _ in behind if value.endswith((":", "="))]
    assert offered("targets", "ye", shared, dashes=True) == []  # which is no tag


def test_a_field_to_be_set_has_its_sign(shared: Path) -> None:
    group = cli.get_command(click.Context(cli), "tag")
    assert isinstance(group, click.Group)
    context = click.Context(group.commands["set"], resilient_parsing=True)
    context.meta["musfuse.dashes"] = True
    made = completing.targets(context, click.Argument(["x"]), "title")
    assert "title=" in [item.value for item in made]


def test_sources_by_location_and_name(shared: Path, tmp_path: Path) -> None:
    music = shared.parent / "music"
    assert (str(music), "path") in offered("sources", str(music)[:5], shared)
    assert offered("removed_sources", "", shared) == []
    run("source", "set", "--library", shared, music, "name=Vinyl")
    assert ("Vinyl", "plain") in offered("sources", "V", shared)
    (tmp_path / "other").mkdir()
    run("source", "add", "--library", shared, tmp_path / "other")
    run("source", "remove", "--library", shared, tmp_path / "other")
    assert offered("removed_sources", "", shared) == [(str(tmp_path / "other"), "path")]
    assert str(tmp_path / "other") not in dict(offered("sources", "/", shared))


def test_collections_and_playlists(shared: Path) -> None:
    run("playlist", "create", "--library", shared, "Mix")
    assert offered("playlists", "", shared) == [("Mix", "plain")]
    assert offered("collections", "M", shared) == [("Mix", "plain"), ("Most Played", "plain")]
    run("playlist", "delete", "--library", shared, "Mix")
    assert offered("playlists", "", shared) == []
    assert ("-plays", "plain") in offered("collection_orders", "-", shared)


def test_options_and_their_values_need_no_library() -> None:
    assert ("view.policy", "plain") in offered("option_names", "view.", None)
    assert [value for value, _ in offered("policies", "", None)] == ["flac", "original", "wav", "opus", "mp3"]
    assert offered("folders", "/so", None) == [("/so", "dir")]


@pytest.mark.parametrize("what", ["places", "targets", "sources", "removed_sources", "drives"])
def test_what_cannot_be_found_out_is_nothing_to_say_anything_about(
    what: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for library in (tmp_path / "none", Path("/dev/null/x"), tmp_path / ("x" * 300)):
        assert all(kind in ("file", "dir", "plain") for _, kind in offered(what, "x", library))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_names_that_move_the_cursor_are_not_offered() -> None:
    context = click.Context(cli, resilient_parsing=True)
    odd = completing._completes(
        lambda *_: [("ok", "plain"), ("a\x1b[2J", "plain"), ("a\nb", "plain"), ("caf\udce9", "path")]
    )
    assert [item.value for item in odd(context, click.Argument(["x"]), "")] == ["ok"]


def test_files_for_shells_that_cannot_mix_their_own_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("music", "more", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "m.csv").touch()
    assert sorted(completing.files_like("m")) == ["m.csv", "more/", "music/"]
    assert sorted(completing.files_like("m", folders_only=True)) == ["more/", "music/"]
    assert sorted(completing.files_like("")) == ["m.csv", "more/", "music/"]
    assert list(completing.files_like(".h")) == [".hidden/"]
    assert sorted(completing.files_like("~/mu")) == ["~/music/"]
    assert sorted(completing.files_like(f"{tmp_path}/mo")) == [f"{tmp_path}/more/"]
    for nothing in ("none/x", "m.csv/x", "~nobody at all/x", "nul\0/x"):
        assert list(completing.files_like(nothing)) == []
