"""Sources at `sftp://`, as data."""

import os
import types
from collections.abc import Mapping

from musfuse.origins import remote
from musfuse.origins.port import Origin
from musfuse.origins.registry import OpenContext, SchemeOption
from musfuse.origins.sftp.uris import place_of
from musfuse.origins.spec import SourceSpec

_KEY, _KNOWN_HOSTS = "key", "known_hosts"


def _no_file(text: str) -> str:
    return "" if os.path.isabs(os.path.expanduser(text)) else "the whole path of a file is wanted"


class SftpScheme(remote.RemoteScheme):
    """`sftp://USER@HOST/FOLDER`. Hosts, keys, agents and what is between are those of the user's SSH configuration."""

    options: Mapping[str, SchemeOption] = types.MappingProxyType(
        {
            **remote.OPTIONS,
            _KEY: SchemeOption("file of the private key, where neither agent nor ~/.ssh/config has it", check=_no_file),
            _KNOWN_HOSTS: SchemeOption("file of the keys of hosts, in place of ~/.ssh/known_hosts", check=_no_file),
        }
    )
    secrets: Mapping[str, str] = types.MappingProxyType(
        {"password": "of the user, where no key is used", "passphrase": "of the private key"}
    )

    def __init__(self) -> None:
        super().__init__("sftp", place_of)

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The folder; nothing is connected to yet. Raises ConfigError where asyncssh is not installed."""
        remote.need("asyncssh", spec)
        from musfuse.origins.sftp.origin import SftpOrigin
        from musfuse.origins.sftp.session import Credentials

        place = place_of(spec.uri)
        credentials = Credentials(
            _expanded(spec.options.get(_KEY, "")),
            _expanded(spec.options.get(_KNOWN_HOSTS, "")),
            spec.secret("password", context.commands),
            spec.secret("passphrase", context.commands),
        )
        return SftpOrigin(spec.uid, place, credentials, remote.index_when(spec), context.open_files)


def _expanded(path: str) -> str:
    return os.path.expanduser(path) if path else ""
