"""What is answered, as the API describes it: the names are those of its JSON, and of the attributes and elements of
its XML.

What is UNSET is left out. Everything else of a type is always there, empty or not: clients take a field that is
missing for one that the server does not know.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

Text = str | UnsetType
Number = int | UnsetType


class Told(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A part of an answer."""


class Named(Told, frozen=True, kw_only=True):
    """A name in a list."""

    name: str


class Date(Told, frozen=True, kw_only=True):
    """A date as far as it is known."""

    year: Number = UNSET


class ReplayGain(Told, frozen=True, kw_only=True):
    """How much louder or softer to play, in dB, and the largest samples."""

    track_gain: float | UnsetType = UNSET
    album_gain: float | UnsetType = UNSET
    track_peak: float | UnsetType = UNSET
    album_peak: float | UnsetType = UNSET


class Artist(Told, frozen=True, kw_only=True):
    """An artist, or a folder in an index of folders."""

    id: str
    name: str
    starred: Text = UNSET
    user_rating: Number = UNSET


class ArtistID3(Told, frozen=True, kw_only=True):
    """An artist by tags."""

    id: str
    name: str
    cover_art: Text = UNSET
    album_count: Number = UNSET
    starred: Text = UNSET
    sort_name: Text = UNSET
    roles: tuple[str, ...] | UnsetType = UNSET


class Contributor(Told, frozen=True, kw_only=True):
    """Who took part in a track, and as what."""

    role: str
    artist: ArtistID3


class Child(Told, frozen=True, kw_only=True):
    """A track, or (`is_dir`) a folder or album in a list of such."""

    id: str
    parent: Text = UNSET
    is_dir: bool
    title: str
    album: Text = UNSET
    artist: Text = UNSET
    track: Number = UNSET
    year: Number = UNSET
    genre: Text = UNSET
    cover_art: Text = UNSET
    size: Number = UNSET
    content_type: Text = UNSET
    suffix: Text = UNSET
    transcoded_content_type: Text = UNSET
    transcoded_suffix: Text = UNSET
    duration: Number = UNSET
    bit_rate: Number = UNSET
    bit_depth: Number = UNSET
    sampling_rate: Number = UNSET
    channel_count: Number = UNSET
    path: Text = UNSET
    is_video: bool | UnsetType = UNSET
    user_rating: Number = UNSET
    play_count: Number = UNSET
    disc_number: Number = UNSET
    created: Text = UNSET
    starred: Text = UNSET
    album_id: Text = UNSET
    artist_id: Text = UNSET
    type: Text = UNSET
    media_type: Text = UNSET
    played: Text = UNSET
    bpm: Number = UNSET
    comment: Text = UNSET
    sort_name: Text = UNSET
    music_brainz_id: Text = UNSET
    isrc: tuple[str, ...] | UnsetType = UNSET
    genres: tuple[Named, ...] | UnsetType = UNSET
    artists: tuple[ArtistID3, ...] | UnsetType = UNSET
    display_artist: Text = UNSET
    album_artists: tuple[ArtistID3, ...] | UnsetType = UNSET
    display_album_artist: Text = UNSET
    contributors: tuple[Contributor, ...] | UnsetType = UNSET
    display_composer: Text = UNSET
    moods: tuple[str, ...] | UnsetType = UNSET
    replay_gain: ReplayGain | UnsetType = UNSET
    explicit_status: Text = UNSET
    username: Text = UNSET
    minutes_ago: Number = UNSET
    player_id: Number = UNSET
    player_name: Text = UNSET
    state: Text = UNSET
    position_ms: Number = UNSET
    playback_rate: float | UnsetType = UNSET


class DiscTitle(Told, frozen=True, kw_only=True):
    """The title of a disc of an album."""

    disc: int
    title: str


