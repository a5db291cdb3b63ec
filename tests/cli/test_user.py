"""`musfuse user`: accounts, whoever owns the library; no password is a word of a command, and no secret is told twice."""

import io
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sound

from cli.inprocess import Done, ended_as, run
from musfuse.server.tables.database import ServerDatabase

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library without accounts."""
    folder = tmp_path_factory.mktemp("accounts")
    for name in ("music", "more"):
        sound.write(folder / f"{name}/One.flac", 5000, artist="Ann", title="One")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(folder / "run"))
        run("scan", "--library", folder / "library", folder / "music", folder / "more")
    return folder / "library"


@pytest.fixture
def library(bare: Path, tmp_path: Path) -> Path:
    """One with the account of its owner."""
    library = shutil.copytree(bare, tmp_path / "library", ignore=shutil.ignore_patterns("server.db*"))
    run("user", "add", "--library", library, "--no-password", "owner")
    return library


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Has a command read a password from standard input."""

    def say(text: str, *args: str | Path, code: int = 0) -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return run(*args, code=code)

    return say


def test_accounts_from_the_first_to_the_last(bare: Path, said: Callable[..., Done]) -> None:
    library, at = bare, ("--library", bare)
    music, more = (str(library.parent / name) for name in ("music", "more"))
    assert "user add" in run("user", "list", *at).out
    assert not (library / "server.db").exists()  # asking makes nothing
    made = said(f"{PASSWORD}\n", "user", "add", *at, "--password-stdin", "ada")
    assert made.out == "ada is there; the library's owner, an admin\n"
    assert run("user", "add", *at, "--no-password", "--source", music, "bob").out == "bob is there\n"
    (ada, bob) = json.loads(run("user", "list", *at, "--json").out)
    assert (ada["role"], ada["owner"], ada["sources"]) == ("admin", True, None)
    assert (bob["role"], bob["owner"], bob["sources"]) == ("user", False, [music])
    assert "sees" in run("user", "rights", *at, "--source", more, "--source", music, "bob").out
    assert run("user", "rights", *at, "--all", "bob").out == "bob sees everything\n"
    assert "an admin" in run("user", "role", *at, "bob", "admin").out
    run("user", "role", *at, "bob", "user")
    key = run("user", "key", *at, "bob", "phone", "--expires", "30d")
    assert "not shown again" in key.err
    secret = key.out.strip()
    assert secret.startswith("mfk_")
    assert secret not in key.err
    listed = run("user", "devices", *at, "bob").out
    assert "phone" in listed
    assert secret not in listed
    (device,) = json.loads(run("user", "devices", *at, "--json", "bob").out)
    said(f"{PASSWORD}!\r\n", "user", "passwd", *at, "--password-stdin", "bob")
    assert len(json.loads(run("user", "devices", *at, "--json", "bob").out)) == 1  # keys stay
    assert "no password now" in run("user", "passwd", *at, "--no-password", "bob").out
    assert "1 let in no more" in run("user", "revoke", *at, "bob", str(device["id"])).out
    assert "would be removed" in run("user", "remove", *at, "--dry-run", "bob").out
    assert run("user", "remove", *at, "BOB").out == "bob is removed\n"
    table = run("user", *at).out
    assert "ada" in table
    assert "bob" not in table
    with closing(ServerDatabase(library / "server.db")) as database:
        ((kept,),) = database.execute("SELECT password FROM user")
    assert kept.startswith("$argon2id$")
    log = (library / "musfuse.log").read_text()
    assert "account ada: added" in log
    assert PASSWORD not in log
    assert secret not in log


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("add", "--no-password", "a/b"), 2, "letters"),
        (("add", "--no-password", "--source", "nowhere", "carl"), None, "nowhere"),
        (("add", "--no-password", "--admin", "--source", "x", "carl"), 2, "an admin sees all"),
        (("add", "--no-password", "--password-stdin", "carl"), 2, "cannot both"),
        (("add", "carl"), 2, "--password-stdin"),
        (("remove", "nobody"), 1, "user list"),
        (("devices", "nobody"), 1, "user list"),
        (("key", "nobody", "phone"), 1, "user list"),
        (("key", "nobody", "phone", "--app", "--expires", "1d"), 2, "does not expire"),
        (("rights", "nobody"), 2, "--all"),
        (("revoke", "nobody"), 2, "--all"),
    ],
)
def test_what_cannot_be_is_said(
    library: Path, args: tuple[str, ...], code: int | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    done = ended_as("user", args[0], "--library", library, *args[1:])
    assert done.code in ((1, 2) if code is None else (code,))
    assert words in done.err


@pytest.mark.parametrize("text", ["", "\n", "short\n", "12345678\n", "x" * 2000])
def test_what_is_no_password_is_refused_unrepeated(library: Path, said: Callable[..., Done], text: str) -> None:
    done = said(text, "user", "add", "--library", library, "--password-stdin", "carl", code=2)
    assert not text.strip() or text.strip() not in done.err
    assert "carl" not in run("user", "list", "--library", library).out


def test_a_password_is_asked_for_twice_on_a_terminal(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def prompt(text: str, **how: object) -> str:
        asked.append(how)
        return PASSWORD

    monkeypatch.setattr("sys.stdin", type("Terminal", (io.StringIO,), {"isatty": lambda _: True})())
    monkeypatch.setattr("click.prompt", prompt)
    run("user", "add", "--library", library, "eve")
    assert asked == [{"hide_input": True, "confirmation_prompt": True, "err": True}]
    run("user", "remove", "--library", library, "eve")


def test_app_passwords_are_for_those_who_turned_them_on(library: Path, tmp_path: Path) -> None:
    at = ("--library", library)
    run("user", "add", *at, "--no-password", "fay")
    told = run("user", "key", *at, "--app", "fay", "old", code=2).err
    assert "legacy_auth" in told
    config = tmp_path / "config.toml"
    config.touch()
    run(*told.split("`musfuse ")[1].split("`")[0].split(), *at, "--config", config)  # as it is told
    made = run("user", "key", *at, "--config", config, "--app", "fay", "old")
    assert made.out.startswith("mfa-")
    run("user", "revoke", *at, "--all", "fay")
    assert not (library / "app-passwords.json").exists()
    run("user", "remove", *at, "fay")
