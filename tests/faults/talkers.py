"""Six clients that keep talking to a server which keeps dying, and the comparison of their book with the server's.

Each sends its next message when the last is answered, and the same message with the same key until it is. Half of them
write in a flow that answers every message, the others order and pay, so that calls of tools are under way as well."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import parley_server  # noqa: E402
import power_cut  # noqa: E402
from parley_server import ORDER, SHOP  # noqa: E402

CLIENTS = 6
# In small in every run of the tests, at length by `make soak`.
SOAK = bool(os.environ.get("PARLEY_SOAK"))

NOTES = """\
id: notes
triggers:
  - command: /notes
slots:
  said: {type: text, ask: "What?", ask_if: always}
steps:
  - {id: listen, type: input, gather: [said]}
  - {id: answer, type: message, text: "Noted: {{ said }}."}
  - {id: again, type: goto, step: listen}
"""


class Server(parley_server.Server):
    """In a process group of its own, which is what is killed."""

    own_group = True

    def __init__(self, environment=None):
        super().__init__(flows={"notes": NOTES, "order": ORDER}, environment=environment)
        (self.folder / "tools" / "shop.yaml").write_text(SHOP)
        self.kills = 0

    def kill_group(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(parley_server.PATIENCE)
        self.kills += 1


    def faulty(self, **more):
        """From the next start on it runs on the machine of faulty_disk.cpp."""
        self.flags = self.root / "flags"
        self.flags.mkdir()
        self.notes = self.root / "notes"
        self.environment = {
            "LD_PRELOAD": os.environ["PARLEY_FAULTY_DISK"],
            "FAULTY_ROOT": str(self.root / "data"),
            "FAULTY_NOTES": str(self.notes),
            "FAULTY_FLAGS": str(self.flags),
            **more,
        }

    def cut_power(self, dice, torn):
        """How many writes had not been synced and are undone."""
        self.kill_group()
        undone = power_cut.cut(self.notes, dice, torn)
        # Shared memory is no file to be found again.
        (self.root / "data" / "tenants" / "default.db-shm").unlink(missing_ok=True)
        return undone


class Talkers:
    """`with Talkers(server) as talkers:` lets them talk; at the end they finish what they were saying."""

    refusing = (503,)  # answers after which the same is sent again
    reader = {}  # the token with which turns are read, where callers are not taken for the owner

    def __init__(self, server, seed):
        self.server, self.seed = server, seed
        self.book = []  # (client, conversation, turn, message, body of the answer)
        self.errors = []
        self.refusals = 0
        self.cuts = 0  # connections that ended without an answer
        self.tokens = {}  # of each client's conversation
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.up = threading.Event()  # the server runs
        self.threads = [threading.Thread(target=self.guarded, args=(i,)) for i in range(CLIENTS)]

    def __enter__(self):
        self.up.set()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def acknowledged(self):
        with self.lock:
            return len(self.book)

    def guarded(self, client):
        try:
            self.talk(client)
        except Exception as problem:  # told by compare()
            self.errors.append(f"client {client}: {problem!r}")

    def talk(self, client):
        dice = random.Random(self.seed * 100 + client)
        orders = client % 2 == 1
        conversation = token = None
        for number in itertools.count():
            if self.stopping.is_set():
                return
            if orders:
                message = ("/order", dice.choice(["pizza", "salad"]), str(dice.randint(1, 9)))[number % 3]
            else:
                message = "/notes" if number == 0 else f"note {client} {number}"
            body = {"message": message, "user_id": f"u{client}"}
            if conversation:
                body["conversation_id"] = conversation
            answer = self.say_until_answered(body, f"key-{self.seed}-{client}-{number}", token)
            told = json.loads(answer)
            conversation = told["conversation_id"]
            token = self.tokens[client] = told.pop("token", None) or token
            with self.lock:
                self.book.append((client, conversation, told["turn"], message, told))

    def say_until_answered(self, body, key, token):
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        for attempt in itertools.count():
            if attempt > 2000:
                raise AssertionError(f"{body} was never answered")
            self.up.wait(parley_server.PATIENCE)
            try:
                with contextlib.closing(self.server.connect()) as connection:
                    connection.request("POST", "/v1/chat", json.dumps(body), headers)
                    response = connection.getresponse()
                    text = response.read()
                    if response.status == 200:
                        return text
                    if response.status in self.refusing:
                        self.refusals += 1
                    else:
                        raise AssertionError(f"{response.status} for {body}: {text[:300]}")
            except (OSError, http.client.HTTPException):
                self.cuts += 1  # the server is gone
            self.stopping.wait(0.01)

    def turns_of(self, conversation):
        turns, after = [], 0
        while True:
            answer = self.server.get(f"/v1/conversations/{conversation}/turns?after={after}&limit=100", **self.reader)
            if answer.status == 404:
                return []  # it is gone
            page = answer.json
            turns += page["data"]
            if not page["has_more"]:
                return turns
            after = turns[-1]["turn"]

    def compare(self):
        """What does not fit: every acknowledged turn is there once, in its order, as it was told."""
        wrong = list(self.errors)
        stored = {conversation: self.turns_of(conversation) for conversation in {entry[1] for entry in self.book}}
        last = {}
        for client, conversation, turn, message, told in self.book:
            found = [t for t in stored[conversation] if t["turn"] == turn]
            if len(found) != 1:
                wrong.append(f"turn {turn} of {conversation} ({message}) is there {len(found)} times")
                continue
            if (found[0]["user"] or {}).get("text") != message:
                wrong.append(f"turn {turn} of {conversation} holds {found[0]['user']} instead of {message}")
            texts = "\n".join(m["text"] for m in found[0]["messages"])
            if texts != told["text"]:
                wrong.append(f"turn {turn} of {conversation} says {texts!r}, but {told['text']!r} was told")
            if turn <= last.get(client, 0):
                wrong.append(f"turn {turn} of {conversation} came after {last[client]}")
            last[client] = turn
        for conversation, turns in stored.items():
            notes = [t["user"]["text"] for t in turns if t["user"] and t["user"]["text"].startswith("note ")]
            if len(notes) != len(set(notes)):
                wrong.append(f"{conversation} took a message twice")
        return wrong


def none(wrong):
    assert not wrong, f"{len(wrong)} violations, the first: " + "; ".join(wrong[:5])
