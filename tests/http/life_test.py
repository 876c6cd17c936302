"""The life of the process: crashes, stops, keys, set-up, pages and health."""
import json
import os
import re
import signal
import subprocess
import threading
import urllib.parse

from parley_server import PATIENCE, Server, equal


def test_a_killed_server_goes_on_where_it_was():
    with Server() as server:
        started = server.chat(message="/order").json
        conversation, token = started["conversation_id"], started["token"]
        server.chat(token=token, conversation_id=conversation, message="pizza")
        server.kill()
        server.start()
        answer = server.chat(token=token, conversation_id=conversation, message="3").json
        assert answer["text"].startswith("3 pizza coming"), answer
        equal([t["turn"] for t in server.get(f"/v1/conversations/{conversation}/turns", token).json["data"]], [1, 2, 3])


def test_no_acknowledged_turn_is_lost_when_killed_under_load():
    with Server() as server:
        done, lock = [], threading.Lock()

        def work():
            try:
                while True:
                    answer = server.chat(message="/order")
                    with lock:
                        done.append(answer.json["conversation_id"])
            except Exception:
                return  # the server is gone

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(done) < 50:
            threads[0].join(0.01)
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        for conversation in done:
            equal(server.get(f"/v1/conversations/{conversation}").status, 200)


def test_a_stop_drains():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        with server.open_stream("GET", f"/v1/events?conversation={conversation}") as stream:
            equal(server.stop(), 0)
            equal(list(stream.events()), [])
        server.wait_for("stopping: 1 connection to finish")


def test_a_second_signal_forces():
    with Server(environment={"PARLEY_SERVER__DRAIN_SECONDS": "3600"}) as server:
        connection = server.connect()
        connection.putrequest("POST", "/v1/chat")
        connection.putheader("Content-Length", "10")
        connection.endheaders()
        connection.send(b"{")  # a request in flight that will never be complete
        server.process.send_signal(signal.SIGINT)
        server.wait_for("stopping")
        server.process.send_signal(signal.SIGINT)
        equal(server.process.wait(PATIENCE), 1)


def test_the_set_up_link_works_once():
    with Server() as server:
        link = urllib.parse.urlsplit(server.wait_for(r"First admin: (\S+)").group(1))
        path = f"{link.path}?{link.query}"
        page = server.get(path)
        equal(page.status, 200)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"], page.headers
        equal(server.post("/setup?token=wrong", "").status, 404)
        equal(server.post(path, "", Origin="https://evil.example").status, 403)
        key = re.search(r"pk_[0-9a-f]+_[\w-]+", server.post(path, "", Origin=f"http://127.0.0.1:{server.port}").body).group(0)
        equal((server.post(path, "").status, server.get(path).status), (410, 410))

        # From now on the key is needed.
        equal(server.get("/v1/conversations").status, 401)
        equal(server.get("/metrics").status, 401)
        equal(server.get("/v1/conversations", token=key).status, 200)
        equal(server.get("/v1/conversations", token=key[:-1]).status, 401)
        first = server.chat(message="/order").json
        equal(server.chat(conversation_id=first["conversation_id"], message="pizza").error, "token_required")
        equal(server.chat(token=first["token"], conversation_id=first["conversation_id"], message="pizza").status, 200)
        equal(server.get("/metrics", token=key).status, 200)
        server.stop()
        server.start()
        assert "First admin" not in server.output
        equal(server.get("/v1/flows", token=key).status, 200)


def refuses_to_start(server, sentence):
    server.launch()
    server.wait_for(sentence)
    equal(server.process.wait(PATIENCE), 3)


def test_what_a_server_does_not_start_with():
    cases = [
        ({"PARLEY_SERVER__LISTEN": "0.0.0.0:0"}, "lets others in, and there is no API key yet"),
        ({"PARLEY_SERVER__API_KEY": "short"}, "too short to be safe"),
        ({"PARLEY_SERVER__LISTNE": "x"}, "did you mean 'PARLEY_SERVER__LISTEN'"),
        ({"PARLEY_SERVER__LISTEN": "8080"}, "PARLEY_SERVER__LISTEN"),
    ]
    for environment, sentence in cases:
        server = Server(environment=environment)
        try:
            refuses_to_start(server, sentence)
        finally:
            server.__exit__()


