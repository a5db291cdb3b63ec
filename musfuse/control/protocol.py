"""Framing of JSON-RPC 2.0 on a stream: one JSON object a line, at most 4 MiB of it.

A call is answered by one line. Before the one that answers a listing come notifications `rows` with the call's id and
some rows each; the answer tells how many rows there were, or why there are no more.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from musfuse.errors import ControlError
from musfuse.platform import system
from musfuse.platform.connections import Connection

MAX_LINE = 4 << 20
ROWS = "rows"
_ROWS_SIZE, _MOST_ROWS = 64 << 10, 512
"""Bytes and rows of a line, from which on it is sent."""
_MAX_ROW = MAX_LINE - 2 * _ROWS_SIZE
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
APPLICATION_ERROR, ENDS = -32000, -32001
"""The second: whoever was asked ends, and has not taken up the call."""


def _piece(connection: Connection, waits: Callable[[], bool]) -> bytes:
    while True:
        try:
            return connection.recv(65_536)
        except TimeoutError:
            if not waits():
                raise


def endpoint(library: Path) -> Path:
    """Where the owner of a library listens. Its name is a hash: a socket's path may have 108 bytes only."""
    digest = hashlib.blake2b(str(library).encode("utf-8", "surrogateescape"), digest_size=10).hexdigest()
    return system.runtime_folder() / f"{digest}.sock"


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message, ensure_ascii=True).encode() + b"\n"


def row_lines(call_id: str | int | None, rows: Iterable[Any]) -> Generator[bytes, None, int]:
    """The lines that carry the rows of a listing, and how many rows they are: the first row at once, then more and more
    together. Some 64 KiB of rows are held at a time, or one row. Raises ControlError for one that no line holds."""
    count, held, size, most = 0, list[str](), 0, 1
    try:
        for row in rows:
            held.append(_row(row))
            size += len(held[-1])
            if size >= _ROWS_SIZE or len(held) >= most:
                yield _rows_line(call_id, held)
                count, held, size, most = count + len(held), [], 0, min(2 * most, _MOST_ROWS)
    except Exception:
        if held:  # they were found before it
            yield _rows_line(call_id, held)
        raise
    if held:
        yield _rows_line(call_id, held)
    return count + len(held)


def _row(row: Any) -> str:
    text = json.dumps(row, ensure_ascii=True)
    if len(text) > _MAX_ROW:
        raise ControlError("a row of this listing is longer than 4 MiB")
    return text


def _rows_line(call_id: str | int | None, rows: Iterable[str]) -> bytes:
    front = json.dumps({"jsonrpc": "2.0", "method": ROWS, "params": {"id": call_id, "rows": []}})
    return f"{front.removesuffix(']}}')}{','.join(rows)}]}}}}\n".encode()


def lines(connection: Connection, waits: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """The lines that arrive, until the other side closes. Where none comes within the connection's timeout, it goes on
    as long as `waits`. Raises ControlError for one that is too long, TimeoutError."""
    buffer = bytearray()
    while piece := _piece(connection, waits):
        buffer += piece
        while (end := buffer.find(b"\n")) >= 0:
            yield bytes(buffer[:end])
            del buffer[: end + 1]
        if len(buffer) > MAX_LINE:
            raise ControlError("a control message is longer than 4 MiB")
