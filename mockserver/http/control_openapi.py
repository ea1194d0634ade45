"""The control endpoints as an OpenAPI document, made of the routes themselves."""

import re
from collections.abc import Iterable

from starlette.routing import Route

from mockserver.api.json import Json
from mockserver.http.control_request import described_endpoint, method_of

_WITH_BODY = ("POST", "PUT")
_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}


def openapi(routes: Iterable[Route]) -> Json:
    """The document that describes these routes (https://spec.openapis.org/oas/v3.1.0)."""
    paths: dict[str, Json] = {}
    for route in routes:
        operations = paths.setdefault(route.path, {})
        operations[method_of(route).lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockserver control API",
            "version": "1",
            "description": "Scripts a mockserver and asks what it received. Below `/s/NAME` it is "
            "that of the session NAME.",
        },
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(route: Route) -> Json:
    about: str = described_endpoint(route)["about"]
    refused = {"schema": {"$ref": "#/components/schemas/Error"}}
    operation: Json = {
        "summary": about,
        "operationId": _name(route),
        "responses": {
            "2XX": {"description": "Done."},
            "4XX": {
                "description": "Refused, with the reason and what to do.",
                "content": {"application/json": refused},
            },
        },
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    queries: Iterable[str] = getattr(route.endpoint, "parameters", ())
    parameters += [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in queries
    ]
    if parameters:
        operation["parameters"] = parameters
    if method_of(route) in _WITH_BODY:
        operation["requestBody"] = {"content": {"application/json": {"schema": {}}}}
    return operation


def _name(route: Route) -> str:
    words = re.findall(r"\w+", route.path.partition("__mockserver__")[2])
    return "_".join([method_of(route).lower(), *(word.replace("-", "_") for word in words)])
