"""Parameters of a request as the types that endpoints take."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from musfuse_http.subsonic.failing import GENERIC, MISSING, SubsonicError

P = TypeVar("P", bound="Params")
_LONGEST = 4096


class Params(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an endpoint takes. Lists are of parameters that may be there several times."""


def taken(kind: type[P], fields: Mapping[str, Sequence[str]]) -> P:
    """Fields of a query or a form as a type; what it does not name is left alone. Raises SubsonicError."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        texts = fields.get(field.encode_name)
        if texts is None or (texts[-1] == "" and not _is_text(field.type)):
            if field.required:
                raise SubsonicError(MISSING, f"the parameter {field.encode_name} is missing")
            continue
        if any(len(text) > _LONGEST for text in texts):
            raise SubsonicError(GENERIC, f"the parameter {field.encode_name} is too long")
        values[field.encode_name] = (
            [text for text in texts if text] if _is_list(field.type) else _plain(field.type, texts[-1])
        )
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SubsonicError(GENERIC, f"a parameter is not what it should be: {error}") from None


def _plain(kind: Any, text: str) -> Any:
    if kind is bool or bool in get_args(kind):
        return {"on": "true", "yes": "true", "off": "false", "no": "false"}.get(text.lower(), text.lower())
    return text


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in (tuple, list)


def _is_text(kind: Any) -> bool:
    return kind is str or str in get_args(kind) or _is_list(kind)
