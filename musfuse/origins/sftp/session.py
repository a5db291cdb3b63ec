"""One connection to an SSH server, made when it is needed and made again after it broke. All of it runs on the event
loop's thread.

It is asyncssh's client, with the user's own configuration, agent and known hosts. A host whose key is not known is
refused: it might be another one that only has the address, to which a password would be told.
"""

import asyncio
import contextlib
import logging
import os
import socket
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from musfuse.config.secrets import Secret
from musfuse.errors import AwayError, ConfigError, NotLetInError, OriginError
from musfuse.origins.sftp.cork import corked
from musfuse.origins.sftp.reach import reached
from musfuse.origins.sftp.uris import SftpPlace

logging.getLogger("asyncssh").setLevel(logging.WARNING)  # it tells each step of each connection
CONNECT_SECONDS, LOGIN_SECONDS = 3.0, 4.0
"""Seconds until a host answers at all, and until it let us in. Together they are about what a reader waits."""
_ALIVE_SECONDS, _ALIVE_TRIES = 1, 3
"""How often a silent host is asked whether it is there, and how often it may not answer. asyncssh waits once more
behind the last time it asks: a host is gone after four seconds of silence, within those that a reader waits."""
_QUICK = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
"""What processors have instructions for comes first, where the user's configuration says nothing of ciphers."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files of a private key and of known hosts ('' for the user's own), a password, and the phrase of the key."""

    key: str = ""
    known_hosts: str = ""
    password: Secret = field(default_factory=Secret)
    passphrase: Secret = field(default_factory=Secret)


class _Client(asyncssh.SSHClient):  # type: ignore[misc]
    """Notes the key that a host has, where it is not known."""

    def __init__(self) -> None:
        self.unknown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        del host, addr, port
        self.unknown = key.get_fingerprint()
        return False


class Session:
    """A connection as it is now. `sftp` is asked for before each use; the same client as long as it holds."""

    def __init__(self, place: SftpPlace, credentials: Credentials) -> None:
        self._place, self._credentials = place, credentials
        self._connection: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None
        self._connecting: asyncio.Task[asyncssh.SFTPClient] | None = None

    async def sftp(self) -> asyncssh.SFTPClient:
        """The client, connected. Raises AwayError, NotLetInError. Who is cancelled meanwhile stops nobody else."""
        if self._sftp is not None and not self._is_closed():
            return self._sftp
        if self._connecting is None:
            self._connecting = asyncio.ensure_future(self._connect())
            self._connecting.add_done_callback(self._connected)
        return await asyncio.shield(self._connecting)

    @property
    def connection(self) -> "asyncssh.SSHClientConnection | None":
        """What the client speaks over; None where nothing is connected."""
        return self._connection

    def drop(self) -> None:
        """Break the connection off: everything that waits for it fails."""
        connection, self._connection, self._sftp = self._connection, None, None
        if connection is not None:
            connection.abort()

    def _is_closed(self) -> bool:
        return self._connection is None or self._connection.is_closed()

    def _connected(self, task: "asyncio.Task[asyncssh.SFTPClient]") -> None:
        self._connecting = None
        if not task.cancelled():
            task.exception()  # who waits raises it

    async def _connect(self) -> asyncssh.SFTPClient:
        self.drop()
        client = _Client()
        try:
            options = self._options(client)
        except (OSError, ValueError, asyncssh.Error, ConfigError) as error:
            raise NotLetInError(f"{self._place.server}: {_said(error)}") from error
        try:
            made = await _socket(self._place.host, options)
            connection = await asyncssh.connect(self._place.host, options=options, sock=made)
        except asyncssh.HostKeyNotVerifiable as error:
            raise NotLetInError(self._unknown_host(client.unknown, error)) from error
        except asyncssh.PermissionDenied as error:
            raise NotLetInError(
                f"{self._place.server}: lets nobody in with these keys; `{self._command()}` shows whether ssh gets in,"
                f" `key=FILE` or `password=…` of `source add --set` and `source set` is another way ({error.reason})"
            ) from error
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise AwayError(f"{self._place.server}: cannot be reached: {_said(error)}") from error
        self._connection = connection
        try:
            self._sftp = corked(await asyncio.wait_for(connection.start_sftp_client(), LOGIN_SECONDS))
        except (OSError, asyncssh.Error, TimeoutError) as error:
            self.drop()
            raise NotLetInError(
                f"{self._place.server}: offers no SFTP ({_said(error)}); check `Subsystem sftp` of its sshd_config"
            ) from error
        return self._sftp

    def _options(self, client: _Client) -> asyncssh.SSHClientConnectionOptions:
        place, given = self._place, self._credentials
        more: dict[str, Any] = {}
        if place.user:
            more["username"] = place.user
        if place.port:
            more["port"] = place.port
        if given.known_hosts:
            more["known_hosts"] = given.known_hosts
        if given.key:
            more["client_keys"] = [given.key]
        if given.passphrase:
            more["passphrase"] = given.passphrase.reveal()
        if given.password:
            more["password"] = given.password.reveal()
        common = {
            "client_factory": lambda: client, "connect_timeout": CONNECT_SECONDS, "login_timeout": LOGIN_SECONDS,
            "keepalive_interval": _ALIVE_SECONDS, "keepalive_count_max": _ALIVE_TRIES, "agent_forwarding": False,
            "x11_forwarding": False, "host": place.host,
        }  # fmt: skip
        options = asyncssh.SSHClientConnectionOptions(**common, **more)
        if not options.config.get("Ciphers"):
            options = asyncssh.SSHClientConnectionOptions(options, encryption_algs=_QUICK)
        return options

    def _command(self) -> str:
        port = f"-p {self._place.port} " if self._place.port else ""
        user = f"{self._place.user}@" if self._place.user else ""
        return f"ssh {port}-- {user}{self._place.host}"

    def _unknown_host(self, fingerprint: str, error: Exception) -> str:
        if not fingerprint:
            return f"{self._place.server}: {error}"
        return (
            f"{self._place.server}: its key {fingerprint} is not among the known hosts; `{self._command()}` shows it"
            " and accepts it, or says that it is another than before"
        )


async def _socket(host: str, options: asyncssh.SSHClientConnectionOptions) -> socket.socket | None:
    """A connection to where the user's configuration says that the host is; None where it says how something else
    makes it."""
    said = await asyncssh.SSHClientConnectionOptions.construct(options, host=host, config=())
    if any((said.tunnel, said.proxy_command, said.local_addr, said.config.get("CanonicalizeHostname"))):
        return None
    return await reached(said.host, said.port, said.family, CONNECT_SECONDS)


def translated(place: SftpPlace, error: BaseException) -> OriginError | None:
    """What a broken connection means for who waits for it; None for what is no such error."""
    lost = (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost, asyncssh.ConnectionLost, asyncssh.DisconnectError)
    if isinstance(error, (*lost, ConnectionError, BrokenPipeError)):
        return AwayError(f"{place.server}: the connection broke: {_said(error)}")
    return None


def _said(error: BaseException) -> str:
    with contextlib.suppress(AttributeError):
        return str(error.reason) or type(error).__name__  # type: ignore[attr-defined]
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, socket.gaierror):
        return f"no address is known for that name ({error.strerror})"
    if isinstance(error, OSError) and error.errno:
        return f"{os.strerror(error.errno)}: {error.filename}" if error.filename else os.strerror(error.errno)
    return str(error) or type(error).__name__
