"""Requests about what somebody thinks of tracks."""

from typing import ClassVar

from musfuse.service.port import Answer, Asked, Request


class RatingTold(Answer, frozen=True):
    """What is thought of a track: 1 to 5 `stars`, 0 for none; whether it is `starred`, a favourite."""

    stars: int
    starred: bool


class RatingChange(Answer, frozen=True):
    """What was thought of a track, and is now; `path` on the drive, or that of its original."""

    path: str
    before: RatingTold
    after: RatingTold


class Rated(Answer, frozen=True):
    """What a change of ratings did: how many tracks were `selected`, for how many something `changed`, and the first of
    these."""

    selected: int
    changed: int
    shown: tuple[RatingChange, ...]


class _Rating(Request[Rated], frozen=True, kw_only=True):
    """All tracks that the targets mean, or none where one of them means nothing; with `dry_run` it is only told what
    would change. Raises NotFoundError, QueryError."""

    targets: tuple[Asked, ...]
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        return self.dry_run


class RateTracks(_Rating, frozen=True, kw_only=True):
    """Give tracks 1 to 5 stars; 0 takes them back. Raises ConfigError for another number."""

    METHOD: ClassVar[str] = "rating.rate"
    stars: int


class StarTracks(_Rating, frozen=True, kw_only=True):
    """Have tracks among the favourites, or not any more."""

    METHOD: ClassVar[str] = "rating.star"
    starred: bool = True
