"""Every route asked for what belongs to another tenant: the answer is that of something that does not exist. One server serves one tenant;
the other one's data lies beside it, in a file of the same data folder or in the same tables of PostgreSQL."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import parley_server
from parley_server import ORDER, SHOP, Server, equal

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "faults"))
from postgres_test import Cluster, db  # noqa: E402

CANARIES = 50
TERMS = """\
id: terms
triggers: [{command: /terms}]
steps:
  - {id: decide, type: review, title: A discount, form: {percent: {type: integer, min: 1, max: 30}}}
  - {id: done, type: message, text: Decided.}
"""


def foreign_ids(keep):
    """A tenant full of canaries, made by a server of its own; `keep` is given its file. What of it could be named in a request."""
    other = Server(flows={"order": ORDER.replace("id: order", "id: foreign"), "terms": TERMS})
    (other.folder / "tools" / "shop.yaml").write_text(SHOP)
    with other:
        for number in range(CANARIES):
            other.chat(message=("/order", "/terms")[number % 2], user_id=f"canary{number}yranac")
        listed = other.get("/v1/conversations?limit=200").json["data"]
        reviews = other.get("/v1/reviews?limit=200").json["data"]
        tokens = [other.chat(message="/order").json["token"] for _ in range(3)]
        other.stop()
        keep(other.root / "data" / "tenants" / "default.db")
        equal(len(listed), CANARIES)
        return {
            "conversations": [row["id"] for row in listed],
            "reviews": [row["id"] for row in reviews],
            "users": [f"canary{number}yranac" for number in range(CANARIES)],
            "flows": ["foreign"],
            "sign-ins": ["shop"],
            "hooks": ["foreign"],
            "tokens": tokens,
        }


def routes():
    """As the table of the source has them, so that one that is new is asked, too, also one that no document lists."""
    table = (ROOT / "server" / "api" / "routes.cpp").read_text()
    found = re.findall(r'Route\{\s*"([A-Z]+)",\s*"([^"]+)"', table)
    equal(len(found), table.count("Route{"), "routes that this test can read")
    return found


BODIES = {
    "/v1/chat": {"message": "hello", "conversation_id": "{conversations}"},
    "/chat": {"message": "hello", "conversation_id": "{conversations}"},
    "/v1/events": {"name": "ticket.closed", "conversation_id": "{conversations}"},
    "/v1/conversations/{id}/feedback": {"stars": 5},
    "/v1/conversations/{id}/human": {"action": "join", "operator": "o_1"},
    "/v1/reviews/{id}": {"decision": "approved"},
    "/v1/flows/{id}/rollback": {"version": "1"},
}
# Nothing in a request names a tenant, so these change nothing.
HEADERS = ({}, {"X-Tenant": "globex"}, {"X-Parley-Tenant": "globex"}, {"Tenant": "globex"}, {"Host": "globex.localhost"})


def requests(ids):
    for method, path in routes():
        kind = re.match(r"/v1/(conversations|reviews|users|flows|sign-ins|hooks)/\{(?:id|connector|name)\}", path)
        names = ids[kind.group(1)] if kind else [""]
        if method == "GET" and path in ("/v1/conversations", "/v1/reviews"):
            for user in ids["users"][:10]:
                yield method, f"{path}?user_id={user}&assignee={user}&tenant=globex&conversation={ids['conversations'][0]}", None
                yield method, f"{path}?before={ids['conversations'][0]}", None
        for number, name in enumerate(names):
            body = BODIES.get(path)
            if body is not None:
                chosen = ids["conversations"][number % CANARIES]
                body = json.loads(json.dumps(body).replace("{conversations}", chosen))
            asked = path.replace("{connector}", "shop", 1) if "/{id}/" in path else path
            asked = re.sub(r"\{(?:id|connector|name)\}", name, asked, count=1).replace("{asset}", "globex.db")
            assert "{" not in asked, f"what stands for the parts of {path}?"
            yield method, asked, body


def streams(path, method):
    return method == "GET" and (path.startswith("/v1/events") or path.startswith("/v1/ws"))


def ask_everything(server, ids, most=None):
    """How many requests were made, and how many answers had something of the other tenant."""
    asked = leaks = 0
    for method, path, body in requests(ids):
        if streams(path, method) or path == "/setup":
            continue
        for _ in range(3):
            if asked == most:
                return asked, leaks
            headers = HEADERS[asked % len(HEADERS)]
            token = ids["tokens"][asked % 3] if asked % 4 == 1 else None
            answer = server.request(method, path, body, token, **headers)
            asked += 1
            text = answer.body + json.dumps(dict(answer.headers.items()))
            named = [word for word in (*ids["users"], *ids["conversations"], *ids["reviews"]) if word in path or word in json.dumps(body)]
            # What was sent may come back in a sentence; nothing else may.
            for word in named:
                text = text.replace(word, "")
            leak = "yranac" in text or any(word in text for word in (*ids["conversations"], *ids["reviews"]))
            if any(word in path for word in (*ids["conversations"], *ids["reviews"])) and "before=" not in path and "user_id=" not in path:
                leak = leak or answer.status not in (400, 401, 403, 404, 405)
            leaks += leak
    for conversation in ids["conversations"][:10]:
        with server.open_stream("GET", f"/v1/events?conversation={conversation}", token=ids["tokens"][0]) as stream:
            asked += 1
            leaks += stream.status not in (401, 403, 404)
    return asked, leaks


def test_no_route_shows_or_changes_what_belongs_to_another_tenant():
    with Server() as server:
        equal(server.chat(message="/order", user_id="ana").status, 200)
        server.stop()
        foreign = server.root / "data" / "tenants" / "globex.db"
        ids = foreign_ids(lambda file: shutil.copy(file, foreign))
        before = foreign.read_bytes()
        server.start()
        asked, leaks = ask_everything(server, ids)
        equal(leaks, 0)
        assert asked >= 1000, asked
        equal(foreign.read_bytes(), before)
        # A server has no way to be told another tenant.
        with tempfile.TemporaryDirectory() as folder:
            told = subprocess.run(
                [os.path.abspath(parley_server.BINARY), "serve", folder], capture_output=True, text=True, check=False,
                env={**os.environ, "PARLEY_SERVER__TENANT": "globex", "PARLEY_SERVER__LISTEN": "127.0.0.1:0"}, timeout=parley_server.PATIENCE,
            )
            equal(told.returncode, 3)
            assert "unknown setting PARLEY_SERVER__TENANT" in told.stderr, told.stderr
        print(f"{asked} requests of {len(routes())} routes for another tenant's data: {leaks} leaks")


def brought_as_another_tenant(cluster):
    with tempfile.TemporaryDirectory() as folder:
        def bring(file):
            tenants = pathlib.Path(folder) / "tenants"
            tenants.mkdir()
            shutil.copy(file, tenants / "globex.db")
            archive = pathlib.Path(folder) / "archive"
            for words in (["export", archive, "--data-dir", folder],
                          ["import", archive, "--to", cluster.url("parley"), "--data-dir", folder + "/other", "--key", file.parent.parent / "secret.key"]):
                done = db(*map(str, words))
                equal(done.returncode, 0, done.stderr)

        return foreign_ids(bring)


def add_vectors(cluster, has_extension):
    """What no archive brings: vectors of texts, the other tenant's with canaries in every part."""
    for tenant, word in (("globex", "canary{}yranac"), ("default", "plain{}")):
        names = [word.format(number) for number in range(CANARIES)]
        rows = ", ".join(f"('{tenant}', '{name}', '{name}', '{name}', 1, 1)" for name in names)
        cluster.admin(f"INSERT INTO parley.vector (tenant, user_id, key, bytes, at, checksum) VALUES {rows}")
        if has_extension:
            rows = ", ".join(f"('{tenant}', '{name}', '{name}', '{name}', '[0.6, 0.8, 0]')" for name in names)
            cluster.admin(f"INSERT INTO parley.embedding (tenant, user_id, collection, key, embedding) VALUES {rows}")


