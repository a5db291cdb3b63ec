"""The OpenAPI document: valid, and of the same table as the routes."""

import re
from typing import Any

import pytest
from musfuse_http.api.openapi import document
from musfuse_http.api.table import ROUTES

DOCUMENT = document(ROUTES)


def test_every_route_is_in_it() -> None:
    told = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert told == {(route.method, re.sub(r":\w+\}", "}", route.path)) for route in ROUTES}
    names = [operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for item in DOCUMENT["paths"].values() for operation in item.values())


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_what_it_refers_to_is_there() -> None:
    assert references(DOCUMENT) <= {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}


def test_schemas_are_schemas() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
