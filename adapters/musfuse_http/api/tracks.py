"""Tracks as bytes."""

import msgspec

from musfuse.model import Rendition
from musfuse.service.itemids import Kind, number_of
from musfuse_http.api.route import Call, Served
from musfuse_http.context import Context
from musfuse_http.streaming import StreamAnswer


class StreamWanted(msgspec.Struct, frozen=True):
    """What a track is to be made into (`flac`, `wav`, `original`, `opus:128`); empty: as the library serves it.
    `download`: it is to be saved, not played."""

    rendition: str = ""
    download: bool = False


class Audio(StreamAnswer, Served):
    """Audio, whose ranges can be asked for."""

    KIND = "audio/*"


def stream(call: Call[StreamWanted, None]) -> Audio:
    """The bytes of a track: all, or ranges of them (RFC 9110). The same bytes as on the drive; no play comes of it."""
    rendition = Rendition(call.query.rendition) if call.query.rendition else None
    public, sources = number_of(call.path["id"], Kind.TRACK), call.caller.user.sources
    context: Context = call.context
    return Audio(
        lambda: context.streams.open(public, rendition, sources), context.work, saved_as=call.query.download
    )  # fmt: skip
