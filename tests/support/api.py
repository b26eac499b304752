"""Our own API as a program uses it: every answer is held against the document that promises it."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from lamppost.web.problems import MEDIA_TYPE


@dataclass
class ApiClient:
    """Asks the API; what it answers must be what /api/v1/openapi.json says."""

    client: FlaskClient
    asked: set[str] = field(default_factory=set)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        found: dict[str, Any] = json.loads(self.client.get("/api/v1/openapi.json").data)
        return found

    def get(self, address: str, status: int = 200, **options: Any) -> Any:
        """The answer of an address, checked against its schema."""
        answer = self.client.get(f"/api/v1{address}", **options)
        assert answer.status_code == status, (address, answer.status_code, answer.text)
        path = self.path_of(f"/api/v1{address}")
        self.asked.add(path)
        if status == 304:
            return None
        responses = self.document["paths"][path]["get"]["responses"]
        media_type = "application/json" if status == 200 else MEDIA_TYPE
        assert answer.mimetype == media_type
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        schema = responses[str(status)]["content"][media_type]["schema"]
        whole = {**schema, "components": self.document["components"]}
        document = json.loads(answer.data)
        checks = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        assert [f"{one.json_path}: {one.message}" for one in checks.iter_errors(document)] == []
        return document

    def follow(self, address: str) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        following: str | None = address
        while following is not None:
            page = self.get(following)
            items += page["items"]
            following = page["next"] and page["next"].split("/api/v1", 1)[1]
        return items

    def path_of(self, address: str) -> str:
        """The path of the document an address belongs to; the one with fewest arguments first."""
        bare = address.split("?", maxsplit=1)[0]
        for path in sorted(self.document["paths"], key=lambda one: one.count("{")):
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), bare):
                return str(path)
        raise AssertionError(f"{bare} is not in the document")
