"""Errors of calls become statuses; what nobody expected goes to the log."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from musfuse_grpc.calls import streaming, unary
from musfuse_grpc.failures import InvalidError


class AbortedError(Exception):
    """What gRPC raises where a call is aborted."""


class Context:
    async def abort(self, status: Any, message: str) -> None:
        raise AbortedError(status, message)


class Service:
    closed = False

    @unary
    async def one(self, request: Any) -> Any:
        if isinstance(request, Exception):
            raise request
        return request

    @streaming
    async def many(self, request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            yield 1
            if isinstance(request, Exception):
                raise request
            yield 2
        finally:
            self.closed = True


def test_answers_pass() -> None:
    async def test() -> None:
        service = Service()
        assert await service.one(3, Context()) == 3
        assert [one async for one in service.many(3, Context())] == [1, 2]
        half = service.many(3, Context())
        assert await anext(half) == 1
        service.closed = False
        await half.aclose()  # type: ignore[attr-defined]
        assert service.closed

    asyncio.run(test())


def test_errors_are_statuses() -> None:
    async def test() -> None:
        with pytest.raises(AbortedError) as caught:
            await Service().one(InvalidError("no"), Context())
        assert caught.value.args == (grpc.StatusCode.INVALID_ARGUMENT, "no")
        with pytest.raises(AbortedError):
            _ = [one async for one in Service().many(InvalidError("no"), Context())]

    asyncio.run(test())


@pytest.mark.expects_errors
def test_what_nobody_expected_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        with pytest.raises(AbortedError) as caught:
            await Service().one(KeyError("odd"), Context())
        assert caught.value.args[0] == grpc.StatusCode.INTERNAL

    asyncio.run(test())
    assert "odd" in caplog.text
