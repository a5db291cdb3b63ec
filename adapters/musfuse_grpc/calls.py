"""How a call is answered: its errors become statuses, and what nobody expected goes to the log."""

import functools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from musfuse_grpc.failures import CallError, status_of

log = logging.getLogger(__name__)

S = TypeVar("S")


def unary(answer: Callable[[S, Any], Awaitable[Any]]) -> Callable[[S, Any, Any], Awaitable[Any]]:
    """A method of a service of a request alone, as gRPC calls it."""

    @functools.wraps(answer)
    async def call(self: S, request: Any, context: Any) -> Any:
        try:
            return await answer(self, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            await _abort(context, error)

    return call


def streaming(
    answer: Callable[[S, Any, Any], AsyncGenerator[Any, None]],
) -> Callable[[S, Any, Any], AsyncGenerator[Any, None]]:
    """The same of one that is answered with a stream, and gets the context, too."""

    @functools.wraps(answer)
    async def call(self: S, request: Any, context: Any) -> AsyncGenerator[Any, None]:
        try:
            async with aclosing(answer(self, request, context)) as messages:
                async for message in messages:
                    yield message
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
            await _abort(context, error)

    return call


async def _abort(context: Any, error: Exception) -> None:
    status, message = status_of(error)
    if status.name == "INTERNAL" and not isinstance(error, CallError):
        log.exception("a call failed", exc_info=error)
    await context.abort(status, message)
