"""Arguments of commands that act on TARGETs: which is a target, which a field, which a negation, which an option."""

import json
from pathlib import Path

import click
import pytest

from cli.inprocess import run, shared  # noqa: F401 - a fixture
from musfuse.cli.targets import TargetCommand, TargetsOnly, author, resolve


def parsed(
    *args: str, name: str = "set", kind: type[TargetCommand] = TargetCommand
) -> tuple[list[str], list[str], bool]:
    """(targets, fields, --dry-run) as a command gets them."""
    got: list[tuple[list[str], list[str], bool]] = []

    def call(targets: tuple[str, ...], dry_run: bool, fields: tuple[str, ...] = ()) -> None:
        got.append((list(targets), list(fields), dry_run))

    command = kind(
        name, callback=call,
        params=[click.Option(["--dry-run"], is_flag=True), click.Option(["-v"], count=True, expose_value=False), click.Argument(["targets"], nargs=-1)],
    )  # fmt: skip
    command.main(list(args), standalone_mode=False)
    return got[0]


@pytest.mark.parametrize(
    ("args", "targets", "fields"),
    [
        (["a", "title=x"], ["a"], ["title=x"]),
        (["title=x", "a", "genre="], ["a"], ["title=x", "genre="]),
        (["a", "--", "title=x", "b"], ["a"], ["title=x", "b"]),  # what is none is told so later
        (["a=b", "--", "c=d"], ["a=b"], ["c=d"]),
        (["a/b=c", "path:x=y", '"a b"=c', "=x"], ["a/b=c", "path:x=y", '"a b"=c', "=x"], []),
        (["album artist=x", "a"], ["a"], ["album artist=x"]),
        ([" title=x"], [" title=x"], []),
        (["--", "title=--x"], [], ["title=--x"]),
        (["~nobody=x", "nul\0=x"], [], ["~nobody=x", "nul\0=x"]),
    ],
)
def test_what_looks_like_a_field_of_a_set_is_one(args: list[str], targets: list[str], fields: list[str]) -> None:
    assert parsed(*args)[:2] == (targets, fields)


def test_only_a_set_takes_fields_without_dashes() -> None:
    assert parsed("a", "title=x", name="clear") == (["a", "title=x"], [], False)
    assert parsed("a", "--", "title", name="clear") == (["a"], ["title"], False)
    assert parsed("a", "title=x", name="show", kind=TargetsOnly) == (["a", "title=x"], [], False)
    with pytest.raises(click.UsageError, match="nothing is wanted behind `--`"):
        parsed("a", "--", "b", name="show", kind=TargetsOnly)


def test_a_file_whose_name_looks_like_a_field_is_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "title=x").touch()
    assert parsed("title=x", "genre=y") == (["title=x"], ["genre=y"], False)


@pytest.mark.parametrize(
    ("args", "targets", "dry"),
    [
        (["a", "-live"], ["a", "-live"], False), (["-artist:x", "--dry-run", "a"], ["a", "-artist:x"], True),
        (["a", "-v"], ["a"], False), (["a", "-vv"], ["a"], False), (["-very"], ["-very"], False),
    ],
)  # fmt: skip
def test_a_word_behind_a_minus_is_a_negation(args: list[str], targets: list[str], dry: bool) -> None:
    assert parsed(*args) == (targets, [], dry)


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(click.NoSuchOption):
        parsed("a", "--no-such")
    with pytest.raises(click.NoSuchOption):
        parsed("a", "-x")  # one letter is an option


def test_targets_are_resolved_from_where_they_were_typed(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, found = resolve(shared, ("Ann/Best", "/music/x", "title:one", "toy://a"))
    assert folder == shared
    assert found == (
        ("Ann/Best", str(tmp_path / "Ann/Best")), ("/music/x", "/music/x"), ("title:one", str(tmp_path / "title:one")),
        ("toy://a", "toy://a"),
    )  # fmt: skip
    for empty in ("", "  "):
        with pytest.raises(click.UsageError, match="an empty TARGET means nothing"):
            resolve(shared, (empty,))
    assert resolve(None, ("x" * 5000, "nul\0"))[1][0][0] == "x" * 5000  # which may be queries


def test_a_change_of_targets_and_fields_as_they_are_typed(shared: Path) -> None:
    done = json.loads(
        run("tag", "set", "--json", "--dry-run", "--library", shared, "artist:ann", "genre=Rock", "-two").out
    )
    assert [(row["path"], row["after"]) for row in done["shown"]] == [("Ann/Best/One.flac", ["Rock"])]


def test_who_acts_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "ann")
    assert author() == "ann"
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["nobody"])  # a number without an account, as in containers
    assert author() == "unknown"
