"""How a client gets a track, by what it says that it can play; and the track so."""

import msgspec
from msgspec import UNSET

from musfuse.service.requests.browse import ShowTracks, TrackTold
from musfuse_http.asgi import App
from musfuse_http.subsonic import model
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import GENERIC, NOT_FOUND, SubsonicError
from musfuse_http.subsonic.media import opened
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.renditions import Client, best_made, codec_of, parsed, why_not_direct


class DecisionWanted(Params, frozen=True, kw_only=True):
    media_id: str
    media_type: str


class MadeWanted(Params, frozen=True, kw_only=True):
    media_id: str
    media_type: str
    transcode_params: str
    offset: int = 0


def decision(call: Call[DecisionWanted]) -> Parts:
    """Whether the client plays a track as it is, or what it is made into for it, and why."""
    if call.asked.method != "POST":
        raise SubsonicError(GENERIC, "getTranscodeDecision takes POST, with the client as JSON")
    try:
        client = msgspec.json.decode(call.asked.body, type=Client)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SubsonicError(GENERIC, f"the client is not told as it should be: {error}") from None
    track = _track(call, call.params.media_id, call.params.media_type)
    reasons, made = why_not_direct(track, client), best_made(client)
    transcode = UNSET if made is None or not reasons else _stream_of(track, made[0].kind, made[1], made[0].kbps * 1000)
    said = model.TranscodeDecision(
        can_direct_play=not reasons, can_transcode=bool(reasons) and made is not None, transcode_reason=tuple(reasons),
        error_reason="" if made is not None or not reasons else "nothing that the client takes is made here",
        transcode_params=str(made[0]) if made is not None and reasons else UNSET, source_stream=_source(track),
        transcode_stream=transcode,
    )  # fmt: skip
    return {"transcodeDecision": said}


def made_stream(call: Call[MadeWanted]) -> App:
    """A track as a decision says."""
    rendition = parsed(call.params.transcode_params)
    if rendition is None:
        raise SubsonicError(GENERIC, "transcodeParams: not what a decision gave")
    return opened(call, _track(call, call.params.media_id, call.params.media_type), rendition)


def _track(call: Call[DecisionWanted] | Call[MadeWanted], text: str, kind: str) -> TrackTold:
    found = call.ask(ShowTracks((text,), call.sources())).tracks if kind == "song" else ()
    if not found:
        raise SubsonicError(NOT_FOUND, f"{text[:60]}: there is no such {kind[:20]}")
    return found[0]


def _source(track: TrackTold) -> model.StreamDetails:
    return model.StreamDetails(
        container=track.suffix, codec=codec_of(track), audio_channels=track.channels or UNSET,
        audio_bitrate=track.bit_rate * 1000 or UNSET, audio_samplerate=track.sample_rate or UNSET,
        audio_bitdepth=track.bits or UNSET,
    )  # fmt: skip


def _stream_of(track: TrackTold, codec: str, container: str, bit_rate: int) -> model.StreamDetails:
    return model.StreamDetails(
        container=container or codec, codec=codec, audio_channels=track.channels or UNSET,
        audio_bitrate=bit_rate or UNSET, audio_samplerate=track.sample_rate or UNSET,
    )  # fmt: skip
