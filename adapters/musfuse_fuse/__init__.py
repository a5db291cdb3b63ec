"""The FUSE face: fusepy-style callbacks to drive calls, errors to errno. It knows nothing of formats."""
