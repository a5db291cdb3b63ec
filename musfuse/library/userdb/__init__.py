"""user.db: what somebody said, which nothing can make again. Relations are tables, blobs lie in its key-value store."""

from musfuse.library.userdb.database import UserDatabase
from musfuse.library.userdb.plays import Play, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable
from musfuse.library.userdb.sources import KeptSource, SourceTable
from musfuse.library.userdb.views import ViewSpec, ViewTable, no_view

__all__ = [
    "KeptSource",
    "Play",
    "PlayTable",
    "Rating",
    "RatingTable",
    "SourceTable",
    "UserDatabase",
    "ViewSpec",
    "ViewTable",
    "no_view",
]
