"""Signing in for an MCP server that says itself where: the example server of the protocol's TypeScript SDK with its demonstration authorization
server. Where to sign in is found out, a client is registered, the token is asked for that server and for nothing else."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.parse

from npm_packages import installed
from parley_server import BINARY, PATIENCE, Server, equal
from sign_in_test import Browser, free_port
from peers_test import wait_for_port

PACKAGE = "@modelcontextprotocol/sdk@1.32.2"
EXAMPLE = "@modelcontextprotocol/sdk/dist/esm/examples/server/simpleStreamableHttp.js"

GREET = """\
id: greet
triggers: [{command: /greet}]
steps:
  - {id: call, type: tool, call: hello.greet, with: {name: Ana}, save: said, on_error: failed}
  - {id: show, type: message, text: "It said: {{said}}", next: end}
  - {id: failed, type: message, text: "No: {{error.code}} {{error.message}}"}
"""


class Example:
    def __init__(self, modules, *flags):
        self.port, self.auth_port = free_port(), free_port()
        environment = {**os.environ, "MCP_PORT": str(self.port), "MCP_AUTH_PORT": str(self.auth_port)}
        self.process = subprocess.Popen(
            ["node", modules / EXAMPLE, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )

    def __enter__(self):
        for port in (self.port, self.auth_port):
            wait_for_port(port, self.process)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)


def assistant(example, hosts=None):
    port = free_port()
    server = Server(flows={"greet": GREET}, environment={"PARLEY_SERVER__LISTEN": f"127.0.0.1:{port}"})
    url = f"http://localhost:{example.port}/mcp"
    tool = {"name": "greet", "description": "Greets.", "annotations": {"readOnlyHint": True},
            "inputSchema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}
    (server.folder / "tools" / "hello.json").write_text(json.dumps({"mcp": {"url": url}, "tools": [tool]}))
    (server.folder / "parley.yaml").write_text(json.dumps({
        "tools": {"mode": "live", "connectors": {"hello": {"credentials": {"people": {"kind": "discover"}}}}},
        "egress": {"internal_hosts": hosts or [f"localhost:{example.port}", f"localhost:{example.auth_port}"]},
    }))
    return server


def test_where_to_sign_in_is_found_out_and_the_conversation_goes_on():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Example(modules, "--oauth", "--oauth-strict") as example, assistant(example) as server:
        answer = server.chat(message="/greet").json
        link = re.search(r"https?://\S+", answer["text"])
        assert link, answer["text"]
        browser = Browser()
        assert "You are signed in at hello." in browser.allow(link.group()), browser.page
        assert browser.asked.startswith(f"http://localhost:{example.auth_port}/authorize?"), browser.asked
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.asked).query)
        equal(asked["resource"], [f"http://localhost:{example.port}/mcp"])
        equal((asked["code_challenge_method"], asked["scope"]), (["S256"], ["mcp:tools"]))
        turn = server.chat(message=browser.code(), conversation_id=answer["conversation_id"]).json
        equal(turn["messages"][0]["text"], "It said: Hello, Ana!")
        # The client is registered once: a restart finds nothing out again, another conversation is the same client.
        server.kill()
        server.start()
        again = server.chat(message="/greet").json["text"]
        browser.allow(re.search(r"https?://\S+", again).group())
        equal(urllib.parse.parse_qs(urllib.parse.urlsplit(browser.asked).query)["client_id"], asked["client_id"])
        said = server.chat(message="/greet", conversation_id=answer["conversation_id"]).json["text"]
        assert said.startswith("It said: Hello, Ana!"), said


def test_an_authorization_server_that_may_not_be_called_is_not_called():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Example(modules, "--oauth") as example, assistant(example, [f"localhost:{example.port}"]) as server:
        text = server.chat(message="/greet").json["text"]
        assert text.startswith("No: no_token"), text
        assert "http" not in text.replace("https:", ""), text


def test_the_tools_of_a_protected_server_are_listed_by_who_signs_in_from_the_command_line():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Example(modules, "--oauth", "--oauth-strict") as example, tempfile.TemporaryDirectory() as folder:
        url = f"http://localhost:{example.port}/mcp"
        add = [BINARY, "tool", "add", "mcp", url, folder, "--name", "hello"]
        refused = subprocess.run(add, capture_output=True, text=True, timeout=PATIENCE)
        equal(refused.returncode, 3)
        assert "wants to know who asks" in refused.stderr and "--sign-in" in refused.stderr and "--secret NAME" in refused.stderr, refused.stderr
        adding = subprocess.Popen([*add, "--sign-in"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address = next(line.strip() for line in adding.stderr if line.strip().startswith("http"))
        callback = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["redirect_uri"][0]
        # Whoever else knocks there is not taken for the person.
        stranger = Browser()
        equal(stranger.open_status(callback.replace("/callback", "/elsewhere"), None), 404)
        stranger.open(callback + "?code=x&state=forged")
        assert "Go on in the terminal" in Browser().open(address)
        said, hints = adding.communicate(timeout=PATIENCE)
        equal(adding.returncode, 0)
        assert said.startswith(f"{folder}/tools/hello.json: ") and "people: {kind: discover}" in hints, (said, hints)
        listed = json.loads((pathlib.Path(folder) / "tools" / "hello.json").read_text())
        assert any(tool["name"] == "greet" for tool in listed["tools"]), listed
