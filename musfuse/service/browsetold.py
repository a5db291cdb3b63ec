"""What is told of albums, artists, tracks and folders that are browsed, made of rows of the catalog."""

from collections.abc import Iterable

from musfuse.library.browsed import disc_of, track_of
from musfuse.library.catalog.browsing import AlbumRow, ArtistRow, FolderRow
from musfuse.library.catalog.listedtracks import ListedTrack
from musfuse.service.itemids import Kind, written
from musfuse.service.requests.browse import AlbumTold, ArtistTold, FolderTold, Named, SourceTold, TrackTold


def artist(row: ArtistRow) -> ArtistTold:
    """An artist."""
    return ArtistTold(written(Kind.ARTIST, row.id), row.name, row.letter, row.albums, row.songs)


def album(row: AlbumRow) -> AlbumTold:
    """An album."""
    return AlbumTold(
        written(Kind.ALBUM, row.id), row.title, row.artist_name, written(Kind.ARTIST, row.artist), row.year, row.genres,
        row.songs, row.ms, row.born_ns, row.release,
    )  # fmt: skip


def track(row: ListedTrack) -> TrackTold:
    """A track. One without a title is called as its file is."""
    tags, name = row.tags, row.path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    fmt = row.format
    return TrackTold(
        id=written(Kind.TRACK, row.public),
        title=tags.first("title") or (stem if dot else name),
        artist=", ".join(tags.get("artist") or ()),
        artists=tuple(Named(written(Kind.ARTIST, number), called) for number, called in row.artists),
        album=row.album_title,
        album_id=written(Kind.ALBUM, row.album),
        album_artist=row.album_artist_name,
        album_artist_id=written(Kind.ARTIST, row.album_artist),
        disc=disc_of(row.position),
        number=track_of(row.position),
        year=row.year,
        genres=row.genres,
        duration_ms=row.ms,
        suffix=suffix.lower() if dot else "",
        container=fmt.container,
        codec=fmt.codec,
        bit_rate=row.size * 8 // row.ms if row.ms and row.size else 0,
        bits=fmt.sample_bits,
        sample_rate=fmt.sample_rate,
        channels=fmt.channels,
        size=row.size,
        path=row.path,
        part=row.part,
        folder=written(Kind.FOLDER, row.folder),
        source=row.source,
        born_ns=row.born_ns,
        tags=dict(tags.items()),
    )


def discs(tracks: Iterable[TrackTold]) -> dict[int, str]:
    """The titles of discs that have one, by number."""
    found: dict[int, str] = {}
    for one in tracks:
        title = next(iter(one.tags.get("discsubtitle", ())), "")
        if title:
            found.setdefault(one.disc, title)
    return found


def folder(row: FolderRow, uid: str, name: str) -> FolderTold:
    """A folder of the source with this uid and name."""
    return FolderTold(
        written(Kind.FOLDER, row.id), row.name or name, written(Kind.FOLDER, row.parent), uid, row.letter, row.path,
        row.tracks,
    )  # fmt: skip


def source(root: FolderRow, uid: str, name: str) -> SourceTold:
    """A source by its root."""
    return SourceTold(uid, name, written(Kind.FOLDER, root.id))
