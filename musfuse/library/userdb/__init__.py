"""user.db: what somebody said, which nothing can make again. Relations are tables, blobs lie in its key-value store."""

from musfuse.library.userdb.collections import CollectionTable, KeptCollection
from musfuse.library.userdb.database import UserDatabase
from musfuse.library.userdb.playlists import KeptPlaylist, PlaylistEntry, PlaylistTable
from musfuse.library.userdb.plays import Play, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable
from musfuse.library.userdb.sources import KeptSource, SourceTable
from musfuse.library.userdb.views import ViewSpec, ViewTable, no_view
from musfuse.library.userdb.webhooks import WebhookTable

__all__ = [
    "CollectionTable",
    "KeptCollection",
    "KeptPlaylist",
    "KeptSource",
    "Play",
    "PlayTable",
    "PlaylistEntry",
    "PlaylistTable",
    "Rating",
    "RatingTable",
    "SourceTable",
    "UserDatabase",
    "ViewSpec",
    "ViewTable",
    "WebhookTable",
    "no_view",
]
