"""Three servers on one PostgreSQL, killed and paused at random while clients talk to whichever they reach. Three books are
compared: what clients were told, what the store holds, what the payment service has done."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import parley_server
from parley_server import ORDER, equal
from postgres_test import Cluster
from talkers import NOTES, SOAK, Server, Talkers, none

SERVERS = 3
ROUNDS = 200 if SOAK else 8
POOLED_ROUNDS = 100 if SOAK else 4
LEASE = 5  # seconds; a pause beyond it costs a server its registration
IMPATIENT = 4  # seconds until a client asks another server

SHOP = """\
openapi: 3.1.0
info: {{title: Shop, version: "1"}}
servers: [{{url: "http://127.0.0.1:{port}"}}]
paths:
  /charges:
    post:
      operationId: charge
      x-parley-effect: keyed
      requestBody:
        required: true
        content:
          application/json:
            schema: {{type: object, required: [amount], properties: {{amount: {{type: integer}}}}}}
"""
SETTINGS = """\
tools:
  mode: live
egress:
  internal_hosts: ["127.0.0.1:{port}"]
"""


class Payments:
    """Charges once for a key, slowly, and gives the same receipt again."""

    def __init__(self):
        self.charges, self.calls, self.wrong = {}, 0, []
        self.lock = threading.Lock()
        payments = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                payments.handle(self)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # whoever asked was killed

        self.server = Listener(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, request):
        amount = json.loads(request.rfile.read(int(request.headers["Content-Length"])))["amount"]
        key = request.headers["Idempotency-Key"]
        with self.lock:
            self.calls += 1
            charge = self.charges.setdefault(key, {"id": f"ch{len(self.charges) + 1}", "amount": amount})
            if charge["amount"] != amount:
                self.wrong.append(f"{key} came with {charge['amount']} and with {amount}")
            pause = self.calls % 7 * 0.02
        time.sleep(pause)  # a service takes time, so that turns are open when servers die
        text = json.dumps({"id": charge["id"]}).encode()
        with contextlib.suppress(OSError):
            request.send_response(200)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class OneOfThree(Server):
    def __init__(self, url, payments):
        super().__init__(environment={"PARLEY_STORE__URL": url})
        self.write_flow("notes", NOTES)
        self.write_flow("order", ORDER)
        (self.folder / "tools" / "shop.yaml").write_text(SHOP.format(port=payments.port))
        (self.folder / "parley.yaml").write_text(SETTINGS.format(port=payments.port))

    def signal(self, which):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, which)


class Fleet:
    """Looks like one server, and is any of them: no client stays with one."""

    def __init__(self, url, payments):
        self.servers = [OneOfThree(url, payments) for _ in range(SERVERS)]
        self.dice = random.Random(9)

    def __enter__(self):
        first = self.servers[0]
        first.start()
        for server in self.servers[1:]:
            (server.root / "data").mkdir()
            shutil.copy(first.root / "data" / "secret.key", server.root / "data" / "secret.key")
            server.start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.signal(signal.SIGCONT)
            server.__exit__()

    def connect(self):
        port = self.dice.choice(self.servers).port
        return http.client.HTTPConnection("127.0.0.1", port, timeout=IMPATIENT)

    def get(self, path):
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return parley_server.Answer(response.status, response.headers, response.read().decode())

    def metric(self, name):
        total = 0
        for server in self.servers:
            found = re.search(rf"^{name} (\d+)", server.get("/metrics").body, re.M)
            total += int(found.group(1)) if found else 0
        return total


class Readers(Talkers):
    """Also read at any server what they have just been told at another."""

    def say_until_answered(self, body, key, token):
        answer = super().say_until_answered(body, key, token)
        told = json.loads(answer)
        with contextlib.suppress(OSError, http.client.HTTPException):
            seen = self.server.get(f"/v1/conversations/{told['conversation_id']}")
            if seen.status == 200 and seen.json["turns"] < told["turn"]:
                self.errors.append(f"turn {told['turn']} was told, and turn {seen.json['turns']} read afterwards")
            if seen.status == 404:
                self.errors.append(f"{told['conversation_id']} was told, and is not there")
        return answer


def compare_payments(talkers, payments):
    wrong = list(payments.wrong)
    receipts = []
    for conversation in {entry[1] for entry in talkers.book}:
        for turn in talkers.turns_of(conversation):
            for message in turn["messages"]:
                if found := re.search(r"^(\d+) \w+ coming, receipt (\w+)\.", message["text"]):
                    receipts.append((found.group(2), int(found.group(1))))
    charges = sorted((charge["id"], charge["amount"]) for charge in payments.charges.values())
    if sorted(receipts) != charges:
        missing, extra = set(charges) - set(receipts), set(receipts) - set(charges)
        doubled = len(receipts) - len(set(receipts))
        wrong.append(f"charged and not told: {missing}; told and not charged: {extra}; told twice: {doubled}")
    return wrong


def disturb(fleet, dice, number):
    """One server dies, or stands still for a while, sometimes beyond its lease. Which it was."""
    server = dice.choice(fleet.servers)
    if number % 2 == 0:
        server.kill_group()
        server.start()
        return "killed"
    longer = number % 8 == 3
    server.signal(signal.SIGSTOP)
    time.sleep(dice.uniform(LEASE + 1, LEASE + 4) if longer else dice.uniform(0.05, 1.5))
    server.signal(signal.SIGCONT)
    return "paused beyond its lease" if longer else "paused"


def disturbed(url, rounds, between=lambda number: None):
    """Clients talk while servers that reach the database at `url` die and stand still."""
    dice = random.Random(20261128)
    payments = Payments()
    happened = []
    with Fleet(url, payments) as fleet:
        with Readers(fleet, 9) as talkers:
            for number in range(rounds):
                time.sleep(dice.uniform(0, dice.choice([0.1, 0.8])))
                happened.append(disturb(fleet, dice, number))
                between(number)
        wrong = talkers.compare() + compare_payments(talkers, payments)
        counted = {what: happened.count(what) for what in sorted(set(happened))}
        print(
            f"{SERVERS} servers, {counted}, {talkers.acknowledged()} acknowledged turns, {talkers.refusals} refused, "
            f"{len(payments.charges)} charges in {payments.calls} calls, {fleet.metric('parley_takeovers_total')} turns "
            f"taken over and {fleet.metric('parley_conflicts_total')} begun again (since the last starts), "
            f"{len(wrong)} violations"
        )
        none(wrong)
    payments.close()


def test_servers_die_and_stand_still_and_the_three_books_agree():
    with Cluster() as cluster:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        disturbed(cluster.url("parley"), ROUNDS)


def test_behind_a_pooler_too_which_dies_as_well():
    with Cluster() as cluster:
        if not cluster.present or not cluster.pool():
            print("skipped: PostgreSQL or PgBouncer is not installed")
            return
        equal(cluster.migrate().returncode, 0)

        def pooler_dies(number):
            if number % 4 == 1:
                assert cluster.pool()

        disturbed(cluster.pooled_url("parley"), POOLED_ROUNDS, pooler_dies)


def test_any_server_takes_any_request():
    with Cluster() as cluster:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        payments = Payments()
        with Fleet(cluster.url("parley"), payments) as fleet:
            one, two, three = fleet.servers
            first = one.chat(message="/notes", user_id="ana").json
            for number, server in enumerate([two, three, one, one, three, two]):
                told = server.chat(
                    token=first["token"], conversation_id=first["conversation_id"], message=f"note {number}"
                ).json
                equal((told["text"].splitlines()[0], told["turn"]), (f"Noted: note {number}.", number + 2))
            # A flow put at one is soon what all of them begin with.
            put = one.request(
                "PUT", "/v1/flows/hello", "id: hello\ntriggers: [{command: /hello}]\n"
                "steps: [{id: say, type: message, text: Hello from all.}]\n", Content_Type="application/yaml",
            )
            equal(put.status, 201)
            deadline = time.monotonic() + parley_server.PATIENCE
            while "Hello from all." not in two.chat(message="/hello").json["text"]:
                assert time.monotonic() < deadline, "the flow has not reached the second server"
            # One that ends as it should leaves nothing to wait for.
            equal(three.stop(), 0)
            equal(two.chat(token=first["token"], conversation_id=first["conversation_id"], message="note 6").status, 200)
        payments.close()


def flow_of(name):
    return f"id: {name}\ntriggers: [{{command: /{name}}}]\nsteps: [{{id: say, type: message, text: This is {name}.}}]\n"


def put_flow(server, name, base=None):
    query = f"?base={base}" if base else ""
    return server.request("PUT", f"/v1/flows/{name}{query}", flow_of(name), Content_Type="application/yaml")


def at_once(*calls):
    """What they return, called in the same moment."""
    answers = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(number, call):
        ready.wait()
        answers[number] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def publish_folder(folder, *more):
    """`parley flow publish` of a folder that has one flow of its own."""
    name = folder.name
    (folder / "flows").mkdir()
    (folder / "flows" / f"{name}.yaml").write_text(flow_of(name))
    return subprocess.run([os.path.abspath(parley_server.BINARY), "flow", "publish", folder, "--reason", "test", *more],
                          capture_output=True, text=True, check=False)


def test_flows_published_at_two_servers_in_the_same_moment_are_both_there():
    with Cluster() as cluster, tempfile.TemporaryDirectory() as scratch:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        payments = Payments()
        with Fleet(cluster.url("parley"), payments) as fleet:
            one, two, three = fleet.servers
            for number in range(10):
                answers = at_once(*(lambda s=s, n=n: put_flow(s, f"{n}{number}") for n, s in zip("abc", fleet.servers)))
                equal([answer.status for answer in answers], [201, 201, 201])
            expected = {f"{n}{number}" for n in "abc" for number in range(10)} | {"notes", "order"}
            for server in fleet.servers:
                equal({flow["id"] for flow in server.get("/v1/flows").json["data"]}, expected)

            # On the same base one of two is late, and is told so.
            base = one.get("/v1/flows").json["release"]
            first, second = at_once(lambda: put_flow(two, "x", base), lambda: put_flow(three, "y", base))
            equal(sorted([first.status, second.status]), [201, 409])
            equal((first if first.status == 409 else second).error, "release_changed")

            # The command line goes on where the other's flows are none of its own.
            folders = [pathlib.Path(scratch) / name for name in ("left", "right")]
            for folder in folders:
                folder.mkdir()
            done = at_once(*(lambda f=f, s=s: publish_folder(f, "--url", f"http://127.0.0.1:{s.port}") for f, s in zip(folders, fleet.servers)))
            equal([each.returncode for each in done], [0, 0], done)
            ids = {flow["id"] for flow in one.get("/v1/flows").json["data"]}
            assert {"left", "right"} <= ids, ids
        payments.close()
