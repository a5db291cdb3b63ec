"""Tokens as they are asked for."""

from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import ConfigError
from musfuse.service.handlers import Handlers
from musfuse.service.requests.tokens import CreateToken, ListTokens, RevokeToken, Scope
from musfuse.service.tokens import Tokens
from musfuse.store.tokentable import TokenTable


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    now = [10]
    with closing(TokenTable(tmp_path / "tokens.db", lambda: now[0])) as table:
        service = Handlers()
        Tokens(table, lambda: now[0]).answer(service)
        made = service.call(CreateToken((Scope.READ, Scope.EDIT), "phone"))
        short = service.call(CreateToken((Scope.READ,), expires_ns=20))
        assert made.told.scopes == (Scope.EDIT, Scope.READ)
        assert table.check(made.token) is not None
        assert service.call(ListTokens()) == (made.told, short.told)
        now[0] = 20
        assert [told.state for told in service.call(ListTokens(all=True))] == ["valid", "expired"]
        assert service.call(RevokeToken(made.told.id)).state == "revoked"
        assert service.call(ListTokens()) == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (CreateToken(()), "needs a scope"),
        (CreateToken((Scope.READ,), "x" * 101), "100 characters"),
        (CreateToken((Scope.READ,), "a\nb"), "can be seen"),
        (CreateToken((Scope.READ,), expires_ns=9), "past"),
    ],
)
def test_what_is_no_token_is_refused(tmp_path: Path, asked: CreateToken, said: str) -> None:
    with closing(TokenTable(tmp_path / "tokens.db")) as table, pytest.raises(ConfigError, match=said):
        Tokens(table, lambda: 10).create(asked)
    assert not (tmp_path / "tokens.db").exists()
