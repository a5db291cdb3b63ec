"""Serves the pages: few, small, and known by their names."""

from importlib import resources

from musfuse_http.asgi import App, Receive, Scope, Send
from musfuse_http.failures import HttpError

_KINDS = {"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"


def page(name: str) -> App:
    """An application that answers with a file that lies beside this module."""
    body = resources.files("musfuse_http.pages").joinpath(name).read_bytes()
    headers = [
        (b"content-type", _KINDS[name.rpartition(".")[2]].encode()), (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", _CSP.encode()), (b"cache-control", b"no-cache"),
    ]  # fmt: skip

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["method"] not in ("GET", "HEAD"):
            raise HttpError(405, "method", f"{scope['method']}: this takes GET, HEAD", {"allow": "GET, HEAD"})
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
