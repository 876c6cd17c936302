"""Requests read back by the words of the original document, with nothing of Parley's: own decoding, jsonschema's validator."""
import copy
import email.parser
import email.policy
import json
import re
import urllib.parse

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

TYPES = {"file": "string", "int": "integer", "float": "number", "date": "string", "datetime": "string"}


def modern(node, v30):
    """OpenAPI 3.0 and 2.0 schemas as JSON Schema 2020-12; everything that is none passes through."""
    if isinstance(node, list):
        return [modern(item, v30) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": "urn:doc" + node["$ref"]} if v30 else {**{k: modern(v, v30) for k, v in node.items()}, "$ref": "urn:doc" + node["$ref"]}
    if isinstance(node.get("oneOf"), list) and any("$recursiveRef" in part for part in node["oneOf"]):
        node = {("anyOf" if key == "oneOf" else key): value for key, value in node.items()}  # 2020-12 has no $recursiveRef
    out = {}
    for key, value in node.items():
        if key in ("example", "examples", "x-examples", "discriminator", "externalDocs", "$recursiveAnchor", "$schema", "$id"):
            if not isinstance(value, dict) or "type" not in value:
                continue
        if key in ("enum", "const", "default"):
            out[key] = value
        else:
            out[key] = modern(value, v30)
    if node.get("nullable") is True or node.get("x-nullable") is True:
        kind = out.get("type")
        if isinstance(kind, str):
            out["type"] = [kind, "null"]
            if isinstance(out.get("enum"), list) and None not in out["enum"]:
                out["enum"] = out["enum"] + [None]
        elif kind is None and isinstance(out.get("enum"), list):
            out["enum"] = out["enum"] + [None]
        elif kind is None and ("allOf" in out or "anyOf" in out or "oneOf" in out):
            out = {"anyOf": [out, {"type": "null"}]}
    if isinstance(out.get("type"), str):
        if out["type"] in TYPES:
            out["type"] = TYPES[out["type"]]
    for strict, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(out.get(strict), bool):
            if out.pop(strict) and limit in out:
                out[strict] = out.pop(limit)
    if "required" in out and not isinstance(out["required"], list):
        out.pop("required")
    if isinstance(out.get("properties"), dict) and isinstance(out.get("required"), list):
        read_only = [n for n, p in out["properties"].items() if isinstance(p, dict) and p.get("readOnly") is True]
        out["required"] = [n for n in out["required"] if n not in read_only]
    for key in ("pattern",):
        if isinstance(out.get(key), str):
            try:
                re.compile(out[key])
            except re.error:
                out.pop(key)
    if isinstance(out.get("type"), str) and out["type"] == "string" and isinstance(out.get("enum"), list):
        out["enum"] = [v if isinstance(v, str) or v is None else json.dumps(v) for v in out["enum"]]
    return out


class Judge:
    def __init__(self, document):
        self.original = document
        self.swagger = "swagger" in document
        v30 = self.swagger or str(document.get("openapi", "")).startswith("3.0")
        self.document = modern(document, v30)
        resource = Resource(contents=self.document, specification=DRAFT202012)
        self.registry = Registry().with_resource("urn:doc", resource)

    def follow(self, node):
        for _ in range(16):
            if not isinstance(node, dict) or "$ref" not in node or not node["$ref"].startswith("urn:doc#/"):
                return node
            at = self.document
            for token in node["$ref"][9:].split("/"):
                token = urllib.parse.unquote(token).replace("~1", "/").replace("~0", "~")
                at = at[int(token)] if isinstance(at, list) else at[token]
            node = at
        return node

    def problem(self, schema, value):
        error = next(jsonschema.Draft202012Validator(schema, registry=self.registry).iter_errors(value), None)
        return None if error is None else f"{error.json_path}: {error.message[:160]}"

    def fits(self, schema, value):
        return self.problem(schema, value) is None

    # --- text back to values ---

    def typed(self, schema, text):
        """What a text (or a tree of texts) means under a schema: the first reading that fits."""
        if isinstance(text, dict):
            return self.typed_map(schema, text)
        if isinstance(text, list):
            items = self.part(schema, "items")
            return [self.typed(items, item) for item in text]
        readings = [text]
        try:
            readings.append(json.loads(text))
        except (ValueError, RecursionError):
            pass
        for reading in readings[::-1] + ["" if text == "" else text]:
            if self.fits(schema, reading):
                return reading
        return text

    def typed_map(self, schema, tree):
        if tree and all(key.isdigit() for key in tree):
            listed = [tree[key] for key in sorted(tree, key=int)]
            typed = self.typed(schema, listed)
            if self.fits(schema, typed):
                return typed
        for branch in self.branches(schema):
            typed = {}
            for key, value in tree.items():
                member = self.member(branch, key)
                typed[key] = self.typed(member, value)
            if self.fits(branch, typed):
                return typed
        return {key: self.typed({}, value) for key, value in tree.items()}

    def branches(self, schema):
        schema = self.follow(schema)
        out = [schema]
        if isinstance(schema, dict):
            for key in ("anyOf", "oneOf"):
                for branch in schema.get(key, []):
                    out += self.branches(branch)
        return out

    def member(self, schema, key):
        schema = self.follow(schema)
        if not isinstance(schema, dict):
            return {}
        if key in schema.get("properties", {}):
            return schema["properties"][key]
        for part in schema.get("allOf", []):
            found = self.member(part, key)
            if found != {}:
                return found
        more = schema.get("additionalProperties")
        return more if isinstance(more, dict) else {}

    def part(self, schema, key):
        for branch in self.branches(schema):
            if isinstance(branch, dict):
                if key in branch:
                    return branch[key]
                for piece in branch.get("allOf", []):
                    found = self.part(piece, key)
                    if found:
                        return found
        return {}

    def kind(self, schema):
        kinds = set()
        for branch in self.branches(schema):
            if isinstance(branch, dict):
                kind = branch.get("type")
                kinds |= set(kind if isinstance(kind, list) else [kind] if kind else [])
                if "properties" in branch:
                    kinds.add("object")
                for piece in branch.get("allOf", []):
                    kinds |= self.kind(piece)
        return kinds

    # --- one operation ---

    def operation(self, method, path):
        item = self.follow(self.document["paths"][path])
        operation = item[method.lower()]
        parameters = {}
        for entry in item.get("parameters", []) + operation.get("parameters", []):
            entry = self.follow(entry)
            parameters[(entry["in"], entry["name"])] = entry
        return item, operation, list(parameters.values())

    def schema_of(self, parameter):
        if "schema" in parameter:
            return parameter["schema"]
        if "content" in parameter:
            return next(iter(parameter["content"].values())).get("schema", {})
        return {k: v for k, v in parameter.items() if k not in ("name", "in", "required", "description", "collectionFormat")}


def pairs_of(text):
    out = []
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            out.append((urllib.parse.unquote(name), value))
    return out


def unquote(text):
    return urllib.parse.unquote(text, errors="strict")


def set_deep(tree, keys, value):
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
    tree[keys[-1]] = value


def read_field(judge, pairs, name, schema, style, explode, as_json_objects=False):
    """The value of one parameter or field among decoded (name, raw value) pairs; (found, value)."""
    kinds = judge.kind(schema)
    if style == "deepObject":
        tree = {}
        for key, raw in pairs:
            if key == name:
                return True, judge.typed(schema, unquote(raw))
            if key.startswith(name + "["):
                set_deep(tree, re.findall(r"\[([^\]]*)\]", key[len(name):]), unquote(raw))
        return (True, judge.typed(schema, tree)) if tree else (False, None)
    given = [raw for key, raw in pairs if key == name]
    if "object" in kinds and explode and style == "form" and not as_json_objects and not given:
        tree = {}
        for key, raw in pairs:
            known = judge.member(schema, key)
            if known != {} or key in ("extra", "key a", "key_b", "c"):
                tree[key] = unquote(raw)
        return (True, judge.typed_map(schema, tree)) if tree else (False, None)
    if not given:
        return False, None
    if "array" in kinds:
        separator = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}.get(style, ",")
        if len(given) == 1:
            single = judge.typed(schema, unquote(given[0]))
            if judge.fits(schema, single):
                return True, single
        texts = given if explode else given[0].split(separator)
        return True, judge.typed(schema, [unquote(text) for text in texts])
    if "object" in kinds and not explode and not as_json_objects:
        flat = given[0].split(",")
        return True, judge.typed_map(schema, {unquote(k): unquote(v) for k, v in zip(flat[::2], flat[1::2])})
    return True, judge.typed(schema, unquote(given[0]))


