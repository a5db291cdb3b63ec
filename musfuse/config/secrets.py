"""Secrets: text that never shows, and the places where it is kept.

A secret is named by a *reference*, never written where it is used:

    env:NAME              a variable of the environment
    file:/path            the text of a file that nobody but its owner can read, without the line break at its end
    keyring:SERVICE/NAME  an entry of the system's keyring, through the package `keyring`
    command:NAME          what a program says that the user's configuration file names (`secretcommands.py`)

It is looked up whenever it is revealed: what is not needed is not read, and a secret that changed is the new one.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, SupportsIndex

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands, is_name
from musfuse.errors import ConfigError
from musfuse.platform.regular import read_guarded

MASK = "***"
MAX_SECRET = 1 << 16
"""Bytes of a secret."""
REFERENCES = "env:NAME, file:PATH, keyring:SERVICE/NAME or command:NAME"
_KINDS = ("env:", "file:", "keyring:", "command:")
_ANY = ("utf-8", "surrogatepass")
_OWN = "MUSFUSE_"
"""How variables of the environment begin that are options themselves."""


class Secret:
    """A text that no rendering shows: it prints as `***`, and is neither pickled nor written as JSON. Where there is
    none it is false, and prints as nothing. Two are equal where their texts are; comparing takes as long whatever these
    have in common."""

    __slots__ = ("_find", "reference")

    def __init__(self, value: str = "") -> None:
        self.reference: str | None = "" if value else None
        """Where it is kept (`env:NAME`); '' for one that stands here itself, None where there is none."""
        self._find: Callable[[], str] = lambda: value

    @classmethod
    def kept_at(
        cls,
        reference: str,
        where: str,
        env: Mapping[str, str] | None = None,
        commands: SecretCommands = NO_COMMANDS,
    ) -> "Secret":
        """The secret that a reference names. `where` says in messages what needs it, `env` is the environment,
        `commands` what the configuration file names. Raises ConfigError for what is no reference; whether the secret is
        there is found out when it is revealed."""
        problem = unusable(reference)
        if problem:
            raise ConfigError(f"{where}: {problem}")
        made = cls()
        made.reference = reference
        made._find = lambda: _looked_up(reference, where, os.environ if env is None else env, commands)
        return made

    def reveal(self) -> str:
        """The text itself, '' where there is none. Raises ConfigError where it is not where it is said to be, is empty
        or no text, or where others can read it."""
        return self._find()

    def __bool__(self) -> bool:
        return self.reference is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self.reference and self.reference == other.reference:
            return True
        import hmac

        try:
            return hmac.compare_digest(self.reveal().encode(*_ANY), other.reveal().encode(*_ANY))
        except ConfigError:
            return False

    def __hash__(self) -> int:
        return hash(Secret)  # of the text it would tell something

    def __str__(self) -> str:
        return MASK if self else ""

    def __repr__(self) -> str:
        return f"Secret({self})"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self  # for dataclasses.asdict

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not pickled; hand its reference on")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret has no state to be seen")


def is_reference(text: str) -> bool:
    """Whether a text names a secret rather than being one."""
    return text.startswith(_KINDS)


def unusable(reference: str) -> str:
    """What is wrong with a reference, and what to do; '' where nothing is. Nothing is looked up, and nothing repeated:
    it may be a secret in the wrong place."""
    kind, _, name = reference.partition(":")
    if not is_reference(reference) or not name or "\0" in name:
        return f"a secret is named, not written down; {REFERENCES} is wanted"
    if kind == "env" and ("=" in name or name.upper().startswith(_OWN)):
        return f"env: wants the name of a variable, and none that begins with {_OWN}"
    if kind == "file" and not Path(os.path.expanduser(name)).is_absolute():
        return "file: wants a whole path, from the root on"
    if kind == "keyring" and not all(name.partition("/")[::2]):
        return "keyring: wants SERVICE/NAME"
    if kind == "command" and not is_name(name):
        return "command: wants the name of an entry of [secret_commands] in the configuration file"
    return ""


def unfit(text: str) -> str:
    """What is wrong with the text of a secret, without telling any of it; '' where nothing is."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "is no text in UTF-8"
    if size > MAX_SECRET:
        return f"is over {MAX_SECRET:,} bytes"
    return "holds a NUL character" if "\0" in text else ""


def _looked_up(reference: str, where: str, env: Mapping[str, str], commands: SecretCommands) -> str:
    """The text that a reference names. No frame through which an error passes holds it."""
    kind, _, name = reference.partition(":")
    try:
        text, problem = commands.told_by(name, MAX_SECRET) if kind == "command" else _KEPT[kind](name, env)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    problem = problem or unfit(text) or ("" if text else "is empty")
    if problem:
        del text
        raise ConfigError(f"{where}: {reference} {problem}")
    return text


def _of_environment(name: str, env: Mapping[str, str]) -> tuple[str, str]:
    """The text of an environment variable, and what is wrong with it ('' for nothing)."""
    if name in env:
        return env[name], ""
    return "", "is not set; set it for the process that needs it, or name another place"


def _of_file(name: str, env: Mapping[str, str]) -> tuple[str, str]:
    """The text of a file, and what is wrong with it ('' for nothing). Raises ConfigError where the file cannot be
    read."""
    del env
    path = Path(os.path.expanduser(name))
    data, alone, _ = read_guarded(path, MAX_SECRET)
    if not alone:
        return "", f"can be read by others than its owner; `chmod 600 {path}` mends that"
    try:
        return data.decode().removesuffix("\n").removesuffix("\r"), ""
    except UnicodeDecodeError:
        return "", "is no text in UTF-8"


def _of_keyring(name: str, env: Mapping[str, str]) -> tuple[str, str]:
    """The text of an entry of the system's keyring, and what is wrong with it ('' for nothing)."""
    del env
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return "", "needs the package keyring; `pip install 'musfuse[keyring]'`, or name another place"
    service, _, user = name.partition("/")
    try:
        text = keyring.get_password(service, user)
    except KeyringError as error:
        return "", f"cannot be asked for ({type(error).__name__}); unlock the keyring, or name another place"
    return (text, "") if text is not None else ("", f"is not there; `keyring set {service} {user}` puts it there")


_KEPT: Mapping[str, Callable[[str, Mapping[str, str]], tuple[str, str]]] = {
    "env": _of_environment,
    "file": _of_file,
    "keyring": _of_keyring,
}
