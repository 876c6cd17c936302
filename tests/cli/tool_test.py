"""parley tool as a program meets it: tool_test.py PROGRAM."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
STRIPE = str(ROOT / "connectors" / "stripe.yaml")


def tool(*words, stdin="", **environment):
    return subprocess.run(
        [PROGRAM, "tool", *words], input=stdin, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )


SHOP = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{key: []}]
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
paths:
  /orders/{id}:
    get:
      operationId: order
      summary: Look up an order.
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok, content: {application/json: {example: {id: "{{ args.id }}", paid: true}}}}}
"""


MCP_PROGRAM = """\
import json, os, sys
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "initialize":
        result = {"protocolVersion": "2025-11-25", "capabilities": {}}
    elif asked["method"] == "tools/list":
        result = {"tools": [{"name": "add", "inputSchema": SCHEMA}]}
    elif asked["method"] == "tools/call":
        numbers = asked["params"]["arguments"]
        result = {"structuredContent": {"sum": numbers["a"] + numbers["b"], "token": len(os.environ["TOKEN"])}}
    else:
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/shop.yaml":
            status, body = 200, SHOP
        elif self.path == "/relative.yaml":
            status, body = 200, SHOP + "servers: [{url: /v2}]\n"
        elif self.path == "/moved":
            status, body = 302, ""
        elif self.headers["X-Key"] != "s3cret":
            status, body = 403, json.dumps({"message": f"not with {self.headers['X-Key']}"})
        else:
            status, body = 200, json.dumps({"id": self.path.split("/")[-1], "paid": False})
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/shop.yaml")
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        """An MCP server with sessions: two pages of tools, one that echoes."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        params = asked.get("params", {})
        if asked["method"] == "initialize":
            result = {"protocolVersion": "2025-06-18", "capabilities": {}}
        elif self.headers["Mcp-Session-Id"] != "s-1":
            result = None
        elif asked["method"] == "tools/list" and "cursor" not in params:
            result = {"tools": [{"name": "one"}], "nextCursor": "2"}
        elif asked["method"] == "tools/list":
            echo = {"name": "echo", "annotations": {"readOnlyHint": True}, "x-parley-effect": "read", "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}}}
            result = {"tools": [echo]}
        else:
            result = {"content": [{"type": "text", "text": params.get("arguments", {}).get("text", "")}]}
        body = json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), **({"result": result} if result else {"error": {"code": -32600, "message": "no"}})})
        self.send_response(200 if result else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Mcp-Session-Id", "s-1")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Tools(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}"

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
        self.assertEqual(json.loads(line)["body"], "amount=500&currency=eur")

    def test_what_is_no_description_is_said_to_be_what_it_is(self):
        page = self.write("page.html", "<html>Please log in</html>")
        broken = self.write("broken.json", '{"openapi": "3.0.0",\n "paths": nothing}')
        collection = self.write("postman.json", '{"info": {"_postman_id": "1"}, "item": []}')
        messages = self.write("messages.yaml", "asyncapi: 3.0.0\nchannels: {}\n")
        refused = self.write("schema.json", '{"errors": [{"message": "introspection is off"}]}')
        for words, message in (
            (("compile", page), "page.html is a web page or XML"),
            (("compile", broken), "broken.json:2:11: "),
            (("compile", collection), "a collection of Postman's"),
            (("compile", messages), "this is AsyncAPI"),
            (("compile", refused), "introspection is off"),
            (("compile", str(self.folder)), "is a folder"),
            (("compile", "https://api.example.com/openapi.json"), "is an address, not a file"),
            (("add", "openapi", str(self.folder)), "is a folder"),
        ):
            with self.subTest(message):
                said = tool(*words)
                self.assertEqual(said.returncode, 3)
                self.assertIn(message, said.stderr)
                self.assertIn("help: ", said.stderr)

    def test_a_description_of_several_files_becomes_one(self):
        (self.folder / "flows").mkdir()
        (self.folder / "api").mkdir()
        self.write("api/openapi.yaml", "openapi: 3.1.0\npaths: {/orders: {$ref: orders.yaml}}\n"
                                       "components: {schemas: {Note: {type: string}}}\n")
        self.write("api/orders.yaml", "post:\n  operationId: order\n  requestBody: {content: {application/json: {schema: {type: object,\n"
                                      "    properties: {note: {$ref: 'openapi.yaml#/components/schemas/Note'}}}}}}\n")
        document = str(self.folder / "api" / "openapi.yaml")
        compiled = json.loads(tool("compile", document).stdout)
        self.assertEqual([one["name"] for one in compiled], ["order"])
        added = tool("add", "openapi", document, str(self.folder), "--name", "shop")
        self.assertEqual(added.stdout, f"{self.folder}/tools/shop.json: 1 tool\n")
        shown = json.loads(tool("show", "shop.order", str(self.folder), "--json").stdout)
        self.assertEqual(shown["parameters"]["properties"], {"note": {"type": "string"}})
        (self.folder / "api" / "orders.yaml").unlink()
        missing = tool("compile", document)
        self.assertEqual(missing.returncode, 3)
        self.assertIn("orders.yaml' cannot be read", missing.stderr)

    def test_a_line_that_forgets_its_arguments_is_no_call_without_any(self):
        lines = ['{"tool": "charge", "arguments": {"amount": "5"}}', '{"tool": "charge" "args": {}}']
        errors = [json.loads(line)["error"] for line in tool("render", STRIPE, stdin="\n".join(lines)).stdout.splitlines()]
        self.assertEqual(errors[0]["message"], "the line has no 'args'")
        self.assertIn("1:19", errors[1]["message"])

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

    def test_a_description_is_added_from_a_file_or_an_address_and_its_tools_are_listed(self):
        url = self.serve()
        (self.folder / "flows").mkdir()
        folder = str(self.folder)
        added = tool("add", "openapi", url + "/shop.yaml", folder)
        self.assertEqual((added.returncode, added.stdout), (0, f"{folder}/tools/shop.yaml: 1 tool\n"))
        self.assertIn("key: {secret: SHOP_KEY}", added.stderr)
        self.assertNotIn("the description itself", added.stderr)
        # A description that names no host is at home where it was found.
        self.assertIn(f"server: {url}\n", added.stderr)
        self.assertIn(f"server: {url}/v2\n", tool("add", "openapi", url + "/relative.yaml", folder).stderr)
        self.assertIn("server: https://…\n", tool("add", "openapi", self.write("here.yaml", SHOP), folder).stderr)
        self.assertEqual((self.folder / "tools" / "shop.yaml").read_text(), SHOP)
        again = tool("add", "openapi", STRIPE, folder, "--name", "shop")
        self.assertEqual(again.returncode, 3)
        self.assertIn("is there already", again.stderr)
        replaced = tool("add", "openapi", STRIPE, folder, "--name", "shop", "--replace")
        self.assertEqual(replaced.returncode, 0)
        self.assertIn("the description itself says of 3 tools that", replaced.stderr)
        self.assertIn("shop.charge", [one["id"] for one in json.loads(tool("list", folder, "--json").stdout)])

    def test_the_tools_of_an_mcp_server_are_added_and_called(self):
        url = self.serve()
        (self.folder / "flows").mkdir()
        self.write("parley.yaml", "egress: {allow_internal: true}\n")
        folder = str(self.folder)
        added = tool("add", "mcp", url + "/mcp", folder, "--name", "docs")
        self.assertEqual((added.returncode, added.stdout), (0, f"{folder}/tools/docs.json: 2 tools\n"))
        listed = json.loads(tool("list", folder, "--json").stdout)
        self.assertEqual([(one["id"], one["effect"], one["claims"]) for one in listed], [("docs.echo", "unsafe", "read"), ("docs.one", "unsafe", "")])
        for said in (added, tool("list", folder), tool("show", "docs.echo", folder)):
            self.assertIn("tools.connectors.docs.trust_annotations: true", said.stderr)
        self.assertIn("unsafe (says read)", tool("list", folder).stdout)
        checked = subprocess.run([PROGRAM, "check", folder], capture_output=True, text=True)
        self.assertIn("F0941", checked.stdout + checked.stderr)
        self.write("parley.yaml", "egress: {allow_internal: true}\ntools: {connectors: {docs: {trust_annotations: true}}}\n")
        listed = json.loads(tool("list", folder, "--json").stdout)
        self.assertEqual([(one["id"], one["effect"], one["claims"]) for one in listed], [("docs.echo", "read", ""), ("docs.one", "unsafe", "")])
        checked = subprocess.run([PROGRAM, "check", folder], capture_output=True, text=True)
        self.assertNotIn("F0941", checked.stdout + checked.stderr)
        said = tool("try", "docs.echo", folder, "--live", "--args", '{"text": "hello"}')
        self.assertEqual((said.returncode, said.stdout), (0, '"hello"\n'), said.stderr)

    def test_a_program_on_this_machine_is_an_mcp_server_too(self):
        (self.folder / "flows").mkdir()
        program = self.write("server.py", MCP_PROGRAM)
        folder = str(self.folder)
        added = tool("add", "mcp", f"{sys.executable} {program}", folder, "--name", "calc")
        self.assertEqual((added.returncode, added.stdout), (0, f"{folder}/tools/calc.json: 1 tool\n"), added.stderr)
        self.assertIn(f'command: ["{sys.executable}", "{program}"]', added.stderr)
        self.write("parley.yaml", f"tools: {{connectors: {{calc: {{command: [{sys.executable}, {program}], environment: {{TOKEN: CALC}}}}}}}}\n")
        args = ("--live", "--args", '{"a": 2, "b": 40}')
        unset = tool("try", "calc.add", folder, *args)
        self.assertEqual(unset.returncode, 3)
        self.assertIn("PARLEY_SECRET_CALC", unset.stderr)
        said = tool("try", "calc.add", folder, *args, PARLEY_SECRET_CALC="s3cret")
        self.assertEqual((said.returncode, json.loads(said.stdout)), (0, {"sum": 42, "token": 6}), said.stderr)

    def test_every_connector_that_comes_with_parley_is_added_whole_and_answers_in_test_mode(self):
        (self.folder / "flows").mkdir()
        folder = str(self.folder)
        names = sorted(path.stem for path in (ROOT / "connectors").glob("*.yaml"))
        self.assertEqual(names, ["github", "jira", "notion", "salesforce", "slack", "stripe", "support_desk"])
        for name in names:
            with self.subTest(name):
                added = tool("add", name, folder)
                self.assertEqual(added.returncode, 0, added.stderr)
                self.assertNotIn("cannot be used", added.stderr)
                self.assertEqual((self.folder / "tools" / f"{name}.yaml").read_text(), (ROOT / "connectors" / f"{name}.yaml").read_text())
        listed = json.loads(tool("list", folder, "--json").stdout)
        self.assertEqual({one["id"].split(".")[0] for one in listed}, set(names))
        calls = [
            ("stripe.charge", {"amount": "12.50", "currency": "EUR"}, "amount", 1250),
            ("jira.create_issue", {"fields": {"summary": "x"}}, "key", "SUP-1"),
            ("github.create_issue", {"owner": "o", "repo": "r", "title": "t"}, "number", 8),
            ("slack.post_message", {"channel": "C1", "text": "x"}, "channel", "C1"),
            ("notion.update_page", {"page_id": "p-1"}, "id", "p-1"),
            ("salesforce.customer_cases", {"email": "a@b.c"}, "totalSize", 1),
        ]
        for name, args, key, value in calls:
            with self.subTest(name):
                said = tool("try", name, folder, "--args", json.dumps(args))
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertEqual(json.loads(said.stdout)[key], value)
        again = tool("add", "stripe", folder)
        self.assertIn("is there already", again.stderr)
        self.assertEqual(tool("add", "stripe", folder, "--name", "payments").returncode, 0)
        self.assertEqual(tool("show", "payments.charge", folder).returncode, 0)

    def test_connectors_send_what_the_services_want(self):
        cases = [
            ("stripe", "charge", {"amount": "12.5", "currency": "EUR", "items": ["pizza", "coke"]},
             "POST", "/v1/charges", "amount=1250&currency=eur&description=pizza%20and%20coke"),
            ("stripe", "charge", {"amount": {"amount": "500", "currency": "JPY"}}, "POST", "/v1/charges", "amount=500&currency=jpy"),
            ("stripe", "charge", {"amount": "0.29", "currency": "kwd"}, "POST", "/v1/charges", "amount=290&currency=kwd"),
            ("stripe", "charge", {"amount": 7, "currency": "MGA"}, "POST", "/v1/charges", "amount=7&currency=mga"),
            ("stripe", "charge", {"amount": 7, "currency": "ISK"}, "POST", "/v1/charges", "amount=700&currency=isk"),
            ("stripe", "refund", {"charge": "ch_1"}, "POST", "/v1/refunds", "charge=ch_1"),
            ("jira", "label_issue", {"issue": "A-1", "add": ["x"], "remove": ["y"]}, "PUT", "/rest/api/2/issue/A-1",
             '{"update":{"labels":[{"add":"x"},{"remove":"y"}]}}'),
            ("jira", "transition_issue", {"issue": "A-1", "transition_id": "31"}, "POST", "/rest/api/2/issue/A-1/transitions",
             '{"transition":{"id":"31"}}'),
            ("notion", "create_page", {"page_id": "p", "properties": {}}, "POST", "/v1/pages",
             '{"properties":{},"parent":{"type":"page_id","page_id":"p"}}'),
            ("salesforce", "customer_cases", {"email": "o'neil\\@x.test", "limit": 3}, "GET",
             "/services/data/v60.0/query?q=SELECT%20Id%2C%20CaseNumber%2C%20Subject%2C%20Description%2C%20Status%2C%20CreatedDate%20FROM%20Case"
             "%20WHERE%20Contact.Email%20%3D%20%27o%5C%27neil%5C%5C%40x.test%27%20ORDER%20BY%20CreatedDate%20DESC%20LIMIT%203", None),
            ("salesforce", "upsert_record", {"object": "Case", "external_field": "T__c", "external_id": "a/b", "body": {"Status": "x"}},
             "PATCH", "/services/data/v60.0/sobjects/Case/T__c/a%2Fb", '{"Status":"x"}'),
            ("salesforce", "get_record", {"object": "Case", "id": "5", "fields": ["Id", "Status"]}, "GET",
             "/services/data/v60.0/sobjects/Case/5?fields=Id,Status", None),
        ]
        for connector, name, args, method, path, body in cases:
            with self.subTest(f"{connector}.{name} {args}"):
                said = tool("render", str(ROOT / "connectors" / f"{connector}.yaml"), stdin=json.dumps({"tool": name, "args": args}))
                request = json.loads(said.stdout)
                self.assertEqual((request["method"], request["body"]), (method, body))
                self.assertTrue(request["url"].endswith(path), request["url"])

    def test_a_service_s_own_description_comes_with_the_overlay_it_needs(self):
        (self.folder / "flows").mkdir()
        own = self.write("own.json", json.dumps({"openapi": "3.0.0", "paths": {
            "/v1/charges": {"post": {"operationId": "PostCharges"}, "get": {"operationId": "GetCharges"}}}}))
        added = tool("add", "stripe", str(self.folder), "--document", own)
        self.assertEqual(added.returncode, 0, added.stderr)
        self.assertTrue((self.folder / "tools" / "stripe.json").exists())
        effects = {one["id"]: one["effect"] for one in json.loads(tool("list", str(self.folder), "--json").stdout)}
        self.assertEqual(effects, {"stripe.GetCharges": "read", "stripe.PostCharges": "keyed"})
        none = tool("add", "salesforce", str(self.folder), "--document", own)
        self.assertEqual(none.returncode, 3)
        self.assertIn("there is no overlay", none.stderr)

    def test_what_cannot_be_added_is_refused_with_a_reason(self):
        url = self.serve()
        (self.folder / "flows").mkdir()
        cases = [
            (("graphql", STRIPE), 3, "looks like openapi, not graphql"),
            (("soap", STRIPE), 2, "one of github, jira, notion"),
            (("openapi", ""), 2, "a SOURCE is missing"),
            (("openapi", STRIPE, "--name", "My Shop"), 2, "cannot be the name of a connector"),
            (("openapi", url + "/moved", "--name", "shop"), 3, "it says the document is at /shop.yaml"),
            (("openapi", url + "/orders/1", "--name", "shop"), 3, "wants to know who asks (403)"),
            (("openapi", "http://127.0.0.1:1/x.json"), 3, "cannot be reached"),
        ]
        for (kind, source, *more), code, reason in cases:
            with self.subTest(reason):
                said = tool("add", kind, source, str(self.folder), *more)
                self.assertEqual(said.returncode, code, said.stderr)
                self.assertIn(reason, said.stderr)
                self.assertFalse((self.folder / "tools").exists())

    def test_a_tool_is_shown_and_tried_in_test_mode_and_live(self):
        url = self.serve()
        (self.folder / "tools").mkdir()
        self.write("tools/shop.yaml", SHOP)
        self.write("parley.yaml", "tools:\n  connectors:\n    shop:\n      server: " + url + "\n      credentials: {key: {secret: SHOP_KEY}}\n"
                   "egress: {internal_hosts: [127.0.0.1]}\n")
        folder, args = str(self.folder), ("--args", '{"id": "7"}')
        shown = json.loads(tool("show", "shop.order", folder, "--json").stdout)
        self.assertEqual((shown["url"], shown["effect"], shown["mode"]), (url + "/orders/{id}", "read", "test"))
        self.assertEqual(shown["credentials"], [["key"]])
        tried = tool("try", "shop.order", folder, *args)
        self.assertEqual((tried.returncode, json.loads(tried.stdout)), (0, {"id": "7", "paid": True}))
        self.assertIn("--live calls the service", tried.stderr)
        unset = tool("try", "shop.order", folder, *args, "--live")
        self.assertEqual(unset.returncode, 3)
        self.assertIn("PARLEY_SECRET_SHOP_KEY", unset.stderr)
        blocked = tool("try", "shop.order", folder, *args, "--live", PARLEY_SECRET_SHOP_KEY="s3cret",
                       PARLEY_EGRESS__INTERNAL_HOSTS="[]")
        self.assertEqual(blocked.returncode, 1)
        live = tool("try", "shop.order", folder, *args, "--live", PARLEY_SECRET_SHOP_KEY="s3cret")
        self.assertEqual((live.returncode, live.stderr), (0, ""))
        self.assertEqual(json.loads(live.stdout), {"id": "7", "paid": False})
        wrong = tool("try", "shop.order", folder, *args, "--live", PARLEY_SECRET_SHOP_KEY="wr0ng")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("not with [secret] (http_403)", wrong.stderr)
        misspelt = tool("try", "shop.oder", folder)
        self.assertEqual(misspelt.returncode, 1)
        self.assertIn("did you mean 'shop.order'?", misspelt.stderr)


unittest.main()
