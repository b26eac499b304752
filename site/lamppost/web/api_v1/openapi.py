"""The OpenAPI document, made from the declarations of the views themselves."""

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lamppost import __version__
from lamppost.settings import Settings
from lamppost.web.api_v1.operation import Operation
from lamppost.web.api_v1.shapes.problem import ProblemShape
from lamppost.web.context import settings
from lamppost.web.problems import MEDIA_TYPE
from lamppost.web.public import public_page

blueprint = Blueprint("openapi", __name__)
Document = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "What the public pages show, for programs. It only reads, asks for no key and answers the "
    "scripts of any site. Moments are UTC, days are London's, delays seconds. Send If-None-Match "
    "with the ETag you have. What is wrong with a request is told as application/problem+json, "
    "each fault with how to mend it."
)
FAILURES = {
    400: "An argument is wrong or is not read here.",
    404: "There is no such thing, or none that may be seen.",
    429: "Too many requests from one address; Retry-After says for how long.",
}


@blueprint.get("/api/v1/openapi.json")
@public_page(areas=(), max_age_s=3600)
def document() -> Response:
    """The document, the same until the software changes."""
    words = json.dumps(make_document(current_app, settings()), ensure_ascii=False)
    return Response(words, mimetype="application/json")


def make_document(app: Flask, site: Settings) -> Document:
    """Every address of the API with its arguments, its answers and their shapes."""
    found = sorted(_operations(app), key=lambda one: one[0])
    models = {operation.answer for _, operation, _ in found} | {ProblemShape}
    ordered = sorted(models, key=lambda model: model.__name__)
    names, schemas = models_json_schema(
        [(model, "serialization") for model in ordered], ref_template=REFERENCE
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site.service_name} API",
            "version": f"1 ({__version__})",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": site.base_url}],
        "paths": {
            path: {"get": _describe(path, operation, name, names)}
            for path, operation, name in found
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _operations(app: Flask) -> Iterator[tuple[str, Operation, str]]:
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "operation", None)
        if isinstance(declared, Operation):
            name = rule.endpoint.removeprefix("api_v1_").replace(".", "_")
            yield re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule), declared, name


def _describe(path: str, operation: Operation, name: str, names: Any) -> Document:
    answer = names[operation.answer, "serialization"]
    problem = {MEDIA_TYPE: {"schema": names[ProblemShape, "serialization"]}}
    return {
        "operationId": name,
        "summary": operation.summary,
        "security": [],
        "parameters": [*_of_path(path), *_of_query(operation.asked)],
        "responses": {
            "200": {
                "description": operation.summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": answer}},
            },
            "304": {"description": "What you have is still so."},
            **{
                str(status): {"description": words, "content": problem}
                for status, words in FAILURES.items()
            },
        },
    }


def _of_path(path: str) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _of_query(asked: type[BaseModel]) -> list[Document]:
    schema = asked.model_json_schema(mode="validation", ref_template="{model}")
    parts = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": field.get("description", name),
            "schema": _plain(field, parts),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _plain(field: Document, parts: Document) -> Document:
    """The schema of one argument: what may be left out is not null, and parts stand in it."""
    choices = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
    plain = {**field, **(choices[0] if choices else {})}
    if "$ref" in plain:
        plain |= parts[plain["$ref"]]
    left_out = {"anyOf", "$ref", "title", "description"}
    if plain.get("default") is None:
        left_out.add("default")
    return {name: value for name, value in plain.items() if name not in left_out}