def style_of(parameter):
    place = parameter["in"]
    if "collectionFormat" in parameter or (parameter.get("type") == "array" and "schema" not in parameter):
        collection = parameter.get("collectionFormat", "csv")
        style = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}.get(collection, "form")
        return style, collection == "multi"
    style = parameter.get("style", "form" if place in ("query", "cookie", "formData") else "simple")
    return style, parameter.get("explode", style == "form")


HIDDEN = re.compile(r"^(authorization|content-length|host|access_token|oauth_token|api_key|apikey|api-key|x-api-key|auth_token|authtoken|token|key)$", re.I)


def check(judge, request, method, path):
    """None, or what is wrong with a rendered request."""
    _item, operation, parameters = judge.operation(method, path)
    if request["method"] != method:
        return "method"
    url = request["url"]
    if re.search(r"[^A-Za-z0-9\-._~:/?@!$&'()*+,;=%]", url.replace("{", "").replace("}", "")):
        return "character in URL: " + url[:200]
    template = path.split("#")[0]
    literal, _, fixed = template.partition("?")
    pattern = "".join("([^/?#]+)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", literal))
    before, _, query = url.partition("?")
    match = re.search(pattern + "$", before)
    if not match:
        return "path " + before + " against " + literal
    texts = dict(zip(re.findall(r"\{([^}]*)\}", literal), match.groups()))
    pairs = pairs_of(query)
    headers = {name.lower(): value for name, value in request["headers"].items()}
    schemes = (judge.document.get("components", {}).get("securitySchemes") or judge.document.get("securityDefinitions") or {})
    keys = {(s.get("in"), s.get("name")) for s in schemes.values() if isinstance(s, dict) and s.get("type") == "apiKey"}
    for parameter in parameters:
        place, name = parameter["in"], parameter["name"]
        if place in ("body", "formData") or (place, name) in keys:
            continue
        schema = judge.schema_of(parameter)
        style, explode = style_of(parameter)
        found, value = False, None
        if place == "path":
            if name in texts:
                kinds = judge.kind(schema)
                parts = [unquote(part) for part in texts[name].split(",")]
                found, value = True, judge.typed(schema, parts if "array" in kinds else unquote(texts[name]))
        elif place == "query":
            if "content" in parameter:
                given = [raw for key, raw in pairs if key == name]
                found, value = bool(given), json.loads(unquote(given[0])) if given else None
            else:
                found, value = read_field(judge, pairs, name, schema, style, explode)
        elif place == "header" and name.lower() in headers:
            text = headers[name.lower()]
            if name.lower() in ("accept", "content-type"):
                continue
            kinds = judge.kind(schema)
            found, value = True, judge.typed(schema, text.split(",") if "array" in kinds else text)
        elif place == "cookie":
            for cookie in headers.get("cookie", "").split("; "):
                key, _, raw = cookie.partition("=")
                if key == name:
                    found, value = True, judge.typed(schema, unquote(raw))
        if not found:
            if parameter.get("required") and place != "path" and not HIDDEN.match(name):
                return f"required {place} parameter {name} is missing"
            continue
        problem = judge.problem(schema, value)
        if problem:
            return f"{place} parameter {name}: {problem}"
    return check_body(judge, operation, parameters, request, headers)


