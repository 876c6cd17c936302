"""parley tool as a program meets it: tool_test.py PROGRAM."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
STRIPE = str(ROOT / "connectors" / "stripe.yaml")


def tool(*words, stdin=""):
    return subprocess.run([PROGRAM, "tool", *words], input=stdin, capture_output=True, text=True, timeout=60)


class Tools(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)

    def test_a_yaml_description_becomes_a_list_of_tools(self):
        said = tool("compile", STRIPE, "--prefix", "stripe")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        tools = {one["name"]: one for one in json.loads(said.stdout)}
        self.assertIn("stripe_charge", tools)
        self.assertEqual(set(tools["stripe_charge"]), {"name", "description", "parameters", "method", "path"})

    def test_what_is_dropped_is_said_on_stderr_or_in_the_report(self):
        broken = self.write("broken.json", '{"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [{"$ref": "#/none"}]}, "put": {}}}}')
        said = tool("compile", broken)
        self.assertEqual((said.returncode, len(json.loads(said.stdout))), (0, 1))
        self.assertIn("names nothing", said.stderr)
        report = json.loads(tool("compile", broken, "--report").stdout)
        self.assertEqual(report["dropped"][0]["pointer"], "/paths/~1a/get")
        self.assertEqual(report["warnings"], [])

    def test_overlays_correct_a_description(self):
        overlay = self.write("o.yaml", "overlay: 1.0.0\nactions:\n  - target: $.paths['/v1/charges'].post\n    update: {x-parley-pins: {currency: EUR}}\n"
                                       "  - {target: $.none, remove: true}\n")
        said = tool("compile", STRIPE, "--overlay", overlay)
        charge = next(one for one in json.loads(said.stdout) if one["name"] == "charge")
        self.assertNotIn("currency", charge["parameters"]["properties"])
        self.assertIn("names nothing", said.stderr)
        line = tool("render", STRIPE, "--overlay", overlay, stdin='{"tool": "charge", "args": {"amount": "5"}}\n').stdout
        self.assertEqual(json.loads(json.loads(line)["body"]), {"amount": "5", "currency": "EUR"})

    def test_calls_are_rendered_line_by_line(self):
        lines = ['{"tool": "get_charge", "args": {"charge": "ch/1"}}', '{"tool": "get_charge", "args": {}}', '{"tool": "none"}', "[", ""]
        said = tool("render", STRIPE, stdin="\n".join(lines))
        first, *errors = [json.loads(line) for line in said.stdout.splitlines()]
        self.assertEqual(first, {"method": "GET", "url": "https://api.stripe.com/v1/charges/ch%2F1", "headers": {}, "body": None})
        self.assertEqual([error["error"]["code"] for error in errors], ["invalid_input", "not_found", "invalid_input"])
        self.assertTrue(all(set(error["error"]) == {"code", "message", "hint"} for error in errors))

    def test_dates_of_yaml_stay_text(self):
        dated = self.write("d.yaml", "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n"
                                     "        - {name: v, in: query, schema: {type: string, default: 2026-01-02, enum: [2026-01-02, 2026-01-03]}}\n")
        schema = json.loads(tool("compile", dated).stdout)[0]["parameters"]["properties"]["v"]
        self.assertEqual(schema["enum"], ["2026-01-02", "2026-01-03"])

    def test_graphql_and_openrpc_are_read_too(self):
        schema = self.write("s.graphql", "type Query { hello(name: String!): String }")
        line = tool("render", schema, stdin='{"tool": "hello", "args": {"name": "x"}}').stdout
        self.assertEqual(json.loads(json.loads(line)["body"])["variables"], {"name": "x"})
        rpc = self.write("r.json", '{"openrpc": "1.3.2", "methods": [{"name": "m", "params": []}]}')
        self.assertEqual(json.loads(tool("compile", rpc).stdout)[0]["name"], "m")

    def test_strict_schemas_and_their_nulls(self):
        compiled = json.loads(tool("compile", STRIPE, "--dialect", "openai-strict").stdout)
        self.assertTrue(next(one for one in compiled if one["name"] == "get_charge")["strict"])
        self.assertFalse(next(one for one in compiled if one["name"] == "charge")["strict"])  # amounts of any type

    def test_exit_codes(self):
        cases = [
            (3, ["compile", "none.json"]),
            (3, ["compile", self.write("x.json", "{")]),
            (3, ["compile", self.write("y.yaml", "a: [")]),
            (3, ["compile", self.write("z.json", "{}")]),
            (3, ["compile", STRIPE, "--overlay", self.write("o.json", "{}")]),
            (2, ["compile", STRIPE, "--dialect", "klingon"]),
            (2, ["compile"]),
        ]
        for code, words in cases:
            with self.subTest(words=words):
                said = tool(*words)
                self.assertEqual((said.returncode, said.stdout), (code, ""))
                self.assertIn("error", said.stderr)


unittest.main()
