"""Browsing, by folders and by tags."""

from musfuse.library.browsed import ARTICLES
from musfuse.service.itemids import Kind, kind_of
from musfuse.service.requests import browse as ask
from musfuse_http.subsonic import model
from musfuse_http.subsonic.endpoint import Call, Parts
from musfuse_http.subsonic.failing import NOT_FOUND, SubsonicError
from musfuse_http.subsonic.folders import folder_number, folders
from musfuse_http.subsonic.params import Params
from musfuse_http.subsonic.told import artist_with, folder_child

_IGNORED = " ".join(word.capitalize() for word in ARTICLES)


class InFolder(Params, frozen=True, kw_only=True):
    music_folder_id: str = ""


class IndexesWanted(Params, frozen=True, kw_only=True):
    music_folder_id: str = ""
    if_modified_since: int = 0


class IdWanted(Params, frozen=True, kw_only=True):
    id: str


class InfoWanted(Params, frozen=True, kw_only=True):
    id: str
    count: int = 20
    include_not_present: bool = False


class SimilarWanted(Params, frozen=True, kw_only=True):
    id: str
    count: int = 50


class TopWanted(Params, frozen=True, kw_only=True):
    artist: str = ""
    id: str = ""
    count: int = 50


def music_folders(call: Call[Params]) -> Parts:
    """The sources that the user sees."""
    found = folders(call.context.service, call.sources())
    return {"musicFolders": {"musicFolder": [{"id": folder_number(one.uid), "name": one.name} for one in found]}}