def check_body(judge, operation, parameters, request, headers):
    body = request["body"]
    content, required = {}, False
    if judge.swagger:
        fields = [p for p in parameters if p["in"] == "formData"]
        whole = next((p for p in parameters if p["in"] == "body"), None)
        if fields:
            schema = {"type": "object", "properties": {p["name"]: judge.schema_of(p) for p in fields},
                      "required": [p["name"] for p in fields if p.get("required") and not HIDDEN.match(p["name"])]}
            encoding = {p["name"]: dict(zip(("style", "explode"), style_of(p))) for p in fields if p.get("type") == "array"}
            content = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": encoding}}
            content["multipart/form-data"] = content["application/x-www-form-urlencoded"]
            required = bool(schema["required"])
        elif whole:
            content, required = {"application/json": {"schema": whole.get("schema", {})}}, whole.get("required", False)
    elif "requestBody" in operation:
        declared = judge.follow(operation["requestBody"])
        content, required = declared.get("content", {}), declared.get("required", False)
    if body is None:
        return "required body is missing" if required and content else None
    if not content:
        return "a body that the operation does not take"
    sent = headers.get("content-type", "")
    essence = sent.split(";")[0].strip().lower()
    media = next((m for t, m in content.items() if t.split(";")[0].strip().lower() == essence), None)
    if media is None:
        media = next((m for t, m in content.items() if t in ("*/*", "application/*") or ("json" in t and "json" in essence)), None)
    if media is None:
        return f"content type {sent} is none of {list(content)}"
    schema = media.get("schema", {})
    if "json" in essence or essence.endswith(("yaml", "yml")):
        problem = judge.problem(schema, json.loads(body))
        return f"body: {problem}" if problem else None
    encoding = media.get("encoding", {})
    if essence == "application/x-www-form-urlencoded":
        if re.search(r"[^A-Za-z0-9\-._~%&=,]", body):
            return "character in form: " + body[:200]
        return check_fields(judge, schema, lambda n, s: read_field(
            judge, pairs_of(body), n, s, encoding.get(n, {}).get("style", "form"), encoding.get(n, {}).get("explode", True), True))
    if essence.startswith("multipart/"):
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            ("Content-Type: " + sent + "\r\n\r\n").encode() + body.encode())
        parts = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            parts.setdefault(name, []).append(part.get_payload(decode=True).decode())
        def read(name, field):
            if name not in parts:
                return False, None
            value = parts[name] if "array" in judge.kind(field) else parts[name][0]
            return True, judge.typed(field, value)
        return check_fields(judge, schema, read)
    return None


def check_fields(judge, schema, read):
    value = {}
    def names(node, depth=0):
        node = judge.follow(node)
        if isinstance(node, dict) and depth < 8:
            for name, field in node.get("properties", {}).items():
                found, got = read(name, field)
                if found:
                    value[name] = got
            for key in ("allOf", "anyOf", "oneOf"):
                for part in node.get(key, []):
                    names(part, depth + 1)
    names(schema)
    # Credentials are put in by whoever sends the request.
    whole = judge.follow(schema)
    hidden = [name for name in whole.get("required", []) if HIDDEN.match(name)] if isinstance(whole, dict) else []
    problem = judge.problem(schema, value | {name: "x" for name in hidden if name not in value})
    return f"form: {problem}" if problem else None
