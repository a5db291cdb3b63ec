"""Who may call what: each token, each method, in front of the socket and of TCP."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from musfuse_grpc.access import CALLER, METADATA, MUSICFS, NEEDED, OPEN, Caller, Gate
from musfuse_grpc.v1 import musicfs_pb2

from musfuse.model import TagSource
from musfuse.service.requests.tokens import Scope
from musfuse.store.tokentable import TokenTable


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenTable]:
    table = TokenTable(tmp_path / "tokens.db")
    yield table
    table.close()


def passed(gate: Gate, method: str, *metadata: tuple[str, str]) -> str | Caller:
    """Who calls, where a call is let through; else the status of its refusal."""
    let = object()

    async def go_on(_: object) -> object:
        return let

    class Context:
        code = ""

        async def abort(self, code: Any, message: str) -> None:
            self.code = code.name
            assert message

    async def ask() -> str | Caller:
        details = SimpleNamespace(method=method, invocation_metadata=metadata)
        handler = await gate.intercept_service(go_on, details)
        if handler is let:
            return CALLER.get()
        context = Context()
        await handler.unary_unary(None, context)
        return context.code

    return asyncio.run(ask())


def test_every_method_says_what_it_needs() -> None:
    services = musicfs_pb2.DESCRIPTOR.services_by_name
    methods = {f"/{name}/{m.name}" for name in (MUSICFS, METADATA) for m in services[name.rpartition(".")[2]].methods}
    assert methods == {method for method in NEEDED if method.startswith("/musicfs.")}


@pytest.mark.parametrize("scope", Scope)
def test_a_token_is_good_for_its_scope(tokens: TokenTable, scope: Scope) -> None:
    token, text = tokens.create("", {scope})
    for local in (True, False):
        gate = Gate(tokens, lambda: False, local=local)
        for method, wanted in NEEDED.items():
            found = passed(gate, method, ("authorization", f"Bearer {text}"))
            if scope in wanted:
                assert found == Caller(local, frozenset({scope}), token.id)
            else:
                assert found == "PERMISSION_DENIED"
    assert all(scope in NEEDED[f"/{MUSICFS}/GetStatus"] for scope in Scope)


def test_the_socket_needs_no_token_but_believes_no_wrong_one(tokens: TokenTable) -> None:
    socket, tcp = (Gate(tokens, lambda: False, local=local) for local in (True, False))
    _, text = tokens.create("", {"read"})
    tokens.revoke(1)
    wrong = ("", "Bearer", f"Bearer {text}", f"Basic {text}", text, f"Bearer {text} {text}")
    for method in NEEDED:
        assert passed(socket, method) == Caller(local=True)
        assert passed(tcp, method) == "UNAUTHENTICATED"
        for shown in wrong:
            for gate in (socket, tcp):
                assert passed(gate, method, ("authorization", shown)) == "UNAUTHENTICATED", shown
    twice = (("authorization", f"Bearer {tokens.create('', {'read'})[1]}"),) * 2
    assert passed(tcp, f"/{MUSICFS}/GetStatus", *twice) == "UNAUTHENTICATED"
    assert passed(tcp, f"/{MUSICFS}/GetStatus", twice[0]) != "UNAUTHENTICATED"
    assert passed(tcp, f"/{MUSICFS}/NoSuchCall") == "UNAUTHENTICATED"


def test_health_is_told_to_everybody(tokens: TokenTable) -> None:
    for method in OPEN:
        assert isinstance(passed(Gate(tokens, lambda: True, local=False), method), Caller)


def test_nothing_new_is_taken_at_the_end(tokens: TokenTable) -> None:
    gate = Gate(tokens, lambda: True, local=True)
    assert {passed(gate, method) for method in NEEDED} == {"UNAVAILABLE"}


def test_tokens_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "tokens.db").write_bytes(b"no database" * 100)
    gate = Gate(TokenTable(tmp_path / "tokens.db"), lambda: False, local=False)
    assert passed(gate, f"/{MUSICFS}/GetStatus", ("authorization", "Bearer mft_1_" + "A" * 43)) == "UNAVAILABLE"


def test_on_whose_behalf() -> None:
    assert Caller(local=True).source is TagSource.USER
    assert Caller(False, frozenset({"edit"})).source is TagSource.USER
    assert Caller(False, frozenset({"edit", "orchestrator"})).source is TagSource.ORCHESTRATOR
    assert grpc.StatusCode.UNAUTHENTICATED
