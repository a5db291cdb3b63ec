"""Sources at `sftp://`, as data."""

import os
import types
from collections.abc import Mapping

from musfuse.errors import ConfigError
from musfuse.origins import remote
from musfuse.origins.port import Origin
from musfuse.origins.registry import OpenContext, SchemeOption
from musfuse.origins.sftp.uris import place_of
from musfuse.origins.spec import SourceSpec

_KEY, _KNOWN_HOSTS = "key", "known_hosts"


def _no_file(text: str) -> str:
    return "" if os.path.isabs(os.path.expanduser(text)) else "the whole path of a file is wanted"


class SftpScheme:
    """`sftp://USER@HOST/FOLDER`. Hosts, keys, agents and what is between are those of the user's SSH configuration."""

    name = "sftp"
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

    def locate(self, text: str) -> str:
        """The URI of a folder. Raises ConfigError."""
        return place_of(text).uri

    def shown(self, uri: str) -> str:
        """The URI, with only that quoted that has to be."""
        return place_of(uri).shown

    def same(self, uri: str, other: str) -> bool:
        """Whether both have the same spelling: host names are in small letters already."""
        return uri == other

    def overlap(self, uri: str, other: str) -> bool:
        """Whether one folder is the other, or lies below it, whoever looks."""
        one, two = place_of(uri), place_of(other)
        return one.below(two) is not None or two.below(one) is not None

    def check(self, uri: str) -> None:
        """Nothing is far enough away to be tried here: that takes time, and what the source is opened with."""
        del uri

    def inside(self, uri: str, text: str) -> str | None:
        """The path inside of the folder that a URI of this scheme means."""
        if not text.lower().startswith("sftp://"):
            return None
        try:
            return place_of(text).below(place_of(uri))
        except ConfigError:
            return None

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The folder; nothing is connected to yet. Raises ConfigError where asyncssh is not installed."""
        try:
            import asyncssh  # noqa: F401
        except ImportError as error:
            raise ConfigError(f"{spec.uri}: needs the package asyncssh; `pip install 'musfuse[sftp]'`") from error
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
