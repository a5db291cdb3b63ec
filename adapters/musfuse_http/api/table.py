"""All routes of the API below `/api/v1`: method, path, who may, what does it."""

from musfuse_http.api import server, session, setup, tracks, users
from musfuse_http.api.route import Right, Route

ROUTES = (
    Route("GET", "/", Right.NOBODY, server.about),
    Route("GET", "/health", Right.NOBODY, server.health),
    Route("GET", "/openapi.json", Right.NOBODY, server.openapi),
    Route("GET", "/setup", Right.NOBODY, setup.state),
    Route("POST", "/setup", Right.NOBODY, setup.complete, status=201),
    Route("GET", "/session", Right.USER, session.show),
    Route("POST", "/session", Right.NOBODY, session.begin),
    Route("DELETE", "/session", Right.USER, session.end),
    Route("GET", "/users", Right.ADMIN, users.everybody),
    Route("POST", "/users", Right.ADMIN, users.add, status=201),
    Route("GET", "/users/{id}", Right.USER, users.show),
    Route("PATCH", "/users/{id}", Right.ADMIN, users.change),
    Route("DELETE", "/users/{id}", Right.ADMIN, users.remove),
    Route("PUT", "/users/{id}/password", Right.USER, users.set_password),
    Route("GET", "/users/{id}/devices", Right.USER, users.devices),
    Route("DELETE", "/users/{id}/devices/{device}", Right.USER, users.revoke),
    Route("POST", "/keys", Right.USER, users.make_key, status=201),
    Route("POST", "/app-passwords", Right.USER, users.make_app_password, status=201),
    Route("GET", "/preferences", Right.USER, users.preferences),
    Route("PUT", "/preferences/{key}", Right.USER, users.put_preference),
    Route("GET", "/tracks/{id}/stream", Right.USER, tracks.stream),
)
