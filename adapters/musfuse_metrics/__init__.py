"""Figures and health over HTTP."""
