"""Search: texts as they are compared, the words that are indexed, and how a query is answered from the index."""
