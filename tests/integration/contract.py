"""Every response to a story must match schema/openapi.json: the status, the names of its header
fields, the media type, and the schema of the body with its required fields. A response that the
file does not describe, such as for an unknown path, must match the schema of errors."""

import json
import os
import re

import jsonschema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

with open(os.path.join(ROOT, "schema", "openapi.json"), encoding="utf-8") as _file:
    DOCUMENT = json.load(_file)

_RESOLVER = jsonschema.RefResolver("", DOCUMENT)
# Any request may get these statuses: protocol errors and errors of an unavailable service.
_ALWAYS = {400, 405, 408, 413, 414, 415, 417, 431, 500, 501, 503, 504, 505}
# Any response may have these header fields.
_COMMON = {"connection", "content-length", "content-type", "date", "transfer-encoding", "x-request-id",
           "cache-control", "vary", "x-content-type-options", "cross-origin-resource-policy",
           "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
           "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "studytracker-position"}


def _pattern(path):
    return re.compile("^" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "/?$")


# Paths without braces come first, so that /stats/summary does not match a path with an id.
_PATHS = [(_pattern(path), DOCUMENT["paths"][path])
          for path in sorted(DOCUMENT["paths"], key=lambda path: (path.count("{"), path))]


def resolve(part):
    while "$ref" in part:
        part = _RESOLVER.resolve(part["$ref"])[1]
    return part


def _operation(method, path):
    for pattern, operations in _PATHS:
        if pattern.match(path):
            return operations.get("get" if method == "HEAD" else method.lower())
    return None


def _documented(method, target, status):
    """Returns the documented response, or None if the file does not describe it."""
    operation = _operation(method, target.split("?")[0])
    responses = operation["responses"] if operation else {}
    if str(status) in responses:
        return resolve(responses[str(status)])
    assert not operation or status in _ALWAYS or method == "OPTIONS", \
        f"{method} {target} answered {status}, which schema/openapi.json doesn't name"
    return None


def _check_body(schema, response):
    validator = jsonschema.Draft202012Validator(schema, resolver=_RESOLVER)
    wrong = [f"{'/'.join(map(str, error.path))}: {error.message}"
             for error in validator.iter_errors(json.loads(response.body))]
    assert not wrong, f"the answer isn't as schema/openapi.json says: {wrong[:3]} in {response}"


def _check_headers(method, target, documented, response):
    names = {name.lower() for name in documented.get("headers", {})}
    unnamed = {name.lower() for name, _ in response.headers} - names - _COMMON
    assert not unnamed, f"{method} {target} answered {response.status} with {sorted(unnamed)}, " \
        "which schema/openapi.json doesn't name"


def _error_schema(target):
    is_text = re.match(r"/api(?!/v1(?:[/?]|$))(?:[/?]|$)", target)
    return "TextError" if is_text else "Error"


def check(method, target, response):
    """Raises AssertionError if the response does not match the file."""
    if method == "OPTIONS" or not target.startswith("/"):
        return
    documented = _documented(method, target, response.status)
    if documented is None:
        if response.status >= 400 and method != "HEAD":
            _check_body({"$ref": f"#/components/schemas/{_error_schema(target)}"}, response)
        return
    _check_headers(method, target, documented, response)
    content = documented.get("content")
    if method == "HEAD" or not content:
        assert not response.body, response
        return
    media_type = (response.header("Content-Type") or "").split(";")[0]
    assert media_type in content, f"{method} {target}: {media_type} is not documented"
    if "schema" in content[media_type] and len(response.body) < 1 << 20:
        _check_body(content[media_type]["schema"], response)
