"""XML, JSON and JSONP are of one description."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from musfuse_http.subsonic.written import written

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SCALAR = st.one_of(TEXT, st.integers(), st.booleans())
KEYS = st.sampled_from(["a", "bC", "value", "list", "one"])
TREE: Any = st.recursive(
    st.dictionaries(KEYS, SCALAR, max_size=3),
    lambda inner: st.dictionaries(
        st.sampled_from(["x", "y"]), st.one_of(SCALAR, inner, st.lists(inner, max_size=3)), max_size=3
    ),
    max_leaves=8,
)


@given(TREE)
@settings(max_examples=60)
def test_xml_is_well_formed_whatever_is_told(tree: Any) -> None:
    kind, body = written("xml", "", "ok", {"part": tree})
    assert kind.startswith("text/xml")
    root = etree.fromstring(body)
    assert root.get("status") == "ok"


def test_scalars_are_attributes_and_value_is_text() -> None:
    body = written(
        "xml",
        "",
        "ok",
        {"genres": {"genre": [{"songCount": 1, "value": "A<B&\"'"}, {"value": "C"}]}, "flag": {"on": True}},
    )[1]
    root = etree.fromstring(body)
    found = [(one.get("songCount"), one.text) for one in root.iter("{*}genre")]
    assert found == [("1", "A<B&\"'"), (None, "C")]
    assert root.find("{*}flag").get("on") == "true"


def test_what_xml_cannot_have_is_replaced() -> None:
    body = written("xml", "", "ok", {"x": {"name": "a\x00b\n\ud800"}})[1]
    assert etree.fromstring(body).find("{*}x").get("name") == "a\ufffdb\n\ufffd"


@pytest.mark.parametrize("callback", ["cb", "a.b$c"])
def test_a_callback_is_called(callback: str) -> None:
    kind, body = written("jsonp", callback, "ok", {"x": "\u2028"})
    assert kind.startswith("application/javascript")
    assert body.startswith(f"{callback}(".encode())
    assert body.endswith(b");")
    assert b"\xe2\x80\xa8" not in body
    assert json.loads(body[len(callback) + 1 : -2])["subsonic-response"]["x"] == "\u2028"


@pytest.mark.parametrize("callback", ["", "alert(1)//", "<script>", "a" * 200])
def test_what_is_no_name_is_not_called(callback: str) -> None:
    kind, body = written("jsonp", callback, "ok", {})
    assert kind == "application/json"
    assert body.startswith(b"{")
