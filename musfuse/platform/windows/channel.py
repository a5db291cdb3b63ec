"""Where the process that owns a library is reached: a pipe whose name stands in a file that only this user can open.

The name is random, so that nobody can have it first; the pipe's access list admits this user alone; and a client asks
whom the pipe belongs to before it says anything.
"""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from musfuse.errors import ControlError
from musfuse.platform.connections import Connection, Listener

assert sys.platform == "win32"

from musfuse.platform.windows import acl  # noqa: E402
from musfuse.platform.windows.files import open_shared  # noqa: E402
from musfuse.platform.windows.pipes import PipeConnection, PipeListener, connect_pipe  # noqa: E402

_PREFIX, _LONGEST = "\\\\.\\pipe\\musfuse-", 200
_NAME_LENGTH = 32


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, which only this user can open. Raises OSError."""
    acl.make_private(path)


def runtime_folder() -> Path:
    """A folder only this user can open, for control endpoints; made where it is missing. Raises ControlError."""
    base = os.environ.get("MUSFUSE_RUNTIME_DIR") or f"{os.environ.get('LOCALAPPDATA', str(Path.home()))}\\musfuse\\run"
    path = Path(base)
    try:
        acl.make_private(path)
        ours = acl.is_ours(path)
        if ours:
            acl.close_to_others(path)
    except OSError as error:
        raise ControlError(
            f"{path}: cannot hold the endpoints of drives: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    if not ours:
        raise ControlError(f"{path}: belongs to somebody else; name a folder of your own in MUSFUSE_RUNTIME_DIR")
    return path


def listen(path: Path) -> Listener:
    """A pipe for this user, whose name is written to `path`. Raises ControlError."""
    name = _PREFIX + secrets.token_hex(_NAME_LENGTH // 2)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        server = PipeListener(name)
        try:
            new.write_text(name, "ascii")
            os.replace(new, path)  # nobody reads half a name
        except OSError:
            server.close()
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ControlError(
            f"{path.parent}: cannot hold an endpoint: {error.strerror}; name another folder in MUSFUSE_RUNTIME_DIR"
        ) from error
    return server


def connect(path: Path, timeout: float) -> Connection:
    """Connect to `listen`'s pipe. Raises OSError where nobody listens, ValueError where `path` names no pipe."""
    with os.fdopen(open_shared(str(path)), "rb") as file:  # it may be removed meanwhile
        name = file.read(_LONGEST).decode("ascii")
    if not (name.startswith(_PREFIX) and name[len(_PREFIX) :].isalnum()):
        raise ValueError(f"{path}: names no pipe")
    return connect_pipe(name, timeout)


def hung_up(connection: Connection) -> bool:
    """Whether the other side is gone, as far as that can be told without waiting. What it says is left unread."""
    assert isinstance(connection, PipeConnection)
    return connection.hung_up()


def hang_up(connection: Connection) -> None:
    """Close a connection; another thread that waits for it goes on."""
    connection.close()


def remove_endpoint(path: Path) -> None:
    """Remove `listen`'s file, unless somebody has it open just now: then the next one who finds it does."""
    with suppress(OSError):
        path.unlink()
