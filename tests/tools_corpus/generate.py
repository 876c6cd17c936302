"""Random values that fit a JSON Schema (as `parley tool compile` prints them)."""
import random
import re
import string

MAX_DEPTH = 6


class Generator:
    def __init__(self, root, seed):
        self.root = root
        self.random = random.Random(seed)

    def resolve(self, schema):
        for _ in range(20):
            if not isinstance(schema, dict) or "$ref" not in schema:
                return schema
            target = self.root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
            beside = {key: value for key, value in schema.items() if key not in ("$ref", "description")}
            schema = {**target, **beside} if isinstance(target, dict) else target
        return {}

    def value(self, schema, depth=0):
        schema = self.resolve(schema)
        if schema is True or schema == {} or not isinstance(schema, dict):
            return self.random.choice(["free", 7, True])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        for key in ("oneOf", "anyOf"):
            if key in schema:
                rest = {k: v for k, v in schema.items() if k != key}
                branch = self.resolve(self.random.choice(schema[key]))
                return self.value(self.merged(rest, branch), depth + 1)
        if "allOf" in schema:
            whole = {k: v for k, v in schema.items() if k != "allOf"}
            for part in schema["allOf"]:
                whole = self.merged(whole, self.resolve(part))
            return self.value(whole, depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
        return getattr(self, "make_" + kind)(schema, depth)

    def merged(self, a, b):
        if not isinstance(b, dict):
            return a
        out = dict(a)
        for key, value in b.items():
            if key == "properties" and key in out:
                out[key] = {**out[key], **value}
                for name in set(a["properties"]) & set(value):
                    out[key][name] = {"allOf": [a["properties"][name], value[name]]}
            elif key == "required" and key in out:
                out[key] = list(dict.fromkeys(out[key] + value))
            elif key == "allOf" and key in out:
                out[key] = out[key] + value
            elif key in ("oneOf", "anyOf") and key in out:
                out["allOf"] = out.get("allOf", []) + [{key: value}]
            elif key == "enum" and key in out:
                out[key] = [v for v in out[key] if v in value] or value
            else:
                out[key] = value
        return out

    def make_null(self, _schema, _depth):
        return None

    def make_boolean(self, _schema, _depth):
        return self.random.random() < 0.5

    def make_integer(self, schema, _depth):
        low, high = self.limits(schema, 1)
        step = schema.get("multipleOf", 1)
        return int(self.random.randint(int(low), int(max(low, high))) // step * step) if step >= 1 else int(low)

    def make_number(self, schema, depth):
        if self.random.random() < 0.5 or "multipleOf" in schema:
            return self.make_integer(schema, depth)
        low, high = self.limits(schema, 0.25)
        return low if high <= low else round(self.random.uniform(low, high) * 4) / 4

    def limits(self, schema, least):
        low, high = schema.get("minimum"), schema.get("maximum")
        if "exclusiveMinimum" in schema:
            low = schema["exclusiveMinimum"] + least
        if "exclusiveMaximum" in schema:
            high = schema["exclusiveMaximum"] - least
        if low is None:
            low = min(-5, high) if high is not None else self.random.choice([0, 1, -3])
        return low, (low + 1000 if high is None else high)

    def make_string(self, schema, _depth):
        formats = {
            "date-time": "2026-11-25T13:00:00Z", "date": "2026-11-25", "time": "12:00:00Z", "email": "a.b@example.org",
            "uri": "https://example.org/a?b=c&d=e", "url": "https://example.org/", "hostname": "example.org",
            "uuid": "00000000-0000-4000-8000-000000000000", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
            "byte": "dGV4dA==",
        }
        low, high = schema.get("minLength", 0), schema.get("maxLength", 1 << 30)
        if "pattern" in schema:
            text = self.matching(schema["pattern"], low, high)
            if text is not None:
                return text
        if schema.get("format") in formats and low <= len(formats[schema["format"]]) <= high:
            return formats[schema["format"]]
        alphabet = string.ascii_letters + string.digits + "  &=+%/?#[]{},;:@!$'()*\"\\|<>~^`_-.éß漢😀"
        size = self.random.randint(low, min(high, low + 12))
        text = "".join(self.random.choice(alphabet) for _ in range(size)).strip(" .")
        return (text + "x" * size)[:max(size, low)] if size else text

    def matching(self, pattern, low, high):
        for sample in ("abc", "a", "A", "1", "12", "abc-1", "ABC", "#ffffff", "ffffff", "a/b", "0.5", "2026-11-25", "1.2.3.4",
                       "SM" + "0" * 32, "AC" + "0" * 32, "en", "en-US", "USD", "https://example.org/", "a@example.org", "+4912345",
                       "00:00", "1795000000.000100", "00000000-0000-4000-8000-000000000000", "0" * 32, "a" * 24, "0" * 40, "1h", "arn:aws:x:y:000000000000:z"):
            try:
                if re.search(pattern, sample) and low <= len(sample) <= high:
                    return sample
            except re.error:
                return None
        match = re.fullmatch(r"\^?([A-Za-z]{2})\[0-9a-fA-F\]\{32\}\$?", pattern)
        return match.group(1) + "0" * 32 if match else None

    def make_array(self, schema, depth):
        low = schema.get("minItems", 0)
        high = min(schema.get("maxItems", low + 2), low + 2)
        if depth > MAX_DEPTH:
            high = low
        out = []
        for _ in range(self.random.randint(low, max(low, high)) * (3 if schema.get("uniqueItems") else 1)):
            item = self.value(schema.get("items", {"type": "string"}), depth + 1)
            if not schema.get("uniqueItems") or item not in out:
                out.append(item)
        return out[:max(low, high)]

    def make_object(self, schema, depth):
        out = {}
        required = set(schema.get("required", []))
        chance = 0.5 if depth < 2 else 0.25 if depth < MAX_DEPTH else 0
        for name, member in schema.get("properties", {}).items():
            if name in required or self.random.random() < chance:
                out[name] = self.value(member, depth + 1)
        for name in required - set(out):
            out[name] = "needed"
        for name in list(out):
            for other in schema.get("dependentRequired", {}).get(name, []):
                if other not in out:
                    out[other] = self.value(schema["properties"][other], depth + 1)
        more = schema.get("additionalProperties")
        names = ["key a", "key_b", "c"]
        while len(out) < schema.get("minProperties", 0) and names:
            missing = [n for n in schema.get("properties", {}) if n not in out]
            if missing:
                out[missing[0]] = self.value(schema["properties"][missing[0]], depth + 1)
            elif more is not False:
                out[names.pop()] = self.value(more if isinstance(more, dict) else {"type": "string"}, depth + 1)
            else:
                break
        if isinstance(more, dict) and more and depth < MAX_DEPTH and self.random.random() < 0.5:
            if len(out) < schema.get("maxProperties", 99):
                out["extra"] = self.value(more, depth + 1)
        return out
