"""Tools of servers that others wrote: GraphQL (graphql-yoga), JSON-RPC (jayson), and the reference server of MCP over HTTP and as a program."""
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

from npm_packages import installed
from parley_server import BINARY, PATIENCE, equal

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ("graphql@16.11.0", "graphql-yoga@5.24.1", "jayson@5.0.0", "@modelcontextprotocol/server-everything@2026.8.31")
EVERYTHING = "@modelcontextprotocol/server-everything/dist/index.js"

METHODS = {
    "openrpc": "1.3.2",
    "info": {"title": "Calculator", "version": "1"},
    "methods": [
        {"name": "add", "x-parley-effect": "read", "params": [{"name": n, "required": True, "schema": {}} for n in ("a", "b")]},
        {"name": "greet", "paramStructure": "by-name", "x-parley-effect": "read",
         "params": [{"name": "name", "required": True, "schema": {"type": "string"}}, {"name": "loud", "schema": {"type": "boolean"}}]},
        {"name": "fail", "params": []},
        {"name": "nothing_here", "params": []},
    ],
}


class Assistant:
    """A folder whose connectors are called on this machine, used from the command line."""

    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.home.name)
        (self.folder / "flows").mkdir()
        (self.folder / "parley.yaml").write_text("egress: {allow_internal: true}\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.home.cleanup()

    def tool(self, *words):
        return subprocess.run([BINARY, "tool", *words], capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder, env=os.environ)

    def add(self, *words):
        done = self.tool("add", *words)
        equal((done.returncode, done.stderr if done.returncode else ""), (0, ""))

    def call(self, tool, **args):
        """The result, or the failure's last line."""
        done = self.tool("try", tool, "--live", "--args", json.dumps(args))
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip().splitlines()[0]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)


class Peers:
    def __init__(self, modules):
        self.process = subprocess.Popen(["node", HERE / "peers.mjs", modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.graphql, self.rpc = (f"http://127.0.0.1:{port}" for port in self.process.stdout.readline().split())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE)


def test_fields_of_graphql_yoga():
    modules = installed(*PACKAGES)
    if not modules:
        return
    with Peers(modules) as peers, Assistant() as assistant:
        answer = subprocess.run(
            ["node", "-e", "const {getIntrospectionQuery} = require('graphql'); process.stdout.write(getIntrospectionQuery())"],
            capture_output=True, text=True, cwd=modules.parent, check=True).stdout
        import urllib.request
        request = urllib.request.Request(peers.graphql + "/graphql", json.dumps({"query": answer}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as introspected:
            (assistant.folder / "library.json").write_bytes(introspected.read())
        assistant.add("graphql", "library.json", "--name", "library")
        (assistant.folder / "parley.yaml").write_text(
            f"egress: {{allow_internal: true}}\ntools: {{connectors: {{library: {{server: \"{peers.graphql}/graphql\"}}}}}}\n")
        equal(assistant.call("library.book", id="1"),
              {"__typename": "Book", "id": "1", "title": "Emma", "tags": ["novel"], "author": {"__typename": "Author", "name": "Jane Austen", "born": 1775}})
        added = assistant.call("library.addBook", input={"title": "Persuasion", "tags": ["novel", '"} { secrets']})
        equal((added["id"], added["author"]["name"], added["tags"]), ("2", "unknown", ["novel", '"} { secrets']))
        equal([book["title"] for book in assistant.call("library.books", order="AGE", limit=5)], ["Emma", "Persuasion"])
        assert "books are not burnt here (graphql_error)" in assistant.call("library.burn", id="1")
        assert "(invalid_arguments)" in assistant.call("library.addBook", input={"tags": []})


def test_methods_of_jayson():
    modules = installed(*PACKAGES)
    if not modules:
        return
    with Peers(modules) as peers, Assistant() as assistant:
        (assistant.folder / "calc.json").write_text(json.dumps({**METHODS, "servers": [{"url": peers.rpc}]}))
        assistant.add("openrpc", "calc.json")
        equal(assistant.call("calc.add", a=2, b=40), 42)
        equal(assistant.call("calc.greet", name="ana", loud=True), {"text": "HELLO ANA"})
        assert "(rpc_-32602)" in assistant.call("calc.add", a="x", b=1)
        assert "no luck (rpc_1001)" in assistant.call("calc.fail")
        assert "(rpc_-32601)" in assistant.call("calc.nothing_here")


def use_everything(assistant):
    listed = json.loads(assistant.tool("list", "--json").stdout)
    names = {one["id"] for one in listed}
    assert {"everything.echo", "everything.get-sum", "everything.get-structured-content"} <= names, names
    equal(assistant.call("everything.echo", message="hello"), "Echo: hello")
    weather = assistant.call("everything.get-structured-content", location="New York")
    equal(set(weather), {"temperature", "conditions", "humidity"})


def test_the_reference_server_of_mcp_over_http():
    modules = installed(*PACKAGES)
    if not modules:
        return
    port = free_port()
    process = subprocess.Popen(
        ["node", modules / EVERYTHING, "streamableHttp"], env={**os.environ, "PORT": str(port)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        with Assistant() as assistant:
            assistant.add("mcp", f"http://127.0.0.1:{port}/mcp", "--name", "everything")
            use_everything(assistant)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_the_reference_server_of_mcp_as_a_program():
    modules = installed(*PACKAGES)
    if not modules:
        return
    with Assistant() as assistant:
        program = ["node", str(modules / EVERYTHING), "stdio"]
        assistant.add("mcp", " ".join(program), "--name", "everything")
        (assistant.folder / "parley.yaml").write_text(
            json.dumps({"tools": {"connectors": {"everything": {"command": program}}}}))
        use_everything(assistant)