def indexes(call: Call[IndexesWanted]) -> Parts:
    """The folders of the sources by letters, and the tracks that lie in the sources themselves."""
    letters: dict[str, list[model.Artist]] = {}
    children: list[model.Child] = []
    seen = call.sources(call.params.music_folder_id)
    for one in folders(call.context.service, seen):
        whole = call.ask(ask.ShowFolder(one.folder, seen))
        for folder in whole.folders:
            letters.setdefault(folder.letter, []).append(model.Artist(id=folder.id, name=folder.name))
        children += call.tell.songs(whole.tracks)
    found = [model.Index(name=letter, artist=tuple(letters[letter])) for letter in sorted(letters)]
    newest = call.ask(ask.ListAlbums("newest", 1, sources=seen)).albums
    head = {"ignoredArticles": _IGNORED, "lastModified": newest[0].born_ns // 1_000_000 if newest else 0}
    return {"indexes": {**head, "shortcut": [], "index": found, "child": children}}


def artists(call: Call[InFolder]) -> Parts:
    """Artists by letters."""
    found = call.ask(ask.ListArtists(sources=call.sources(call.params.music_folder_id))).artists
    letters: dict[str, list[model.ArtistID3]] = {}
    for told, one in zip(found, call.tell.artists(found), strict=True):
        letters.setdefault(told.letter, []).append(one)
    index = [model.Index(name=letter, artist=tuple(letters[letter])) for letter in sorted(letters)]
    return {"artists": {"ignoredArticles": _IGNORED, "index": index}}


def music_directory(call: Call[IdWanted]) -> Parts:
    """What lies in a folder; also what an artist or an album has, as if it were one."""
    text, seen = call.params.id, call.sources()
    kind = kind_of(text)
    if kind is Kind.ARTIST:
        artist = call.ask(ask.ShowArtist(text, seen))
        children = (*call.tell.album_folders((*artist.albums, *artist.appears_on)), *call.tell.songs(artist.tracks))
        return {"directory": {"id": text, "name": artist.artist.name, "child": children}}
    if kind is Kind.ALBUM:
        album = call.ask(ask.ShowAlbum(text, seen))
        told = {"id": text, "parent": album.album.artist_id, "name": album.album.title}
        return {"directory": {**told, "child": call.tell.songs(album.tracks)}}
    if text.isdecimal():  # a music folder, as some clients ask
        text = next(
            (one.folder for one in folders(call.context.service, seen) if str(folder_number(one.uid)) == text), text
        )
    whole = call.ask(ask.ShowFolder(text, seen))
    head = {"id": text, **({"parent": whole.folder.parent} if whole.folder.parent else {}), "name": whole.folder.name}
    return {"directory": {**head, "child": (*map(folder_child, whole.folders), *call.tell.songs(whole.tracks))}}


def genres(call: Call[Params]) -> Parts:
    """All genres."""
    found = call.ask(ask.ListGenres(call.sources())).genres
    return {
        "genres": {"genre": [{"songCount": one.songs, "albumCount": one.albums, "value": one.name} for one in found]}
    }


def artist(call: Call[IdWanted]) -> Parts:
    """An artist with albums, and those of others on which they play."""
    whole = call.ask(ask.ShowArtist(call.params.id, call.sources()))
    (told,) = call.tell.artists((whole.artist,))
    return {"artist": artist_with(told, call.tell.albums((*whole.albums, *whole.appears_on)))}


def album(call: Call[IdWanted]) -> Parts:
    """An album with its tracks."""
    whole = call.ask(ask.ShowAlbum(call.params.id, call.sources()))
    (told,) = call.tell.albums((whole.album,))
    fields = {name: getattr(told, name) for name in told.__struct_fields__}
    discs = tuple(model.DiscTitle(disc=disc, title=title) for disc, title in sorted(whole.discs.items()))
    return {"album": model.AlbumID3(**{**fields, "disc_titles": discs, "song": call.tell.songs(whole.tracks)})}


def song(call: Call[IdWanted]) -> Parts:
    """A track."""
    call.track(call.params.id)
    found = call.ask(ask.ShowTracks((call.params.id,), call.sources())).tracks
    if not found:
        raise SubsonicError(NOT_FOUND, f"{call.params.id}: there is no such song (any more)")
    return {"song": call.tell.songs(found)[0]}


def artist_info(call: Call[InfoWanted]) -> Parts:
    """What is known of an artist: those who are alike. Texts and pictures of others are not fetched."""
    return {"artistInfo": {"similarArtist": call.tell.artist_folders(_alike(call))}}


def artist_info2(call: Call[InfoWanted]) -> Parts:
    """The same by tags."""
    return {"artistInfo2": {"similarArtist": call.tell.artists(_alike(call))}}


def _alike(call: Call[InfoWanted]) -> tuple[ask.ArtistTold, ...]:
    seen, text = call.sources(), call.params.id
    if kind_of(text) is Kind.FOLDER:  # of a folder nothing is known but that it is there
        call.ask(ask.ShowFolder(text, seen))
        return ()
    call.ask(ask.ShowArtist(text, seen))
    return call.ask(ask.SimilarArtists(text, max(0, min(call.params.count, ask.MOST)), seen)).artists


def album_info(call: Call[IdWanted]) -> Parts:
    """What is known of an album."""
    found = _album_of(call)
    return {"albumInfo": {"musicBrainzId": found.release} if found.release else {}}


def _album_of(call: Call[IdWanted]) -> ask.AlbumTold:
    text, seen = call.params.id, call.sources()
    if kind_of(text) is Kind.TRACK:
        tracks = call.ask(ask.ShowTracks((text,), seen)).tracks
        text = tracks[0].album_id if tracks and tracks[0].album_id else text
    elif kind_of(text) is Kind.FOLDER:
        tracks = call.ask(ask.ShowFolder(text, seen)).tracks
        text = next((one.album_id for one in tracks if one.album_id), text)
    return call.ask(ask.ShowAlbum(text, seen)).album


def similar_songs(call: Call[SimilarWanted]) -> Parts:
    """Tracks like an artist, album or track."""
    return {"similarSongs": {"song": _similar(call)}}


def similar_songs2(call: Call[SimilarWanted]) -> Parts:
    """The same by tags."""
    return {"similarSongs2": {"song": _similar(call)}}


def _similar(call: Call[SimilarWanted]) -> tuple[model.Child, ...]:
    limit = max(0, min(call.params.count, ask.MOST))
    return call.tell.songs(call.ask(ask.SimilarTracks(call.params.id, limit, call.sources())).tracks)


def top_songs(call: Call[TopWanted]) -> Parts:
    """What the user played most of an artist, then what else they play."""
    seen, identity = call.sources(), call.params.id
    if not identity:
        if not call.params.artist:
            raise SubsonicError(10, "the parameter artist or id is missing")
        found = call.ask(ask.FindThings(call.params.artist, 20, 0, 0, sources=seen)).artists
        named = [one for one in found if one.name.casefold() == call.params.artist.casefold()]
        if not named:
            return {"topSongs": {"song": []}}
        identity = named[0].id
    ids = call.ask(ask.IdsOfArtist(identity, seen)).ids
    counts = call.state.counts([call.track(text) for text in ids])
    favoured = sorted(counts.values(), key=lambda count: (-count.plays, -count.last_ns))
    first = tuple(f"{Kind.TRACK.value}-{count.id}" for count in favoured)
    limit = max(0, min(call.params.count, ask.MOST))
    return {"topSongs": {"song": call.tell.songs(call.ask(ask.TracksOfArtist(identity, first, limit, seen)).tracks)}}
