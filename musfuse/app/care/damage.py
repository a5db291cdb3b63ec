"""What is said of damaged databases, to whoever asks for the state of a library."""

from musfuse.app.state import StateFolder
from musfuse.store.aside import notes
from musfuse.store.suspicion import suspicion


def told_of_damage(state: StateFolder) -> tuple[str, ...]:
    """Of databases that seem to be damaged, as whoever met it said; then of those that were and lie aside, until
    somebody deletes them."""
    suspects = (
        f"{path} seems to be damaged ({why}); `musfuse library check` looks at it, `musfuse library repair` mends it"
        for path in (state.catalog, state.user)
        if (why := suspicion(path))
    )
    return (*suspects, *notes(state.damaged))
