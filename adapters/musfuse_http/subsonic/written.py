"""Answers as XML, JSON and JSONP, all of one description: in XML scalars are attributes, but `value`, which is the text
of its element; objects are elements, and each part of a list is an element of the list's name."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from musfuse import __version__

VERSION = "1.16.1"
_NS = "http://subsonic.org/restapi"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,99}")
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def written(form: str, callback: str, status: str, parts: Mapping[str, Any]) -> tuple[str, bytes]:
    """The type of content, and an answer of these parts, in `xml`, `json` or `jsonp`. What is asked for otherwise is
    XML, as the API has it, and a callback that is no name of JavaScript is not called."""
    head = {"status": status, "version": VERSION, "type": "musfuse", "serverVersion": __version__, "openSubsonic": True}
    whole = {**head, **parts}
    if form == "json" or form == "jsonp":
        body = msgspec.json.encode({"subsonic-response": whole})
        if form == "jsonp" and _NAME.fullmatch(callback):
            safe = body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
            return "application/javascript; charset=utf-8", callback.encode() + b"(" + safe + b");"
        return "application/json", body
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _element(out, "subsonic-response", {"xmlns": _NS, **msgspec.to_builtins(whole)})
    return "text/xml; charset=utf-8", "".join(out).encode("utf-8", "replace")


def _element(out: list[str], name: str, value: Any) -> None:
    if not isinstance(value, dict):
        out.append(f"<{name}>{_text(value)}</{name}>")
        return
    out.append(f"<{name}")
    inner = []
    for key, part in value.items():
        if isinstance(part, (dict, list, tuple)):
            inner.append((key, part))
        elif key != "value":
            out.append(f' {key}="{_text(part)}"')
    text = value.get("value")
    if not inner and text is None:
        out.append("/>")
        return
    out.append(">" if text is None else f">{_text(text)}")
    for key, part in inner:
        for one in (part,) if isinstance(part, dict) else part:
            _element(out, key, one)
    out.append(f"</{name}>")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("\ufffd", str(value)).translate(_ESCAPED)
