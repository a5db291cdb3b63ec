"""Parameters of a call: JSON values made into what a method's annotations say, or an error that names what is wrong."""

import inspect
import os
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

_MAX_NUMBER = (1 << 63) - 1


class ParameterError(Exception):
    """A parameter is missing, unknown, or not of the kind that the method takes."""


class Method:
    """A callable with its signature; parameters without an annotation take anything."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self._signature = inspect.signature(call)
        self._kinds = typing.get_type_hints(call)

    def bind(self, params: Mapping[str, Any]) -> Callable[[], Any]:
        """The call with these parameters, still to be made. Raises ParameterError."""
        unknown = next((name for name in params if name not in self._signature.parameters), None)
        if unknown is not None:
            raise ParameterError(f"no parameter {_shown(unknown)}")
        try:
            bound = self._signature.bind(**params)
        except TypeError as error:
            raise ParameterError(str(error)) from None
        given = {name: _made(name, value, self._kinds.get(name, Any)) for name, value in bound.arguments.items()}
        return lambda: self._call(**given)


def _made(name: str, value: Any, kind: Any) -> Any:
    """`value` as an annotation says: str, bool, int, Path, an Enum, list[X], tuple[X, Y]."""
    if kind is Any:
        return value
    container = typing.get_origin(kind)
    if container in (list, tuple):
        return _sequence(name, value, container, typing.get_args(kind))
    if kind is Path:
        return _path(name, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(name, value, kind)
    if type(value) is not kind:
        raise ParameterError(f"{name}: {_WORDS[kind]} is wanted, not {_shown(value)}")
    if kind is int and abs(value) > _MAX_NUMBER:
        raise ParameterError(f"{name}: a number of 64 bits is wanted")
    return value


_WORDS: Mapping[type, str] = types.MappingProxyType({str: "text", bool: "true or false", int: "a whole number"})


def _sequence(name: str, value: Any, container: type, kinds: tuple[Any, ...]) -> Any:
    if not isinstance(value, list):
        raise ParameterError(f"{name}: a list is wanted, not {_shown(value)}")
    if container is tuple and len(value) != len(kinds):
        raise ParameterError(f"{name}: a list of {len(kinds)} is wanted, not of {len(value)}")
    wanted = kinds if container is tuple else kinds * len(value)
    return container(
        _made(f"{name}[{n}]", entry, kind) for n, (entry, kind) in enumerate(zip(value, wanted, strict=True))
    )


def _path(name: str, value: Any) -> Path:
    text = _made(name, value, str)
    try:
        usable = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        usable = False
    if not usable or not text:
        raise ParameterError(f"{name}: {_shown(text)} can be no path")
    return Path(text)


def _member(name: str, value: Any, kind: type[Enum]) -> Enum:
    try:
        return kind(_made(name, value, str))
    except ValueError:
        known = ", ".join(str(member.value) for member in kind)
        raise ParameterError(f"{name}: one of {known} is wanted, not {_shown(value)}") from None


def _shown(value: Any) -> str:
    """A value for a message, whatever it is; never walked into, because it may be deep."""
    return {dict: "an object", list: "a list", type(None): "null"}.get(type(value)) or repr(value)[:60]
