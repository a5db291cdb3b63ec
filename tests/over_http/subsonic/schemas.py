"""What answers are checked by: the OpenAPI document, keys that it does not have, and the XML schema."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from jsonschema.exceptions import best_match
from lxml import etree

from over_http.subsonic.harness import NS

PLACE = next(
    (
        place / "opensubsonic"
        for place in (*(p / "shared" for p in Path(__file__).resolve().parents),)
        if place.is_dir()
    ),
    None,
)
needed = pytest.mark.skipif(PLACE is None, reason="the OpenSubsonic document is not at ../shared")


def _here() -> Path:
    assert PLACE is not None
    return PLACE


@cache
def _file(place: Path) -> Any:
    return json.loads(place.read_text("utf-8"))


def _whole(schema: Any, place: Path, depth: int = 0) -> Any:
    """A schema with what it refers to in its place."""
    assert depth < 60
    if isinstance(schema, list):
        return [_whole(one, place, depth) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        other = (place.parent / schema["$ref"]).resolve()
        return _whole(_file(other), other, depth + 1)
    return {key: _whole(value, place, depth + 1) for key, value in schema.items() if key != "externalDocs"}


@cache
def of_endpoint(name: str) -> Any:
    """The schema of the answers of an endpoint; None where the document has none in JSON."""
    place = _here() / f"openapi/endpoints/{name}.json"
    described = _file(place)
    answer = described.get("get", described.get("post"))["responses"]["200"]
    if "$ref" in answer:
        place = (place.parent / answer["$ref"]).resolve()
        answer = _file(place)
    if "application/json" not in answer["content"]:
        return None
    return _whole(answer["content"]["application/json"]["schema"], place)


def names() -> list[str]:
    """All endpoints of the document."""
    return sorted(place.stem for place in (_here() / "openapi/endpoints").glob("*.json")) if PLACE else []


def check_json(name: str, answer: Any) -> None:
    """An answer in JSON is as the document has it, and has no key that it does not have."""
    schema = of_endpoint(name) or of_endpoint("ping")
    error = best_match(Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(answer))
    assert error is None, (
        name,
        list(error.absolute_path),
        [(list(e.absolute_path), e.message[-200:]) for e in error.context or [error]],
    )
    unknown = sorted(_unknown(schema, answer, ""))
    assert not unknown, (name, unknown)


def _unknown(schema: Any, value: Any, path: str) -> set[str]:
    known, items = _known(schema)
    if isinstance(value, list):
        return {found for one in value for found in _unknown(items, one, f"{path}[]")} if items else set()
    if not isinstance(value, dict):
        return set()
    found = {f"{path}/{key}" for key in value if key not in known} if known else set()
    for key, one in value.items():
        found |= _unknown(known.get(key, {}), one, f"{path}/{key}")
    return found


def _known(schema: Any) -> tuple[dict[str, Any], Any]:
    """The properties of a schema by name, and what its items are."""
    known, items = dict(schema.get("properties", {})), schema.get("items")
    for kind in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(kind, ()):
            more, others = _known(one)
            for key, value in more.items():
                known[key] = {"allOf": [known[key], value]} if key in known else value
            items = items or others
    return known, items


@cache
def _xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_here() / "subsonic-rest-api-1.16.0.xsd")))


_OURS = {"openSubsonicExtensions", "tokenInfo", "lyricsList", "playQueueByIndex", "transcodeDecision", "topSongs"}


def check_xml(answer: Any) -> None:
    """An answer in XML is as the schema has it, once what OpenSubsonic added is taken out."""
    root = copy.deepcopy(answer)
    for name in _OURS:
        for found in root.findall(f"{NS}{name}"):
            root.remove(found)
    for element in [found for found in root.iter() if etree.QName(found).localname in _ELEMENTS]:
        if element.getparent() not in (None, root):
            element.getparent().remove(element)
    for queue in root.findall(f"{NS}playQueue"):
        queue.attrib.pop("current", None)  # a number in the schema, while ids are texts everywhere else
    schema = _xsd()
    for _ in range(2000):
        if schema.validate(root):
            return
        error = schema.error_log[0]
        if "is not allowed" in error.message and "attribute" in error.message and _strip(root, error):
            continue
        break
    raise AssertionError((str(schema.error_log), etree.tostring(root)[:3000]))


_ADDED = {
    "type", "serverVersion", "openSubsonic", "mediaType", "played", "bpm", "comment", "sortName", "musicBrainzId", "displayArtist",
    "displayAlbumArtist", "displayComposer", "explicitStatus", "bitDepth", "samplingRate", "channelCount", "isCompilation", "userRating",
    "readonly", "helpUrl", "state", "positionMs", "playbackRate",
}  # fmt: skip
_ELEMENTS = {
    "genres", "artists", "albumArtists", "contributors", "moods", "replayGain", "isrc", "originalReleaseDate", "releaseDate", "discTitles", "roles",
}  # fmt: skip


def _strip(root: Any, error: Any) -> bool:
    """Take out an attribute that OpenSubsonic added."""
    name = error.message.split("attribute '")[1].split("'")[0]
    if name not in _ADDED:
        return False
    for element in root.iter():
        if etree.QName(element).localname == error.message.split("}")[1].split("'")[0]:
            element.attrib.pop(name, None)
    return True
