"""A server of our own for one test: an assistant's folder, a data folder, the process, and a plain HTTP client."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

BINARY = os.environ.get("PARLEY_BINARY", "build/dev/server/parley")
PATIENCE = 30  # seconds until something that must happen counts as failed; generous, for slow machines

ORDER = """\
id: order
version: "1"
triggers:
  - command: /order
slots:
  item:
    type: choice
    choices: [pizza, salad]
    ask: "Pizza or salad?"
  count:
    type: integer
    ask: "How many?"
    min: 1
    max: 10
steps:
  - id: collect
    type: input
    gather: [item, count]
  - id: pay
    type: tool
    call: shop.charge
    with:
      amount: "{{ count }}"
    save: receipt
  - id: done
    type: message
    text: "{{ count }} {{ item }} coming, receipt {{ receipt.id }}."
"""

HELP = """\
id: help
triggers:
  - command: /human
steps:
  - id: hand
    type: handoff
    queue: support
"""

SHOP = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /charges:
    post:
      operationId: charge
      summary: Take money.
      x-parley: {effect: keyed}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [amount]
              properties:
                amount: {type: integer}
      responses:
        "200":
          description: Done.
          content:
            application/json:
              example: {id: test_1}
"""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json["error"]["code"]


def collect(stream, lines, changed):
    for line in stream:
        with changed:
            lines.append(line)
            changed.notify_all()
    with changed:
        lines.append("\x00end")
        changed.notify_all()


class Server:
    """`with Server() as server:` starts it; stop(), kill() and start() may be called in between."""

    own_group = False  # whether the process leads a group of its own

    def __init__(self, flows=None, environment=None):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="parley-http-"))
        self.folder = self.root / "bot"
        (self.folder / "flows").mkdir(parents=True)
        (self.folder / "tools").mkdir()
        for name, text in (flows if flows is not None else {"order": ORDER, "help": HELP}).items():
            self.write_flow(name, text)
        if flows is None:
            (self.folder / "tools" / "shop.yaml").write_text(SHOP)
        self.environment = environment or {}
        self.process = None

    def write_flow(self, name, text):
        (self.folder / "flows" / f"{name}.yaml").write_text(text)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.root, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def launch(self):
        environment = {
            **os.environ,
            "PARLEY_SERVER__LISTEN": "127.0.0.1:0",
            "PARLEY_SERVER__DATA_DIR": str(self.root / "data"),
            **self.environment,
        }
        # Each process has its own lines: the collector of one that was stopped may still be reading its end.
        self.lines, self.changed = [], threading.Condition()
        self.process = subprocess.Popen(
            [BINARY, "serve", str(self.folder)],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=self.own_group,
        )
        collector = (self.process.stderr, self.lines, self.changed)
        threading.Thread(target=collect, args=collector, daemon=True).start()

    def start(self):
        self.launch()
        banner = self.wait_for(r"Chat +http://[^:]+:(\d+)/")
        self.port = int(banner.group(1))
        self.wait_for("Ctrl-C to stop")

    @property
    def output(self):
        with self.changed:
            return "".join(self.lines)

    def wait_for(self, pattern):
        """The first match in what the server has printed since it was started."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while True:
                text = "".join(self.lines)
                if match := re.search(pattern, text):
                    return match
                left = deadline - time.monotonic()
                if left <= 0 or "\x00end" in text:
                    raise AssertionError(f"the server did not print {pattern!r}, but:\n{text}")
                self.changed.wait(left)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait(PATIENCE)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    # ---- requests

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method, path, body=None, token=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())

    def get(self, path, token=None, **headers):
        return self.request("GET", path, None, token, **headers)

    def post(self, path, body, token=None, **headers):
        return self.request("POST", path, body, token, **headers)

    def chat(self, token=None, headers=None, **body):
        return self.post("/v1/chat", body, token, **(headers or {}))

    def open_stream(self, method, path, body=None, token=None, **headers):
        return Stream(self, method, path, body, token, headers)


class Stream:
    """A text/event-stream answer; events() gives (event, data, id) as they come."""

    def __init__(self, server, method, path, body, token, headers):
        self.connection = server.connect()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Accept"] = "text/event-stream"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        self.response = self.connection.getresponse()
        self.status, self.headers = self.response.status, self.response.headers

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def events(self):
        event = {}
        while line := self.response.readline():
            line = line.decode().rstrip("\n")
            if not line:
                if "data" in event:
                    yield event.get("event"), json.loads(event["data"]), event.get("id")
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value

    def until(self, wanted):
        """Events up to the first of that name, as a list."""
        seen = []
        for event in self.events():
            seen.append(event)
            if event[0] == wanted:
                return seen
        raise AssertionError(f"the stream ended without {wanted}: {seen}")


class WebSocket:
    """The client's half of RFC 6455, as far as the tests need it."""

    def __init__(self, server, path="/v1/ws", **headers):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *(f"{n}: {v}" for n, v in headers.items()), "", "",
        ]
        self.socket.sendall("\r\n".join(lines).encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline().strip():
            pass

    def send(self, **message):
        payload = json.dumps(message).encode()
        mask = os.urandom(4)
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(payload))
        self.socket.sendall(b"\x81" + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def receive(self):
        opcode, size = self.stream.read(2)
        if size == 126:
            size = struct.unpack(">H", self.stream.read(2))[0]
        payload = self.stream.read(size)
        return json.loads(payload) if opcode == 0x81 else (opcode, payload)

    def until(self, wanted):
        seen = []
        while not seen or seen[-1]["type"] != wanted:
            seen.append(self.receive())
        return seen

    def close(self):
        self.stream.close()
        self.socket.close()


def equal(actual, expected, about=""):
    assert actual == expected, f"expected {expected!r}, got {actual!r} {about}".rstrip()
