"""Every route asked for what belongs to another tenant: the answer is that of something that does not exist. One server serves one tenant;
the other one's data lies beside it, in a file of the same data folder."""
import json
import os
import re
import shutil
import subprocess
import tempfile

import parley_server
from parley_server import ORDER, SHOP, Server, equal

CANARIES = 50
TERMS = """\
id: terms
triggers: [{command: /terms}]
steps:
  - {id: decide, type: review, title: A discount, form: {percent: {type: integer, min: 1, max: 30}}}
  - {id: done, type: message, text: Decided.}
"""


def foreign_ids(root):
    """A tenant full of canaries, made by a server of its own and laid beside ours; what of it could be named in a request."""
    other = Server(flows={"order": ORDER.replace("id: order", "id: foreign"), "terms": TERMS})
    (other.folder / "tools" / "shop.yaml").write_text(SHOP)
    with other:
        for number in range(CANARIES):
            other.chat(message=("/order", "/terms")[number % 2], user_id=f"canary{number}yranac")
        listed = other.get("/v1/conversations?limit=200").json["data"]
        reviews = other.get("/v1/reviews?limit=200").json["data"]
        tokens = [other.chat(message="/order").json["token"] for _ in range(3)]
        other.stop()
        shutil.copy(other.root / "data" / "tenants" / "default.db", root / "data" / "tenants" / "globex.db")
        equal(len(listed), CANARIES)
        return {
            "conversations": [row["id"] for row in listed],
            "reviews": [row["id"] for row in reviews],
            "users": [f"canary{number}yranac" for number in range(CANARIES)],
            "flows": ["foreign"],
            "tokens": tokens,
        }


def routes(server):
    document = server.get("/openapi.json").json
    for path, methods in document["paths"].items():
        for method in methods:
            if method in ("get", "post", "put", "delete"):
                yield method.upper(), path


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


def requests(server, ids):
    for method, path in routes(server):
        kind = re.match(r"/v1/(conversations|reviews|users|flows)/\{id\}", path)
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
            yield method, path.replace("{id}", name), body


def streams(path, method):
    return method == "GET" and (path.startswith("/v1/events") or path.startswith("/v1/ws"))


def test_no_route_shows_or_changes_what_belongs_to_another_tenant():
    with Server() as server:
        equal(server.chat(message="/order", user_id="ana").status, 200)
        server.stop()
        ids = foreign_ids(server.root)
        foreign = server.root / "data" / "tenants" / "globex.db"
        before = foreign.read_bytes()
        server.start()
        asked = leaks = 0
        served = set()
        for method, path, body in requests(server, ids):
            if streams(path, method) or path == "/setup":
                continue
            for _ in range(3):
                headers = HEADERS[asked % len(HEADERS)]
                token = ids["tokens"][asked % 3] if asked % 4 == 1 else None
                answer = server.request(method, path, body, token, **headers)
                asked += 1
                text = answer.body + json.dumps(dict(answer.headers.items()))
                named = [word for word in (*ids["users"], *ids["conversations"], *ids["reviews"]) if word in path or word in json.dumps(body)]
                # What was sent may come back in a sentence; nothing else may.
                for word in named:
                    text = text.replace(word, "")
                leaks += "yranac" in text or any(word in text for word in (*ids["conversations"], *ids["reviews"]))
                if any(word in path for word in (*ids["conversations"], *ids["reviews"])) and "before=" not in path and "user_id=" not in path:
                    assert answer.status in (400, 401, 403, 404, 405), (method, path, answer.status, answer.body)
                served.add((method, path.split("?")[0]))
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
        print(f"{asked} requests of {len(served)} paths for another tenant's data: {leaks} leaks")