def everything_of(cluster, tenant):
    tables = cluster.admin("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant' WHERE "
                           "c.relnamespace = 'parley'::regnamespace AND c.relkind = 'r' ORDER BY 1").split()
    assert "vector" in tables, tables
    return {table: cluster.admin(f"SELECT t::text FROM parley.{table} t WHERE tenant = '{tenant}' ORDER BY 1") for table in tables}


def asked_on_postgres(cluster, has_extension):
    if has_extension:
        cluster.admin("CREATE EXTENSION vector")
    equal(db("migrate", "--to", cluster.url("parley_migrate")).returncode, 0)
    ids = brought_as_another_tenant(cluster)
    add_vectors(cluster, has_extension)
    before = everything_of(cluster, "globex")
    hidden = "yranac".encode().hex()
    assert all(hidden in before[table] for table in ("conversation", "record", "vector")), before
    environment = {"PARLEY_STORE__URL": cluster.url("parley"), "PARLEY_STORE__VECTORS": "database"}
    with Server(environment=environment) as server:
        equal(server.chat(message="/order", user_id="ana").status, 200)
        checks = {check["name"]: check for check in server.get("/readyz?verbose").json["checks"]}
        equal(checks["vectors"]["status"], "ok" if has_extension else "degraded")
        asked, leaks = ask_everything(server, ids)
        equal(leaks, 0)
        assert asked >= 1000, asked
        equal(everything_of(cluster, "globex"), before)
        # Would they have found something? With a function under the policies that names the other tenant they do.
        cluster.admin("CREATE OR REPLACE FUNCTION parley.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'globex' $$")
        found = ask_everything(server, ids, most=400)[1]
        assert found > 50, found
        print(f"{asked} requests of {len(routes())} routes for another tenant's data on PostgreSQL: {leaks} leaks; without the boundary {found} of 400")


def test_nor_on_postgres():
    for vectors in (True, False):  # the second only where the first cannot be had
        with Cluster(vectors) as cluster:
            if cluster.present:
                return asked_on_postgres(cluster, vectors)
    print("skipped: PostgreSQL is not installed")
