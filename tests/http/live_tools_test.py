"""Tools that are called: a payment service of our own that checks what it is sent, and kill -9 in the middle of a call."""
import http.server
import json
import os
import subprocess
import threading

from parley_server import BINARY, ORDER, PATIENCE, Server, equal
from services import kill_during

KEY = "sk_test_1234567890"

SHOP = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.invalid"}]
security: [{key: []}]
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
paths:
  /charges:
    post:
      operationId: charge
      x-parley-effect: keyed
      x-parley-fields: [/id]
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [amount], properties: {amount: {type: integer}}}
  /mails:
    post:
      operationId: mail
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}}}
"""

MAIL = """\
id: mail
triggers: [{command: /mail}]
steps:
  - {id: send, type: tool, call: shop.mail, with: {text: hello}, save: sent}
  - {id: done, type: message, text: "Sent as {{ sent.id }}."}
"""

SETTINGS = """\
tools:
  mode: live
  connectors:
    shop:
      server: {url}
      credentials:
        key: {{secret: SHOP_KEY}}
egress:
  internal_hosts: ["127.0.0.1:{port}"]
"""


class Service:
    """Charges once for a key and gives the same answer again; refuses what a payment service would refuse."""

    def __init__(self):
        self.charges, self.mails, self.requests, self.refused = {}, [], [], []
        self.lock = threading.Lock()
        self.hold = False
        self.acted, self.go_on = threading.Event(), threading.Event()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                service.handle(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def complaint(self, request, body):
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return 401, "who are you?"
        if request.headers["Content-Type"] != "application/json" or not isinstance(body, dict):
            return 415, "JSON, please"
        if request.path == "/charges" and (set(body) != {"amount"} or not isinstance(body["amount"], int)):
            return 400, "an amount, and nothing else"
        if request.path == "/charges" and not request.headers["Idempotency-Key"]:
            return 400, "no key"
        if request.path == "/charges" and body["amount"] == 9:
            return 402, f"declined, says {KEY}"
        return None

    def handle(self, request):
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        body = json.loads(raw)
        with self.lock:
            complaint = self.complaint(request, body)
            self.requests.append((request.path, request.headers["Idempotency-Key"], raw))
            if complaint:
                self.refused.append(complaint)
                status, answer = complaint[0], {"error": {"message": complaint[1]}}
            elif request.path == "/charges":
                status = 200
                key = request.headers["Idempotency-Key"]
                answer = self.charges.setdefault(key, {"id": f"ch_{len(self.charges) + 1}", "echo": KEY})
            else:
                self.mails.append(body["text"])
                status, answer = 200, {"id": f"m_{len(self.mails)}"}
            hold = self.hold
        self.acted.set()
        if hold:
            self.go_on.wait(PATIENCE)
        text = json.dumps(answer).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            pass  # whoever asked was killed


def live_server(service, **more):
    server = Server(flows={"order": ORDER, "mail": MAIL}, environment={"PARLEY_SECRET_SHOP_KEY": KEY, **more})
    (server.folder / "tools" / "shop.yaml").write_text(SHOP)
    url = f"http://127.0.0.1:{service.port}"
    (server.folder / "parley.yaml").write_text(SETTINGS.format(url=url, port=service.port))
    return server


def ask_for(server, count):
    """A conversation that waits only for the number that starts the payment."""
    conversation = server.chat(message="/order").json["conversation_id"]
    server.chat(conversation_id=conversation, message="pizza")
    return conversation


def said(server, conversation):
    turns = server.get(f"/v1/conversations/{conversation}/turns").json["data"]
    return [message["text"] for turn in turns for message in turn["messages"]]


def test_a_charge_is_made_as_described_and_shows_no_secret():
    with Service() as service, live_server(service) as server:
        conversation = ask_for(server, 3)
        answer = server.chat(conversation_id=conversation, message="3").json
        equal(answer["text"].splitlines()[0], "3 pizza coming, receipt ch_1.")
        assert not answer.get("test_mode"), answer
        equal(service.refused, [])
        equal([(path, json.loads(raw)) for path, _, raw in service.requests], [("/charges", {"amount": 3})])
        declined = ask_for(server, 9)
        server.chat(conversation_id=declined, message="9")
        equal(service.refused, [(402, f"declined, says {KEY}")])
        server.stop()
        stored = b"".join(path.read_bytes() for path in (server.root / "data").rglob("*") if path.is_file())
        assert b"http_402" in stored and b"ch_1" in stored
        assert KEY.encode() not in stored, "the key is in the data folder"
        assert KEY not in server.output, "the key is in the log"


def test_a_kill_during_a_charge_charges_once_and_the_conversation_goes_on():
    with Service() as service, live_server(service) as server:
        conversation = ask_for(server, 3)
        kill_during(server, service, lambda: server.chat(conversation_id=conversation, message="3"))
        equal(len(service.charges), 1)
        server.start()
        server.wait_for("conversations resumed")
        equal(len(service.charges), 1)
        equal(len(service.requests), 2)
        equal(service.requests[0], service.requests[1])  # the same path, key and bytes
        assert "3 pizza coming, receipt ch_1." in said(server, conversation), said(server, conversation)
        answer = server.chat(conversation_id=conversation, message="/order").json
        equal(answer["text"], "Pizza or salad?")


def test_a_call_in_doubt_is_not_repeated_but_shown_to_a_person():
    with Service() as service, live_server(service) as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        kill_during(server, service, lambda: server.chat(conversation_id=conversation, message="/mail"))
        server.start()
        server.wait_for("conversations resumed")
        equal(service.mails, ["hello"])
        reviews = server.get("/v1/reviews?status=open").json["data"]
        equal([(r["kind"], r["title"]) for r in reviews], [("outcome", "Did shop.mail happen?")])
        equal(reviews[0]["conversation_id"], conversation)
        equal(service.mails, ["hello"])


def test_a_service_that_breaks_leaves_an_unsafe_call_in_doubt_without_any_kill():
    with Service() as service, live_server(service) as server:
        service.complaint = lambda request, body: (503, "away")
        server.chat(message="/mail")
        reviews = server.get("/v1/reviews?status=open").json["data"]
        equal([(r["kind"], r["title"]) for r in reviews], [("outcome", "Did shop.mail happen?")])
        equal(len(service.requests), 1)


def test_hosts_inside_are_called_only_when_the_settings_name_them():
    with Service() as service, live_server(service) as server:
        settings = server.folder / "parley.yaml"
        settings.write_text(settings.read_text().split("egress:")[0].split("      credentials:")[0])
        shop = server.folder / "tools" / "shop.yaml"
        shop.write_text(shop.read_text().replace("security: [{key: []}]\n", ""))
        server.stop()
        server.start()
        conversation = ask_for(server, 3)
        server.chat(conversation_id=conversation, message="3")
        equal(service.requests, [])


def test_a_missing_secret_stops_the_start():
    with Service() as service, live_server(service) as server:
        server.stop()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_SECRET")}
        environment["PARLEY_SERVER__DATA_DIR"] = str(server.root / "data")
        failed = subprocess.run(
            [BINARY, "serve", str(server.folder)], capture_output=True, text=True, env=environment, timeout=PATIENCE
        )
        equal(failed.returncode, 3)
        assert "the secret SHOP_KEY of the credential 'key' is not set" in failed.stderr, failed.stderr
        assert "PARLEY_SECRET_SHOP_KEY" in failed.stderr, failed.stderr