def test_with_a_key_it_listens_elsewhere():
    key = "a-configured-key-of-thirty-characters"
    with Server(environment={"PARLEY_SERVER__LISTEN": "0.0.0.0:0", "PARLEY_SERVER__API_KEY": key}) as server:
        equal(server.get("/v1/flows").status, 401)
        equal(server.get("/v1/flows", token=key).status, 200)
        assert key not in server.output


def test_a_lost_or_foreign_secret_key_is_noticed():
    with Server() as server:
        server.stop()
        path = server.root / "data" / "secret.key"
        equal(path.stat().st_mode & 0o777, 0o600)
        original = path.read_text()
        path.unlink()
        refuses_to_start(server, "is missing")
        path.write_text("00" * 32)
        path.chmod(0o600)
        refuses_to_start(server, "is not the one this data was made with")
        path.write_text(original)
        server.start()


def test_health_pages_and_description():
    with Server() as server:
        equal(server.get("/livez").body, "ok\n")
        ready = server.get("/readyz?verbose").json
        equal((ready["status"], [c["name"] for c in ready["checks"]]), ("ok", ["store", "flows"]))
        document = server.get("/openapi.json").json
        equal(document["openapi"], "3.1.0")
        assert "/v1/chat" in document["paths"] and "ChatRequest" in document["components"]["schemas"]
        references = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document))
        assert set(references) <= set(document["components"]["schemas"]), references
        server.chat(message="/order")
        metrics = server.get("/metrics").body
        assert re.search(r"^parley_turns_total 1$", metrics, re.M), metrics
        assert 'route="/v1/chat",status="2xx"} 1' in metrics

        page = server.get("/")
        assert page.status == 200 and "<html" in page.body
        equal(server.get("/", If_None_Match=page.headers["ETag"]).status, 304)
        policy = page.headers["Content-Security-Policy"]
        equal(policy, "default-src 'self'; img-src 'self' https: data:; frame-ancestors 'self'")
        equal((page.headers["Cache-Control"], page.headers["X-Content-Type-Options"]), ("no-cache", "nosniff"))
        assistant = server.get("/v1/assistant").json
        equal((assistant["name"], assistant["test_mode"]), ("Assistant", True))
        equal(server.request("HEAD", "/livez").body, "")


def test_allowed_origins_get_their_headers():
    with Server(environment={"PARLEY_SERVER__ALLOWED_ORIGINS": '["https://shop.example"]'}) as server:
        answer = server.chat(message="/order", headers={"Origin": "https://shop.example"})
        equal(answer.headers["Access-Control-Allow-Origin"], "https://shop.example")
        flight = server.request("OPTIONS", "/v1/chat", Origin="https://shop.example", Access_Control_Request_Method="POST")
        equal(flight.status, 204)
        for name in ["authorization", "content-type", "idempotency-key", "last-event-id", "accept-language"]:
            assert name in flight.headers["Access-Control-Allow-Headers"]
        other = server.request("OPTIONS", "/v1/chat", Origin="https://evil.example")
        assert "Access-Control-Allow-Origin" not in other.headers
        equal(server.get("/parley-chat.js", Origin="https://shop.example").headers["Access-Control-Allow-Origin"], "https://shop.example")


def test_logs_are_json_without_a_terminal_and_hold_no_messages():
    with Server(environment={"PARLEY_SERVER__LOG_LEVEL": "debug"}) as server:
        server.chat(message="/order", user_id="secret-user")
        line = server.wait_for(r'(?m)^\{.*"event":"request answered".*\}$').group(0)
        entry = json.loads(line)
        equal((entry["route"], entry["status"]), ("/v1/chat", 200))
        assert "/order" not in server.output.split("Ctrl-C")[1] and "secret-user" not in server.output
