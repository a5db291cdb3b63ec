"""Views that somebody rearranges by hand: what an edit is, and what it makes of the tree that is shown."""
