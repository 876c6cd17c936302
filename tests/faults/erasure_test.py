"""Erased users leave nothing in the files: a probe looks for what they said, byte by byte. Past conversations go by themselves."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import time

import parley_server
from parley_server import PATIENCE, equal
from postgres_test import with_database
from redis_test import Redis, server_with, wait_until
from redis_test import state_of as redis_state
from talkers import NOTES, Server

CANARIES = 50
DAY = 86_400

DIET = """\
id: diet
triggers: [{command: /diet}]
slots:
  diet: {type: text, ask: "What do you eat?", scope: user}
steps:
  - {id: collect, type: input, gather: diet}
  - {id: noted, type: message, text: "You eat {{ diet }}."}
"""
TERMS = """\
id: terms
triggers: [{command: /terms}]
slots:
  wish: {type: text, ask: "What do you wish?"}
steps:
  - {id: collect, type: input, gather: wish}
  - id: decide
    type: review
    title: "Grant {{ wish }}?"
    form:
      percent: {type: integer, min: 1, max: 30}
  - {id: done, type: message, text: Decided.}
"""
NAP = """\
id: nap
triggers: [{command: /nap}]
slots:
  dream: {type: text, ask: "Of what?"}
steps:
  - {id: collect, type: input, gather: dream}
  - {id: sleep, type: wait, for: 12h}
  - {id: wake_up, type: message, text: Good morning.}
"""
MEMO = """\
id: memo
triggers: [{command: /memo}]
slots:
  said: {type: text, ask: "What?"}
steps:
  - {id: listen, type: input, gather: [said]}
  - {id: pay, type: tool, call: shop.note, with: {text: "{{ said }}"}, save: receipt}
  - {id: done, type: message, text: "Noted {{ said }}."}
"""
ASK = """\
id: ask
triggers: [{command: /ask}]
slots:
  question: {type: text, ask: "Yes?"}
steps:
  - {id: hear, type: input, gather: [question]}
  - {id: look, type: recall, query: "{{ question }}", k: 5, save: past, on_empty: none}
  - {id: tell, type: message, text: "You said: {{ past.map(p, p.user).join(' | ') }}", next: end}
  - {id: none, type: message, text: I remember nothing of that.}
"""
SHOP = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /notes:
    post:
      operationId: note
      x-parley: {effect: keyed}
      requestBody:
        content: {application/json: {schema: {type: object, properties: {text: {type: string}}}}}
      responses: {"200": {description: Done., content: {application/json: {example: {id: n_1}}}}}
"""


def server_with_flows(environment=None):
    server = Server(environment=environment)
    for name, text in {"diet": DIET, "terms": TERMS, "nap": NAP, "memo": MEMO}.items():
        server.write_flow(name, text)
    (server.folder / "tools" / "shop.yaml").write_text(SHOP)
    (server.folder / "flows" / "order.yaml").unlink()
    return server


def canaries(name):
    dice = random.Random(name)
    return [f"{name}-canary-{dice.getrandbits(64):016x}" for _ in range(CANARIES)]


def talk_of(server, user, words):
    """Each word is said in one of the flows, so that every table has some of them; the user's name is one as well."""
    for number, word in enumerate(words):
        flow = ("/notes", "/diet", "/terms", "/nap", "/memo")[number % 5]
        first = server.chat(message=flow, user_id=user, headers={"Idempotency-Key": f"first-{word}"}).json
        answer = server.chat(
            conversation_id=first["conversation_id"], message=word, user_id=user, token=first["token"],
            headers={"Idempotency-Key": f"key-{word}"}, context={"seen": f"context-{word}"},
        )
        equal(answer.status, 200)
    equal(server.request("DELETE", f"/v1/users/{user}/memory").status, 204)
    server.chat(message="/notes", user_id=user)


def found(folder, words):
    """Which of the words stand anywhere in the files below the folder."""
    contents = [path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file()]
    return [word for word in words if any(word.encode() in content for content in contents)]


def parley(*words):
    done = subprocess.run(
        [os.path.abspath(parley_server.BINARY), *map(str, words)], capture_output=True, text=True, check=False
    )
    equal((done.returncode, done.stdout[:1] != ""), (0, True))
    return done.stdout


def test_nothing_of_an_erased_user_is_left_in_the_files():
    with server_with_flows() as server:
        said = {user: [user, *canaries(user)] for user in ("erased-one", "erased-two", "kept-one")}
        for user, words in said.items():
            talk_of(server, user, words[1:])
        data = server.root / "data"
        for words in said.values():
            equal(found(data, words), words)  # the probe can see

        done = server.request("DELETE", "/v1/users/erased-one")
        equal(done.status, 200)
        assert done.json["conversations"] == CANARIES + 1 and done.json["rows"] > 5 * CANARIES, done.json
        equal(found(data, said["erased-one"]), [])
        server.kill_group()  # as the files are, without anything tidied up
        equal(found(data, said["erased-one"]), [])
        equal(found(data, said["kept-one"]), said["kept-one"])

        record = json.loads(parley("user", "erase", "erased-two", "--data-dir", data, "--json"))
        equal((record["conversations"], record["author"]), (CANARIES + 1, "cli"))
        equal(found(data, said["erased-two"]), [])
        records = json.loads(parley("user", "erasures", "--data-dir", data, "--json"))
        equal([entry["id"] for entry in records], [record["id"], done.json["id"]])

        server.start()
        equal(server.get("/v1/erasures").json["data"], records)
        equal(server.get("/v1/conversations?user_id=erased-one").json["data"], [])
        equal(len(server.get("/v1/conversations?user_id=kept-one&limit=200").json["data"]), CANARIES + 1)
        assert "0 differences" in parley("replay", "--all", "--data-dir", data)
        print(f"{2 * CANARIES} canaries of 2 erased users: 0 found; {CANARIES} of another all there")


