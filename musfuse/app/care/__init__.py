"""Care of a library's databases: what is wrong with them, how that is mended, copies of what cannot be made again."""
