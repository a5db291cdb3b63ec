"""What a build can fail with."""


class BuildError(Exception):
    """Why no installer came of it, and what to do: for whoever builds."""
