"""Builds the Windows installer on Linux."""
