"""Folders of this machine as sources: URIs of the scheme `file`."""

import os
import types
from collections.abc import Mapping
from pathlib import Path, PurePath

from musfuse.errors import ConfigError, plainly
from musfuse.origins.local.origin import LocalOrigin
from musfuse.origins.local.uris import from_uri, to_uri
from musfuse.origins.registry import LOCAL, OpenContext, SchemeOption
from musfuse.origins.spec import SourceSpec, scheme_of
from musfuse.platform import system

_FOLLOW = "follow_links_out"


class LocalScheme:
    """What is typed without a scheme, and `file://`. Paths are never resolved: a link to a folder stays one."""

    name = LOCAL
    options: Mapping[str, SchemeOption] = types.MappingProxyType(
        {_FOLLOW: SchemeOption("follow symbolic links that lead out of the folder", ("true", "false"))}
    )
    secrets: Mapping[str, str] = types.MappingProxyType({})

    def locate(self, text: str) -> str:
        """The URI of a folder. Raises ConfigError."""
        try:
            path = str(from_uri(text, PurePath)) if scheme_of(text) else os.path.expanduser(text)
            return to_uri(PurePath(system.absolute_path(path)))
        except (OSError, ValueError) as error:
            raise ConfigError(f"{text}: cannot be a folder here: {error}; write the whole path") from error

    def shown(self, uri: str) -> str:
        """The folder's path."""
        return str(from_uri(uri, PurePath))

    def same(self, uri: str, other: str) -> bool:
        """Whether two URIs are those of one folder, as this system compares names."""
        try:
            return system.same_path(str(from_uri(uri, PurePath)), str(from_uri(other, PurePath)))
        except ConfigError:
            return uri == other

    def overlap(self, uri: str, other: str) -> bool:
        """Whether one folder is the other, or lies below it; one that cannot be a folder here lies nowhere."""
        try:
            one, two = from_uri(uri, PurePath), from_uri(other, PurePath)
        except ConfigError:
            return uri == other
        return one == two or one in two.parents or two in one.parents

    def check(self, uri: str) -> None:
        """Raises ConfigError where there is no folder, or it cannot be looked at."""
        path = from_uri(uri, Path)
        try:
            if path.is_dir():
                return
            problem = "a file" if path.exists() else "no such folder"
        except OSError as error:
            problem = f"cannot be looked into: {plainly(error)}"
        raise ConfigError(f"{path}: {problem}; a source is a folder with music")

    def inside(self, uri: str, text: str) -> str | None:
        """The path inside of the folder that an absolute path, or a URI, lies at."""
        try:
            path = str(from_uri(self.locate(text), PurePath)) if scheme_of(text) == LOCAL else text
            return system.path_inside(str(from_uri(uri, PurePath)), path)
        except ConfigError:
            return None

    def open(self, spec: SourceSpec, context: OpenContext) -> LocalOrigin:
        """The folder; an option of the source goes before that of the library."""
        follow = spec.options.get(_FOLLOW)
        return LocalOrigin(
            spec.uid,
            self.shown(spec.uri),
            follow_links_out=context.follow_links_out if follow is None else follow == "true",
            open_files=context.open_files,
        )
