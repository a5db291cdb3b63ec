"""The inspecting worker: `python -m musfuse.media.inspecting.worker FORMATS BEAT_SECONDS`. It ends when its stdin does.

FORMATS are the modules of all formats, with commas between them.
"""

import sys
from functools import partial

from musfuse.media.formats import FormatRegistry
from musfuse.media.inspecting.inspect import Inspector
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
    formats = FormatRegistry(sys.argv[1].split(","))
    formats.load()
    serve(partial(_answer, Inspector(formats)), Connection(), float(sys.argv[2]))


def _answer(inspector: Inspector, message: Message, origin: MeteredOrigin) -> Message:
    system.limit_computing(COMPUTING_SECONDS)
    file, kind = read_job(message)
    return answer_message(inspector.inspect(origin, file, kind))


if __name__ == "__main__":
    main()
