"""Why a track of a view is where it is: what the template says, and which edit says otherwise."""

from musfuse.library.catalog import Database, arranged, places
from musfuse.library.naming import ViewRules
from musfuse.library.userdb.arrangement import ArrangementTable, Edit


def explained(
    database: Database, table: ArrangementTable, rules: ViewRules, item: int, public: int, copy: int = 0
) -> tuple[str, Edit | None]:
    """Where the template would have an item, before names are told apart, and the edit by which it is elsewhere, or is
    gone; '' and None where nobody said otherwise. Of a `copy` of it, the edit by which that is where it is."""
    with database.read() as db:
        found = next(iter(places.candidates(db, [item])), None)
        wanted = rules.place(found) if found is not None else None
        if wanted is None:
            return "", None
        put = arranged.arranged(db, rules.view, {item: wanted})[item]
        base = arranged.base_above(db, rules.view, wanted.key)
    if put == wanted and not copy:
        return "", None
    if copy:
        return f"{wanted.dir}/{wanted.name}".lstrip("/"), table.edit_of_copy(copy)
    edit = table.edit_of(public) or (table.edit_of_base(base) if base is not None else None)
    return f"{wanted.dir}/{wanted.name}".lstrip("/"), edit
