"""The gateway's process. It is told what to serve by a line on its standard input, says on its standard output where it
serves or why not, and ends when its input does: when its owner ends, however that comes.
"""

import asyncio
import json
import logging
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from musfuse.errors import FaceError
from musfuse.platform import system
from musfuse_grpc.settings import Settings

if TYPE_CHECKING:
    from musfuse_grpc.serving import Servers


def main() -> int:
    """Serve until the end of the input; the exit code."""
    os.umask(0o177)
    system.ignore_terminal_interrupt()  # the owner ends first, and this with it
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("grpc").setLevel(logging.CRITICAL)  # what a client sends that is no message is no error of ours
    settings = Settings.from_line(sys.stdin.buffer.readline())
    try:
        from musfuse_grpc.serving import Servers
    except ImportError as error:
        _say({"error": f"gRPC is not installed as it has to be: {error}; `pip install 'musfuse[grpc]'`"})
        return 1
    return asyncio.run(_serve(Servers, settings))


async def _serve(make: "type[Servers]", settings: Settings) -> int:
    ended = _end_of_input()
    servers = make(settings)
    try:
        names = await servers.start()
    except FaceError as error:
        _say({"error": str(error)})
        return 1
    _say({"names": list(names)})
    await ended.wait()
    await servers.stop()
    return 0


def _end_of_input() -> asyncio.Event:
    """An event that is set when nothing more comes."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def look() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):  # the loop is closed: this ends by itself
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=look, name="owner", daemon=True).start()  # loops of Windows hear of no pipe's end
    return ended


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()
