"""Texts as queries compare them, and the words of them that are indexed."""
