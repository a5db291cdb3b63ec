"""Kinds of origins by the scheme of their URIs. What comes with musfuse registers here as anything else would.

A URI is opaque outside of its scheme: nothing else takes it apart, puts it together, or makes a path of it.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands
from musfuse.config.secrets import unusable
from musfuse.errors import ConfigError
from musfuse.origins.checked import CheckedOrigin
from musfuse.origins.port import Origin
from musfuse.origins.spec import SourceSpec, scheme_of

LOCAL = "file"
"""The scheme of a text that is no URI."""
UNINDEXED = "unindexed"
"""The option of a source that says how files are shown that have no index yet."""
_MAX_LOCATION = 8000


@dataclass(frozen=True, slots=True)
class OpenContext:
    """What an origin is opened with beside its spec: options of the library, its share of open files, and the commands
    that tell secrets."""

    follow_links_out: bool = False
    open_files: int = 64
    commands: SecretCommands = NO_COMMANDS


@dataclass(frozen=True, slots=True)
class SchemeOption:
    """An option of a source: what it is for, its values where they are not free, and what is wrong with one ('' where
    nothing is)."""

    about: str
    choices: tuple[str, ...] = ()
    check: Callable[[str], str] = lambda _: ""


class Scheme(Protocol):
    """A kind of origin. Nothing here but `check` may touch the place itself, which may be far away."""

    @property
    def name(self) -> str:
        """The scheme of its URIs, such as `file`."""

    @property
    def options(self) -> Mapping[str, SchemeOption]:
        """The options that a source of this kind may have."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """The secrets that a source of this kind may have, and what each is for."""

    def locate(self, text: str) -> str:
        """The absolute URI of what somebody typed, in its one spelling. Raises ConfigError."""

    def shown(self, uri: str) -> str:
        """A URI as people write it."""

    def same(self, uri: str, other: str) -> bool:
        """Whether two URIs are of the same place, however they are spelled."""

    def overlap(self, uri: str, other: str) -> bool:
        """Whether two URIs are the same place, or one lies within the other."""

    def check(self, uri: str) -> None:
        """Raise ConfigError where the place cannot be a source now."""

    def inside(self, uri: str, text: str) -> str | None:
        """The path, inside the source at `uri`, that an absolute text means ('' for the source itself); None where it
        lies elsewhere."""

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The origin of a source. It must not wait for the place: that is for its methods."""


