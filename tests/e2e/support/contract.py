# SPDX-License-Identifier: Apache-2.0
"""Checks answers of the daemon against daemon/openapi.yaml."""

import json
import re
from urllib.parse import urlsplit

import jsonschema
import yaml

from . import run_record
from .programs import SOURCE


class Contract:
    def __init__(self):
        with open(SOURCE / "daemon/openapi.yaml", encoding="utf-8") as file:
            self._document = _strict(yaml.safe_load(file))
        self._resolver = jsonschema.RefResolver.from_schema(self._document)
        # A path without a parameter is matched before one with it.
        self._paths = [(_as_regex(path), path) for path in sorted(self._document["paths"], key=lambda path: "{" in path)]
        self._exercised = set()  # (method, path template, status)

    def leave(self):
        """For exercised_in_run()."""
        run_record.leave("exercised", self._exercised)

    @staticmethod
    def exercised_in_run():
        """Every (method, path template, status) that a process of the run met."""
        return run_record.left("exercised")

    def operations(self):
        """Every (method, path template, statuses of success) of the document."""
        for path, item in self._document["paths"].items():
            for method in item.keys() & {"get", "put", "post", "delete"}:
                yield method.upper(), path, {int(s) for s in item[method]["responses"] if s != "default"}

    def check(self, method, target, status, headers, body):
        """Fails unless the document allows this answer."""
        shown = f"{method} {target} -> {status} {headers.get('Content-Type')} {body[:500]!r}"
        path, response = self._response(method, target, status)
        assert response is not None, f"not in openapi.yaml: {shown}"
        self._exercised.add((method, path, status))
        content = response.get("content")
        if content is None:
            assert body == b"", f"openapi.yaml knows no body here: {shown}"
            return
        media_type = headers.get("Content-Type", "").split(";")[0].strip()
        assert media_type in content, f"another media type than {list(content)}: {shown}"
        if media_type.endswith("json"):
            self._validate(json.loads(body), content[media_type]["schema"], shown)
        if media_type == "application/problem+json":
            _check_problem(status, headers, json.loads(body), shown)

    def check_event(self, line):
        self._validate(json.loads(line), {"$ref": "#/components/schemas/event"}, f"event {line!r}")

    def _response(self, method, target, status):
        path = next((path for regex, path in self._paths if regex.fullmatch(urlsplit(target).path)), None)
        operation = self._document["paths"].get(path, {}).get(method.lower(), {})
        response = operation.get("responses", {}).get(str(status))
        # Errors are "default" everywhere; what the document does not know is answered with an error, too.
        if response is None and status >= 400:
            response = {"$ref": "#/components/responses/problem"}
        if response is not None and "$ref" in response:
            response = self._resolver.resolve(response["$ref"])[1]
        return path, response

    def _validate(self, value, schema, shown):
        validator = jsonschema.Draft4Validator(schema, resolver=self._resolver)
        errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"{errors} in {shown}"


def _check_problem(status, headers, problem, shown):
    assert problem["status"] == status, f"another status inside: {shown}"
    assert problem["detail"], f"no detail for a person: {shown}"
    if problem["code"] == "temporarily_unavailable":
        assert int(headers.get("Retry-After", 0)) >= 1, f"no Retry-After: {shown}"


def _as_regex(path):
    return re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))


def _strict(node):
    """As JSON Schema, and stricter than clients may be: this version sends no member and no word that the document does
    not have. OpenAPI 3.0 writes `nullable: true` where JSON Schema allows the type "null"."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _strict(value) for key, value in node.items()}
    if "x-extensible-enum" in result:
        result["enum"] = result.pop("x-extensible-enum")
    if result.get("type") == "object" and "properties" in result:
        result.setdefault("additionalProperties", False)
    if result.pop("nullable", False) is True:
        result["type"] = [result["type"], "null"]
    return result
