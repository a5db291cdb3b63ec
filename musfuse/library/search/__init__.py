"""How queries are answered: from the index of words, and by asking tracks."""
