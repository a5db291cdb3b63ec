"""The OpenAPI 3.1 document of a table of routes, whose schemas msgspec makes of their types."""

import re
from collections.abc import Iterable, Sequence
from types import NoneType
from typing import Any, get_origin

import msgspec

from musfuse import __version__
from musfuse_http.api.route import Right, Route, Served
from musfuse_http.failures import Failure

_REF = "#/components/schemas/{name}"
_NAMES = re.compile(r"\{(\w+)(?::\w+)?\}")
BASE = "/api/v1"


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The document."""
    types = [*_types(routes), Failure]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _NAMES.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "musfuse", "version": __version__, "description": "A music library over HTTP."},
        "servers": [{"url": BASE}],
        "paths": paths,
        "components": {
            "schemas": dict(components),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "musfuse"},
            },
        },
    }


def _types(routes: Iterable[Route]) -> list[Any]:
    """The types that have a schema, each once. Those of queries are written as parameters, by their fields."""
    found: dict[Any, None] = {}
    for route in routes:
        for kind in (route.body, route.answer):
            if kind is not NoneType and not _is_served(kind):
                found.setdefault(kind)
        if route.query is not NoneType:
            for field in msgspec.structs.fields(route.query):
                found.setdefault(field.type)
    return list(found)


def _operation(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    names = _NAMES.findall(route.path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    if route.query is not NoneType:
        for field in msgspec.structs.fields(route.query):
            schema = dict(schemas[field.type])
            if field.default is not msgspec.NODEFAULT:
                schema["default"] = msgspec.to_builtins(field.default)
            parameters.append({"name": field.encode_name, "in": "query", "required": field.required, "schema": schema})
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.name.partition("_")[0]],
        "parameters": parameters,
        "responses": {**_success(route, schemas), "default": _json("What went wrong.", schemas[Failure])},
        "security": [] if route.right is Right.NOBODY else [{"key": []}, {"session": []}],
        "x-right": str(route.right),
    }
    if route.body is not NoneType:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schemas[route.body]}}}
    return made


def _success(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    if route.answer is NoneType:
        return {"204": {"description": "It is done."}}
    if _is_served(route.answer):
        content: dict[str, Any] = {route.answer.KIND: {}}
        found: dict[str, Any] = {"200": {"description": "All of it.", "content": content}}
        if "audio" in route.answer.KIND:
            found["206"] = {"description": "The ranges that were asked for.", "content": content}
        return found
    return {str(route.status): _json("The answer.", schemas[route.answer])}


def _json(what: str, schema: Any) -> dict[str, Any]:
    return {"description": what, "content": {"application/json": {"schema": schema}}}


def _is_served(kind: Any) -> bool:
    return get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, Served)
