"""What a client gets of a track: its original, or a rendition, by what it asks for or can play."""

import msgspec

from musfuse.errors import ConfigError
from musfuse.rendition import Rendition
from musfuse.service.requests.browse import TrackTold

_KINDS = {
    "mp3": "mp3",
    "opus": "opus",
    "ogg": "opus",
    "oga": "opus",
    "flac": "flac",
    "wav": "wav",
}
_AAC = frozenset({"aac", "m4a", "mp4"})
"""Names of what is not made here: who asks for it gets MP3, which all play that play it."""
_USUAL = {"mp3": 192, "opus": 128}
_MP3 = (320, 256, 224, 192, 160, 144, 128, 112, 96, 80, 64, 56, 48, 40, 32, 24, 16, 8)
_BOUNDS = {"opus": (6, 510)}


def wanted_rendition(track: TrackTold, form: str, most_kbps: int) -> Rendition | None:
    """What is asked for by the name of a format (`raw`: the original) and a bitrate (0: any); None for what the
    library serves."""
    form = form.lower().strip()
    if form in _AAC:
        over = _is_over(track, most_kbps)
        return as_it_is(track) if track.codec.lower() == "aac" and not over else at_rate("mp3", most_kbps)
    kind = _KINDS.get(form, "")
    if form == "raw" or (not kind and not _is_over(track, most_kbps)):
        return as_it_is(track)
    if not kind:
        kind = "mp3"
    if kind in ("flac", "wav") and not _is_over(track, most_kbps):
        return as_it_is(track) if track.suffix == kind else Rendition(kind)
    if kind == track.suffix and not _is_over(track, most_kbps):
        return as_it_is(track)
    return at_rate(kind if kind in _USUAL else "mp3", most_kbps)


def at_rate(kind: str, most_kbps: int) -> Rendition:
    """A lossy rendition of a kind with so many kbit/s at most, or as many as it may have least (0: the usual)."""
    rate = most_kbps if most_kbps > 0 else _USUAL[kind]
    if kind == "mp3":
        rate = next((one for one in _MP3 if one <= rate), _MP3[-1])
    else:
        low, high = _BOUNDS[kind]
        rate = max(low, min(rate, high))
    return Rendition(f"{kind}:{rate}")


def as_it_is(track: TrackTold) -> Rendition | None:
    """Its original; of a part of one what the library makes of it."""
    return None if track.part else Rendition.ORIGINAL


def _is_over(track: TrackTold, most_kbps: int) -> bool:
    return bool(most_kbps > 0 and (track.bit_rate or 0) > most_kbps) or bool(most_kbps > 0 and track.part)


def parsed(text: str) -> Rendition | None:
    """A rendition by its text, as a decision gave it; None for what is none."""
    try:
        return Rendition(text)
    except ConfigError:
        return None


class Direct(msgspec.Struct, rename="camel"):
    """What a client plays as it is; empty lists stand for all there are."""

    containers: list[str] = []
    audio_codecs: list[str] = []
    protocols: list[str] = []
    max_audio_channels: int = 0


class Made(msgspec.Struct, rename="camel"):
    """What a client takes where it cannot play the original."""

    container: str = ""
    audio_codec: str = ""
    protocol: str = "http"
    max_audio_channels: int = 0


class Limit(msgspec.Struct, rename="camel"):
    """A bound on what is played of a codec."""

    name: str
    comparison: str
    values: list[str] = []
    required: bool = False


class Codec(msgspec.Struct, rename="camel"):
    """Bounds on what is played of a codec."""

    type: str = "AudioCodec"
    name: str = ""
    limitations: list[Limit] = []


class Client(msgspec.Struct, rename="camel"):
    """What a client tells of itself; bitrates in bit/s, 0 for any."""

    name: str = ""
    platform: str = ""
    max_audio_bitrate: int = 0
    max_transcoding_audio_bitrate: int = 0
    direct_play_profiles: list[Direct] = []
    transcoding_profiles: list[Made] = []
    codec_profiles: list[Codec] = []


_ALIKE = {"mp4": {"mp4", "m4a"}, "m4a": {"mp4", "m4a"}, "ogg": {"ogg", "oga", "opus"}, "wav": {"wav", "wave"}}


def why_not_direct(track: TrackTold, client: Client) -> list[str]:
    """Why a client cannot play a track as it is; nothing where it can."""
    if client.max_audio_bitrate and track.bit_rate * 1000 > client.max_audio_bitrate:
        return ["audio bitrate not supported"]
    containers = _ALIKE.get(track.suffix, {track.suffix}) | _ALIKE.get(track.container, {track.container})
    codec = codec_of(track)
    reasons: list[str] = []
    for profile in client.direct_play_profiles:
        if profile.protocols and "http" not in profile.protocols and "*" not in profile.protocols:
            reasons.append("protocol not supported")
        elif profile.containers and not containers & {one.lower() for one in profile.containers}:
            reasons.append("container not supported")
        elif profile.audio_codecs and codec not in {one.lower() for one in profile.audio_codecs}:
            reasons.append("audio codec not supported")
        elif profile.max_audio_channels and track.channels > profile.max_audio_channels:
            reasons.append("audio channels not supported")
        else:
            return _limits(track, client, codec)
    return list(dict.fromkeys(reasons)) or ["container not supported"]


def codec_of(track: TrackTold) -> str:
    """The codec by the name that clients have for it."""
    return "pcm" if track.codec.startswith("pcm") else track.codec.lower()


def _limits(track: TrackTold, client: Client, codec: str) -> list[str]:
    facts = {
        "audioChannels": track.channels, "audioBitrate": track.bit_rate * 1000, "audioSamplerate": track.sample_rate,
        "audioBitdepth": track.bits,
    }  # fmt: skip
    found = []
    for profile in client.codec_profiles:
        for limit in profile.limitations if profile.name.lower() in (codec, "*", "") else ():
            fact = facts.get(limit.name, 0)
            if fact and not _holds(fact, limit):
                found.append(f"{limit.name} not supported")
    return found


def _holds(fact: int, limit: Limit) -> bool:
    values = [int(value) for value in limit.values if value.isascii() and value.isdecimal() and len(value) < 10]
    if not values:
        return not limit.required
    return {
        "Equals": fact in values, "NotEquals": fact not in values, "LessThanEqual": fact <= max(values),
        "GreaterThanEqual": fact >= min(values),
    }.get(limit.comparison, not limit.required)  # fmt: skip


def best_made(client: Client) -> tuple[Rendition, str] | None:
    """The first rendition that a client takes and that is made here, with its container; None for none."""
    most = client.max_transcoding_audio_bitrate or client.max_audio_bitrate
    for profile in client.transcoding_profiles:
        kind = _KINDS.get(profile.audio_codec.lower() or profile.container.lower(), "")
        if not kind or profile.protocol not in ("", "http"):
            continue
        if kind in _USUAL:
            return at_rate(kind, most // 1000), profile.container
        if not most:
            return Rendition(kind), profile.container
    return None
