"""`musfuse token`: a token is shown once, whoever owns the library."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from cli.inprocess import run, shared  # noqa: F401 - a fixture
from musfuse.store.tokentable import TokenTable


def test_tokens_from_the_first_to_the_last(shared: Path) -> None:
    at = ("--library", shared)
    assert "token create" in run("token", *at).out
    made = run("token", "create", *at, "--scope", "read", "--scope", "edit", "--name", "phone")
    text = made.out.strip()
    assert "not shown again" in made.err
    assert text not in made.err
    with closing(TokenTable(shared / "tokens.db")) as table:
        token = table.check(text)
        assert token is not None
        assert token.scopes == {"read", "edit"}
    listed = run("token", "list", *at).out
    assert "phone" in listed
    assert text[-43:] not in listed
    run("token", "revoke", *at, str(token.id))
    told = json.loads(run("token", "list", *at, "--all", "--json").out)
    assert told[0]["state"] == "revoked"
    assert "token list" in run("token", "revoke", *at, "99", code=1).err


@pytest.mark.parametrize("expires", ["yesterday", "2001-01-01", "0d", ""])
def test_a_token_ends_in_the_future(shared: Path, expires: str) -> None:
    run("token", "create", "--library", shared, "--scope", "read", "--expires", expires, code=2)


def test_json_has_the_token_once(shared: Path) -> None:
    made = run("token", "create", "--library", shared, "--scope", "control", "--expires", "never", "--json")
    told = json.loads(made.out)
    assert told["token"].startswith(f"mft_{told['told']['id']}_")
    assert told["told"]["expires_ns"] == 0
