"""Why a track of a view is where it is: what the template says, and which edit says otherwise."""

from musfuse.library.catalog import Database, arranged, places
from musfuse.library.naming import ViewRules
from musfuse.library.userdb.arrangement import ArrangementTable, Edit


def explained(
    database: Database, table: ArrangementTable, rules: ViewRules, item: int, public: int
) -> tuple[str, Edit | None]:
    """Where the template would have an item, before names are told apart, and the edit by which it is elsewhere, or is
    gone; '' and None where nobody said otherwise."""
    with database.read() as db:
        found = next(iter(places.candidates(db, [item])), None)
        wanted = rules.place(found) if found is not None else None
        if wanted is None:
            return "", None
        put = arranged.arranged(db, rules.view, {item: wanted})[item]
        base = arranged.base_above(db, rules.view, wanted.key)
    if put == wanted:
        return "", None
    edit = table.edit_of(public) or (table.edit_of_base(base) if base is not None else None)
    return f"{wanted.dir}/{wanted.name}".lstrip("/"), edit
