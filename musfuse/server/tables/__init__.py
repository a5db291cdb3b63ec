"""server.db: its tables, and all SQL over them. Its schema is made by numbered files, one after another."""
