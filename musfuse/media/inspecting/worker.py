"""The inspecting worker: `python -m musfuse.media.inspecting.worker BEAT_SECONDS`. It ends when its stdin does."""

import sys

from musfuse.media.inspecting.inspect import inspect
from musfuse.media.inspecting.protocol import answer_message, read_job
from musfuse.media.workers.child import Connection, MeteredOrigin, serve
from musfuse.media.workers.wire import Message
from musfuse.platform import system

MEMORY_MIB = 288
"""What a worker may allocate: its libraries take 60 MiB, the largest picture that is decoded 200 MB."""
COMPUTING_SECONDS = 10
"""Time of a processor that a file may take, on top of at most one second: ten times what the largest picture takes to
be decoded here, and a hundred times what a thousand comments do, so that slow machines have enough."""


def main() -> None:
    """Answer jobs until stdin ends."""
    system.ignore_terminal_interrupt()
    system.limit_data(MEMORY_MIB)
    serve(_answer, Connection(), float(sys.argv[1]))


def _answer(message: Message, origin: MeteredOrigin) -> Message:
    system.limit_computing(COMPUTING_SECONDS)
    file, look = read_job(message)
    return answer_message(inspect(origin, file, look))


if __name__ == "__main__":
    main()