class Registry:
    """The schemes that a process knows. Built once, by who composes, and handed in."""

    def __init__(self, schemes: Iterable[Scheme]) -> None:
        self._schemes = {scheme.name: scheme for scheme in schemes}

    def scheme(self, name: str) -> Scheme:
        """A scheme by its name. Raises ConfigError."""
        found = self._schemes.get(name)
        if found is None:
            known = ", ".join(f"{known}://" for known in sorted(self._schemes))
            raise ConfigError(f"{name}://: no kind of source that is known here; known are {known} and folders")
        return found

    def unindexed(self, spec: SourceSpec, default: str) -> str:
        """How files of a source are shown that have no index yet (original, wait, hide): where nothing is said, as they
        are of a kind of source that may say it, since all of a file travels for an index, else as the default has
        it."""
        scheme = self._schemes.get(spec.scheme)
        may_say = scheme is not None and UNINDEXED in scheme.options
        return spec.options.get(UNINDEXED) or ("original" if may_say else default)

    def locate(self, text: str) -> tuple[str, str]:
        """(scheme, URI) of what somebody typed; text without `scheme://` is a path. Raises ConfigError."""
        _check_text(text)
        name = scheme_of(text)
        if not name:
            return LOCAL, self.scheme(LOCAL).locate(text)
        scheme = self.scheme(name)
        _check_no_password(text)
        return name, scheme.locate(text)

    def shown(self, scheme: str, uri: str) -> str:
        """A URI as people write it. It stays as it is where its scheme is unknown or does not take it here: what a
        library keeps may come from another system."""
        known = self._schemes.get(scheme)
        try:
            return known.shown(uri) if known is not None else uri
        except ConfigError:
            return uri

    def overlap(self, text: str, other: str) -> bool:
        """Whether two locations, as somebody typed them, lie within each other. Raises ConfigError."""
        (scheme, uri), (other_scheme, other_uri) = self.locate(text), self.locate(other)
        return scheme == other_scheme and self.scheme(scheme).overlap(uri, other_uri)

    def check(self, text: str) -> None:
        """Raise ConfigError where what somebody typed cannot be a source now."""
        scheme, uri = self.locate(text)
        self.scheme(scheme).check(uri)

    def place(self, specs: Iterable[SourceSpec], text: str) -> tuple[str, str] | None:
        """(uid, path inside) of the source that an absolute text lies in; None for one outside of all."""
        for spec in specs:
            known = self._schemes.get(spec.scheme)
            inside = known.inside(spec.uri, text) if known is not None else None
            if inside is not None:
                return spec.uid, inside
        return None

    def place_resolved(self, specs: Iterable[SourceSpec], text: str) -> tuple[str, str] | None:
        """As `place`, of what a path of this machine leads to, as of the folders that sources lead to. It waits for
        the file systems that all of them lie on."""
        known = self._schemes.get(LOCAL)
        if known is None or not (scheme_of(text) == LOCAL or os.path.isabs(text)):
            return None
        try:
            there = os.path.realpath(known.shown(known.locate(text)))
        except (ConfigError, ValueError):  # what can be no path
            return None
        for spec in specs:
            if spec.scheme == LOCAL:
                with suppress(ConfigError):  # of another system
                    inside = known.inside(known.locate(os.path.realpath(known.shown(spec.uri))), there)
                    if inside is not None:
                        return spec.uid, inside
        return None

    def open(self, spec: SourceSpec, context: OpenContext) -> Origin:
        """The origin of a source; what it says of names and sizes is checked. Raises ConfigError."""
        return CheckedOrigin(self.scheme(spec.scheme).open(spec, context))

    def reopen(self, values: Mapping[str, Any]) -> Origin | None:
        """An origin of another process, opened here from what its `Origin.spec` said there; None where this process
        cannot reach it by itself."""
        if not values.get("local") or values.get("scheme") not in self._schemes:
            return None
        spec = SourceSpec(values["uid"], values["scheme"], values["uri"], options=values["options"])
        return self.open(spec, OpenContext(**values["context"]))


def spec_values(spec: SourceSpec, context: OpenContext, *, local: bool) -> dict[str, object]:
    """What `Registry.reopen` takes, as JSON values; secrets are not among them."""
    return {
        "local": local, "scheme": spec.scheme, "uid": spec.uid, "uri": spec.uri, "options": dict(spec.options),
        "context": {"follow_links_out": context.follow_links_out, "open_files": context.open_files},
    }  # fmt: skip


def checked_options(scheme: Scheme, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(options, secrets) of a source out of what somebody set. Raises ConfigError."""
    options, secrets = dict[str, str](), dict[str, str]()
    for key, value in values.items():
        if key in scheme.secrets:
            problem = unusable(value)
            if problem:
                raise ConfigError(f"{key}: {problem}")
            secrets[key] = value
        elif key not in scheme.options:
            known = ", ".join(sorted({"kind", "name", "priority", *scheme.options, *scheme.secrets}))
            raise ConfigError(f"{key}: no option of a {scheme.name}:// source; there are {known}")
        else:
            choices = scheme.options[key].choices
            if choices and value not in choices:
                raise ConfigError(f"{key}: {value!r} is no value of it; one of {', '.join(choices)} is wanted")
            problem = scheme.options[key].check(value)
            if problem:
                raise ConfigError(f"{key}: {value[:60]!r}: {problem}")
            options[key] = value
    return options, secrets


def _check_text(text: str) -> None:
    try:
        usable = b"\0" not in text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        usable = False
    if not usable or not text or len(text) > _MAX_LOCATION:
        raise ConfigError(f"{text[:60]!r}: can be no place of a source; name a folder or a URI")


def _check_no_password(text: str) -> None:
    try:
        password = urlsplit(text).password
    except ValueError as error:
        raise ConfigError(f"{text}: not a URI: {error}; check its brackets and its port") from error
    if password is not None:
        place = text.split("@", 1)[-1]
        raise ConfigError(f"…@{place}: a password does not belong into a URI; set it as a secret of the source")