class AlbumID3(Told, frozen=True, kw_only=True):
    """An album by tags; with its tracks where one album is asked for."""

    id: str
    name: str
    artist: Text = UNSET
    artist_id: Text = UNSET
    cover_art: str
    song_count: int
    duration: int
    play_count: Number = UNSET
    created: str
    starred: Text = UNSET
    year: Number = UNSET
    genre: Text = UNSET
    played: Text = UNSET
    user_rating: Number = UNSET
    music_brainz_id: str = ""
    genres: tuple[Named, ...] = ()
    artists: tuple[ArtistID3, ...] = ()
    display_artist: str = ""
    sort_name: str = ""
    original_release_date: Date = Date()
    release_date: Date = Date()
    is_compilation: bool = False
    disc_titles: tuple[DiscTitle, ...] = ()
    song: tuple[Child, ...] | UnsetType = UNSET


class ArtistWithAlbums(ArtistID3, frozen=True, kw_only=True):
    """An artist with albums."""

    album: tuple[AlbumID3, ...] = ()


class Index(Told, frozen=True, kw_only=True):
    """Artists, or folders, under a letter."""

    name: str
    artist: tuple[Artist | ArtistID3, ...] | tuple[Any, ...]


class Playlist(Told, frozen=True, kw_only=True):
    """A playlist; with its tracks where one is asked for."""

    id: str
    name: str
    comment: str
    owner: str
    public: bool
    song_count: int
    duration: int
    created: str
    changed: str
    cover_art: str
    readonly: bool
    entry: tuple[Child, ...] | UnsetType = UNSET


class Share(Told, frozen=True, kw_only=True):
    """Music that somebody shares by a link."""

    id: str
    url: str
    description: Text = UNSET
    username: str
    created: str
    expires: Text = UNSET
    last_visited: Text = UNSET
    visit_count: int
    entry: tuple[Child, ...]


class Bookmark(Told, frozen=True, kw_only=True):
    """A place in a track to come back to."""

    position: int
    username: str
    comment: str
    created: str
    changed: str
    entry: Child


class User(Told, frozen=True, kw_only=True):
    """An account, and what it may do."""

    username: str
    scrobbling_enabled: bool = True
    admin_role: bool
    settings_role: bool = True
    download_role: bool = True
    upload_role: bool = False
    playlist_role: bool = True
    cover_art_role: bool = False
    comment_role: bool = False
    podcast_role: bool = False
    stream_role: bool = True
    jukebox_role: bool = False
    share_role: bool = True
    video_conversion_role: bool = False
    folder: tuple[int, ...]


class Line(Told, frozen=True, kw_only=True):
    """A line of lyrics; `start` in ms."""

    start: Number = UNSET
    value: str


class Cue(Told, frozen=True, kw_only=True):
    """A word of a line: when it is sung, in ms, and which bytes of the line it is, the last included."""

    start: int
    end: Number = UNSET
    byte_start: int
    byte_end: int
    value: str


class CueLine(Told, frozen=True, kw_only=True):
    """A line by its words."""

    index: int
    start: Number = UNSET
    end: Number = UNSET
    value: str
    cue: tuple[Cue, ...]


class StructuredLyrics(Told, frozen=True, kw_only=True):
    """The lyrics of a track in one language."""

    display_artist: str
    display_title: str
    lang: str
    offset: int = 0
    synced: bool
    kind: Text = UNSET
    line: tuple[Line, ...]
    cue_line: tuple[CueLine, ...] | UnsetType = UNSET


class StreamDetails(Told, frozen=True, kw_only=True):
    """What a stream is made of; bitrates in bit/s."""

    protocol: str = "http"
    container: str
    codec: str
    audio_channels: Number = UNSET
    audio_bitrate: Number = UNSET
    audio_profile: str = ""
    audio_samplerate: Number = UNSET
    audio_bitdepth: Number = UNSET


class TranscodeDecision(Told, frozen=True, kw_only=True):
    """How a client gets a track."""

    can_direct_play: bool
    can_transcode: bool
    transcode_reason: tuple[str, ...]
    error_reason: str
    transcode_params: Text = UNSET
    source_stream: StreamDetails
    transcode_stream: StreamDetails | UnsetType = UNSET
