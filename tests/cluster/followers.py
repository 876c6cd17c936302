"""Listeners to conversations that connect again whenever they are cut off, and the book of what each has heard."""
import contextlib
import http.client
import json
import threading

from chat_test import WebSocket
from parley_server import PATIENCE

SILENT = 20  # seconds without a word; the server says something every 15


class Follower(threading.Thread):
    """Hears one conversation until it is told the last turn to wait for."""

    def __init__(self, server, conversation, token, from_start=True):
        super().__init__(daemon=True)
        self.server, self.conversation, self.token = server, conversation, token
        self.last = "0" if from_start else None  # the id heard last
        self.turns = []  # (turn, sequence) as heard
        self.connections = 0
        self.problems = []
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.start()

    def run(self):
        while not self.stopping.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ConnectionError):
                self.listen()
            self.stopping.wait(0.02)

    def listen(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=SILENT)
        with contextlib.closing(connection):
            headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"}
            if self.last is not None:
                headers["Last-Event-ID"] = self.last
            connection.request("GET", f"/v1/events?conversation={self.conversation}", None, headers)
            response = connection.getresponse()
            if response.status != 200:
                if response.status not in (502, 503, 504):
                    self.problems.append(f"{response.status} for {self.conversation}: {response.read()[:200]}")
                return
            self.connections += 1
            self.read(response)

    def read(self, response):
        event = {}
        while not self.stopping.is_set() and (line := response.readline()):
            line = line.decode().rstrip("\n")
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
                continue
            if event.get("event") == "turn":
                self.hear(json.loads(event["data"])["turn"], int(event["id"]))
            if "id" in event:
                self.last = event["id"]
            event = {}

    def hear(self, turn, sequence):
        with self.changed:
            self.turns.append((turn, sequence))
            self.changed.notify_all()

    def wait_for(self, turn):
        with self.changed:
            return self.changed.wait_for(lambda: any(heard == turn for heard, _ in self.turns), PATIENCE)

    def stop(self):
        self.stopping.set()

    def compare(self, stored):
        """What does not fit with the turns that the store has."""
        wrong = list(self.problems)
        heard = [turn for turn, _ in self.turns]
        expected = [turn["turn"] for turn in stored if turn["user"] or turn["messages"]]
        if heard != expected:
            doubled = sorted({turn for turn in heard if heard.count(turn) > 1})
            lost = sorted(set(expected) - set(heard))
            kind = type(self).__name__
            wrong.append(f"{kind} of {self.conversation} heard {len(heard)} of {len(expected)} turns; doubled {doubled[:5]}, lost {lost[:5]}")
        sequences = [sequence for _, sequence in self.turns]
        if sequences != sorted(set(sequences)):
            wrong.append(f"the follower of {self.conversation} heard sequences that do not rise")
        return wrong


class SocketFollower(Follower):
    """The same over a WebSocket."""

    def listen(self):
        try:
            socket = WebSocket(self.server)
        except IndexError:
            return  # cut off before an answer
        try:
            if socket.status != 101:
                if socket.status not in (502, 503, 504):
                    self.problems.append(f"{socket.status} for a WebSocket")
                return
            self.connections += 1
            socket.send(type="subscribe", conversation_id=self.conversation, token=self.token, after=int(self.last or 0))
            while not self.stopping.is_set():
                message = self.receive(socket)
                if message is None:
                    return
                if message["type"] == "error":
                    self.problems.append(f"{message} for {self.conversation}")
                if message["type"] == "turn":
                    self.hear(message["data"]["turn"], message["sequence"])
                if "sequence" in message:
                    self.last = str(message["sequence"])
        finally:
            socket.close()

    def receive(self, socket):
        """The next message; pings are not answered, the proxy lives on without. None: closed."""
        while True:
            try:
                message = socket.receive()
            except ValueError:
                raise ConnectionError("cut off") from None
            if isinstance(message, dict):
                return message
            if message[0] == 0x88:
                return None
