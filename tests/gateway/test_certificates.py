"""A certificate that is renewed while it is served."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from musfuse_grpc.certificates import Certificates

from gateway.running import SECONDS, certificate
from musfuse.errors import FaceError


class Echo(grpc.GenericRpcHandler):  # type: ignore[misc]
    def service(self, handler_call_details: Any) -> Any:
        async def say(request: bytes, context: Any) -> bytes:
            return request

        return grpc.unary_unary_rpc_method_handler(say)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    return [certificate(tmp_path_factory.mktemp(name)) for name in ("first", "second")]


def put(pair: tuple[Path, Path], served: Path) -> None:
    """As certbot does it: other files under the same names."""
    for name, file in zip(("cert.pem", "key.pem"), pair, strict=True):
        shutil.copy(file, served / "new")
        (served / "new").replace(served / name)


def serving(served: Path, test: Callable[[Callable[[Path], Awaitable[bool]]], Awaitable[None]]) -> None:
    async def run() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers([Echo()])
        made = Certificates(str(served / "key.pem"), str(served / "cert.pem"))
        port = server.add_secure_port("localhost:0", made.credentials())
        await server.start()

        async def trusts(pem: Path) -> bool:
            """Whether who trusts this certificate alone is answered, on a new connection."""
            options = (("grpc.use_local_subchannel_pool", 1),)
            credentials = grpc.ssl_channel_credentials(pem.read_bytes())
            async with grpc.aio.secure_channel(f"localhost:{port}", credentials, options) as channel:
                try:
                    return bool(await channel.unary_unary("/a/b")(b"x", timeout=SECONDS) == b"x")
                except grpc.RpcError as error:
                    assert error.code() == grpc.StatusCode.UNAVAILABLE  # type: ignore[attr-defined]
                    return False

        try:
            await test(trusts)
        finally:
            await server.stop(0)

    asyncio.run(asyncio.wait_for(run(), SECONDS))


def test_the_next_connection_gets_the_new_one(
    tmp_path: Path, pairs: list[tuple[Path, Path]], caplog: pytest.LogCaptureFixture
) -> None:
    (old, _), (new, new_key) = pairs
    put(pairs[0], tmp_path)

    async def test(trusts: Callable[[Path], Awaitable[bool]]) -> None:
        assert await trusts(old)
        assert not await trusts(new)
        put(pairs[1], tmp_path)
        assert await trusts(new)
        assert not await trusts(old)
        assert caplog.records == []
        put((old, new_key), tmp_path)  # halfway
        for _ in range(2):
            assert await trusts(new)
        (tmp_path / "key.pem").unlink()
        assert await trusts(new)
        assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2, "each state is told of once"
        put(pairs[0], tmp_path)
        assert await trusts(old)

    with caplog.at_level(logging.WARNING, "musfuse_grpc"):
        serving(tmp_path, test)


@pytest.mark.parametrize("wrong", ["text", "of another", "gone", "phrase"])
def test_what_is_no_certificate_is_said(tmp_path: Path, pairs: list[tuple[Path, Path]], wrong: str) -> None:
    put(pairs[0], tmp_path)
    key = tmp_path / "key.pem"
    if wrong == "text":
        key.write_text("no key")
    elif wrong == "of another":
        shutil.copy(pairs[1][1], key)
    elif wrong == "gone":
        key.unlink()
    else:
        key.write_text(LOCKED)
    with pytest.raises(FaceError, match=r"grpc\.key") as caught:
        Certificates(str(key), str(tmp_path / "cert.pem"))
    assert "PEM" in str(caught.value) or wrong == "gone"


LOCKED = """-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,0123456789ABCDEF0123456789ABCDEF

AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
-----END EC PRIVATE KEY-----
"""
