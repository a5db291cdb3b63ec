"""The library over HTTP: a native API, and bytes of its tracks."""
