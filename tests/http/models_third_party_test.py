"""Our client of models against LLMock, a server that others wrote: it breaks calls on purpose and judges how a client takes it.
Left out where its package cannot be had."""
import json
import socket
import subprocess
import time
import urllib.request

import packages
from parley_server import PATIENCE, Server, equal

WRITE = """\
id: write
triggers: [{command: /write}]
steps:
  - {id: text, type: generate, prompt: Greet the customer., with: {said: "{{message}}"}, timeout: 20s, on_error: sorry, next: end}
  - {id: sorry, type: message, text: "error {{error.code}}"}
"""
SORT = """\
id: sort
triggers: [{command: /sort}]
steps:
  - {id: kind, type: classify, text: It never came., labels: {delivery: late parcels, product: broken}, save: kind}
  - {id: say, type: message, text: "kind {{kind.label}}", next: end}
"""
LOOK = """\
id: look
triggers: [{command: /look}]
steps:
  - {id: work, type: agent, goal: Sum up the tickets., tools: [text.summarise], allow: text.summarise, next: end}
"""
QUIET = "id: repair.completed\nsteps: [{id: quiet, type: end}]\n"

FAULTS = {
    "slow down": ({"type": "fail", "status": 429, "retry_after": 1}, None),
    "not now": ({"type": "fail", "status": 503}, None),
    "wrong key": ({"type": "fail", "status": 401}, "error unauthenticated"),
    "not understood": ({"type": "fail", "status": 400}, "error model_request"),
    "dropped": ({"type": "stream_fault", "kind": "disconnect"}, None),
    "cut short": ({"type": "stream_fault", "kind": "truncate", "after_chunks": 3}, None),
    "not JSON": ({"type": "stream_fault", "kind": "malformed"}, None),
    "silent": ({"type": "stream_fault", "kind": "stall", "stall_seconds": 30}, None),
}


class LLMock:
    def __init__(self):
        self.program = packages.programs("llmock") / "llmock"

    def __enter__(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [self.program, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.call("GET", "/v1/models")
                return self
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())


def check(llmock, api):
    server = Server({"write": WRITE, "sort": SORT, "look": LOOK, "quiet": QUIET})
    (server.folder / "parley.yaml").write_text(
        f'models: [{{name: mock, use: "{llmock.url}/v1#gpt-4o", api: {api}, stall_seconds: 1}}]\nunderstanding: matchers\n'
    )
    with server:
        equal(server.chat(message="/sort").json["text"], "kind delivery")
        assert server.chat(message="/look").json["text"], "the agent comes to an end"
        for name, (fault, expected) in FAULTS.items():
            llmock.call("POST", "/_llmock/scenario", {"behaviors": [{**fault, "times": 1}]})
            with server.open_stream("POST", "/v1/chat", {"message": f"/write {api} {name}"}) as stream:
                text = stream.until("turn.committed")[-1][1]["text"]
            assert text == expected if expected else "gpt-4o" in text, (api, name, text)


def test_a_server_of_others_finds_nothing_to_complain_about():
    try:
        llmock = LLMock()
    except packages.Unreachable as why:
        print(f"skipped: {why}")
        return
    with llmock:
        for api in ("chat", "responses"):
            check(llmock, api)
        verdict = llmock.call("GET", "/_llmock/verdict")
        equal((verdict["passed"], verdict["findings"]), (True, []))
        assert verdict["faults_injected"] == 2 * len(FAULTS), verdict
