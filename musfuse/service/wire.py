"""Requests and answers as values of JSON, and back. What comes from outside is checked against its type first."""

import os
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from musfuse.service.port import Listing, Request, Stream
from musfuse.wording import placed

T = TypeVar("T")
_MAX_NUMBER = (1 << 63) - 1
_MAX_DEPTH = 64


class WireError(ValueError):
    """A value is not of the kind that is wanted; the message names the place."""


def to_json(value: Any) -> Any:
    """A request or an answer as values that `json` writes."""
    return msgspec.to_builtins(value, enc_hook=str)


def from_json(value: Any, kind: type[T]) -> T:
    """The value of a kind. Raises WireError where it is none."""
    _check(value, 0)
    try:
        return msgspec.convert(value, kind, dec_hook=_decoded)
    except (msgspec.ValidationError, RecursionError) as error:
        raise WireError(placed(str(error))) from None
    except UnicodeEncodeError:  # where one of several names is wanted: of a field, a member of an enumeration
        raise WireError("a name is no text") from None


def answer_type(kind: type[Request[T]] | type[Listing[T]] | type[Stream[T]]) -> type[T]:
    """What a request, or each row of a listing or a stream, is answered with."""
    for base in (base for known in kind.__mro__ for base in getattr(known, "__orig_bases__", ())):
        if args := get_args(base):
            found: type[T] = args[0]
            return found
    raise TypeError(f"{kind.__name__}: names no answer")


def _decoded(kind: type, value: Any) -> Any:
    if kind is not Path:
        raise NotImplementedError(kind)
    return _path(value)


def _path(value: Any) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"Expected a path, got {_shown(value)}")
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        raise ValueError(f"Expected a path, got {_shown(value)}") from None
    return Path(value)


def _check(value: Any, depth: int) -> None:
    """Raise WireError for numbers that no field has, and for values nested so deeply that walking through them would
    end the process."""
    if depth > _MAX_DEPTH:
        raise WireError("nested too deeply")
    if isinstance(value, dict):
        for item in value.values():
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, int) and abs(value) > _MAX_NUMBER:
        raise WireError("a number has more than 64 bits")


def _shown(value: Any) -> str:
    return repr(value)[:60]
