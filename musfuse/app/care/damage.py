"""What is said of damaged databases, to whoever asks for the state of a library."""

from collections.abc import Iterator

from musfuse.app.state import StateFolder
from musfuse.store.aside import notes
from musfuse.store.suspicion import suspicion


def told_of_damage(state: StateFolder, *, owned: bool = False) -> tuple[str, ...]:
    """Of databases that seem to be damaged, as whoever met it said; then of those that were and lie aside, until
    somebody deletes them. `owned`: a process has them open."""
    return (*suspected(state, owned=owned), *notes(state.damaged))


def suspected(state: StateFolder, *, owned: bool) -> Iterator[str]:
    """Of each database that seems to be damaged, with what to do: one that is open is never replaced."""
    mend = "`musfuse library check` looks at it, `musfuse library repair` mends it"
    if owned:
        mend = (
            "`musfuse library check` looks at it; end its process with `musfuse stop`, and the next `musfuse mount`"
            " mends it before it opens it"
        )
    for path in (state.catalog, state.user):
        if why := suspicion(path):
            yield f"{path} seems to be damaged ({why}); {mend}"
