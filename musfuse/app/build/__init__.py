"""Composition, a module a layer: parts are handed in, what comes out is ready for use."""
