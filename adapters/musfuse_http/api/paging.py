"""Pages of long lists: a cursor leads on, and what it is made of is nobody's business but ours."""

import base64
import re
from typing import Annotated

import msgspec

from musfuse_http.failures import HttpError

MOST = 500
_OFFSET = re.compile(rb"o([0-9]{1,9})")
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST, description="how many at most")]
Cursor = Annotated[str, msgspec.Meta(max_length=64, description="`next` of the page before; empty: the first page")]


class Paged(msgspec.Struct, frozen=True):
    """Which page of a list is wanted."""

    limit: Limit = 100
    cursor: Cursor = ""

    @property
    def offset(self) -> int:
        """How many rows come before. Raises HttpError for a cursor that was never given."""
        if not self.cursor:
            return 0
        try:
            found = _OFFSET.fullmatch(base64.urlsafe_b64decode(self.cursor + "=" * (-len(self.cursor) % 4)))
        except ValueError:
            found = None
        if found is None:
            raise HttpError(400, "cursor", "cursor: this one was never given; begin with the first page")
        return int(found[1])

    def next(self, count: int) -> str | None:
        """The cursor of the page behind one with so many rows; None where there is none."""
        if count < self.limit:
            return None
        return base64.urlsafe_b64encode(b"o%d" % (self.offset + count)).rstrip(b"=").decode()
