"""The native API: one table of routes, of which validation, JSON and the OpenAPI document are made."""
