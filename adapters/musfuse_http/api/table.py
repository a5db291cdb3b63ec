"""All routes of the API below `/api/v1`: method, path, who may, what does it."""

from musfuse_http.api import server, tracks
from musfuse_http.api.route import Right, Route

ROUTES = (
    Route("GET", "/", Right.NOBODY, server.about),
    Route("GET", "/health", Right.NOBODY, server.health),
    Route("GET", "/openapi.json", Right.NOBODY, server.openapi),
    Route("GET", "/tracks/{id}/stream", Right.USER, tracks.stream),
)