def erased_on_postgres(cluster):
    cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE")
    equal(cluster.migrate().returncode, 0)
    with server_with_flows({"PARLEY_STORE__URL": cluster.url("parley")}) as server:
        said = {user: [user, *canaries(user)] for user in ("erased-one", "kept-one")}
        for user, words in said.items():
            talk_of(server, user, words[1:])
        tables = cluster.folder / "data" / "base"
        cluster.admin("CHECKPOINT")
        for words in said.values():
            equal(found(tables, words), words)
        done = server.request("DELETE", "/v1/users/erased-one")
        equal((done.status, done.json["conversations"]), (200, CANARIES + 1))
        equal(server.get("/v1/conversations?user_id=erased-one").json["data"], [])
        # PostgreSQL keeps what was deleted until it writes the tables anew.
        cluster.admin("VACUUM FULL")
        cluster.admin("CHECKPOINT")
        equal(found(tables, said["erased-one"]), [])
        equal(found(tables, said["kept-one"]), said["kept-one"])
        records = json.loads(parley("user", "erasures", "--db", cluster.url("parley"), "--json"))
        equal(records, [done.json])


def said_to(server, user, *messages):
    """In one conversation; what is answered last."""
    answer = {}
    for message in messages:
        more = {key: answer[key] for key in ("conversation_id", "token") if key in answer}
        answer = server.chat(message=message, user_id=user, **more).json
    return answer["text"]


def in_redis(redis):
    """Everything that it holds."""
    def ask(*words):
        return subprocess.run(["redis-cli", "-s", str(redis.path), "--raw", *words], capture_output=True, check=True).stdout

    return b"".join(ask("get", key.decode()) for key in ask("keys", "*:session:*").split())


def erased_at_another_server(cluster):
    if shutil.which("redis-cli") is None:
        print("skipped: redis is not installed")
        return
    cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE")
    equal(cluster.migrate().returncode, 0)
    with Redis() as redis:
        redis.start()
        shared = {"PARLEY_STORE__URL": cluster.url("parley"), "PARLEY_REDIS__TIMEOUT_MS": "1000"}
        servers = [server_with(redis, **shared) for _ in range(2)]
        for server in servers:
            server.write_flow("memo", NOTES)
            server.write_flow("ask", ASK)
        with servers[0] as one, servers[1] as two:
            for server in servers:
                wait_until("finding the Redis", lambda server=server: redis_state(server)["status"] == "ok")
            said = {user: canaries(user)[0] for user in ("erased-one", "kept-one")}
            for user, word in said.items():
                said_to(one, user, "/notes", f"the parcel is {word}")
                assert word in said_to(two, user, "/ask", f"where is the parcel {word}")
                assert word.encode() in in_redis(redis)
            equal(one.request("DELETE", "/v1/users/erased-one").status, 200)
            wait_until("removing from the Redis", lambda: said["erased-one"].encode() not in in_redis(redis))
            assert said["kept-one"].encode() in in_redis(redis)
            for _ in range(2):  # as many conversations as before
                said_to(one, "erased-one", "/notes", "good morning")
            for server in servers:
                assert said["erased-one"] not in said_to(server, "erased-one", "/ask", "where is the parcel")
                assert said["kept-one"] in said_to(server, "kept-one", "/ask", "where is the parcel")


def test_what_other_servers_and_the_redis_have_of_an_erased_user_goes_too():
    with_database(erased_at_another_server)


def test_nothing_of_an_erased_user_is_left_in_the_tables_of_postgres():
    with_database(erased_on_postgres)


def test_conversations_that_are_past_go_by_themselves():
    with Server() as server:
        server.stop()
        server.faulty()
        (server.folder / "parley.yaml").write_text("retention: {conversations: 30d}\n")
        server.start()
        old = server.chat(message="/notes", user_id="ana").json["conversation_id"]
        server.stop()
        (server.flags / "clock").write_text(str(31 * DAY))
        server.start()
        young = server.chat(message="/notes", user_id="ana").json["conversation_id"]
        deadline = time.monotonic() + PATIENCE
        while server.get(f"/v1/conversations/{old}").status == 200:
            assert time.monotonic() < deadline, "the old conversation is still there"
            time.sleep(0.01)
        equal(server.get(f"/v1/conversations/{young}").status, 200)
        record = server.get("/v1/erasures").json["data"][0]
        equal((record["cause"], record["author"], record["conversations"]), ("retention", "", 1))
