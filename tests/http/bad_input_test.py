"""What is wrong is said clearly, with the right status; nothing is lost and the server lives on."""
import json
import socket

from parley_server import PATIENCE, Server, equal


def refused(answer, status, code):
    equal((answer.status, answer.error), (status, code))
    error = answer.json["error"]
    assert error["message"] and error["type"] and error["request_id"] == answer.headers["X-Request-Id"], error
    return error


def test_each_mistake_has_its_answer():
    with Server() as server:
        first = server.chat(message="/order").json
        cases = [
            ("unknown flow", server.chat(flow_id="oder"), 404, "flow_not_found", "did you mean 'order'?"),
            ("broken JSON", server.post("/v1/chat", '{"message": '), 400, "invalid_json", "line:column"),
            ("empty body", server.post("/v1/chat", ""), 400, "invalid_json", None),
            ("no object", server.post("/v1/chat", "[]"), 400, "invalid_request", None),
            ("unknown field", server.chat(mesage="x"), 400, "unknown_field", "did you mean 'message'?"),
            ("wrong type", server.chat(message=5), 400, "invalid_field", None),
            ("duplicate field", server.post("/v1/chat", '{"message":"a","message":"b"}'), 400, "invalid_json", None),
            ("empty message", server.chat(conversation_id=first["conversation_id"]), 400, "invalid_request", None),
            ("other media", server.post("/v1/chat", "<a/>", Content_Type="text/xml"), 415, "unsupported_media_type", None),
            ("unknown conversation", server.chat(conversation_id="c_0", message="x"), 404, "conversation_not_found", None),
            ("unknown path", server.get("/v1/chats"), 404, "route_not_found", "did you mean /v1/chat?"),
            ("wrong method", server.get("/v1/chat"), 405, "method_not_allowed", "use POST"),
            ("long key", server.chat(message="x", headers={"Idempotency-Key": "k" * 256}), 400, "idempotency_key_invalid", None),
            ("bad number", server.get("/v1/conversations?limit=many"), 400, "invalid_field", None),
            ("unknown status", server.get("/v1/conversations?status=wating"), 400, "invalid_field", "did you mean 'waiting'?"),
            ("unknown flow", server.get("/v1/conversations?flow=oder"), 400, "invalid_field", "did you mean 'order'?"),
            ("unknown parameter", server.get("/v1/reviews?stauts=open"), 400, "unknown_field", "did you mean 'status'?"),
            ("reviews of nobody", server.get("/v1/reviews?conversation=c_none"), 404, "conversation_not_found", None),
            ("bad stars", server.post(f"/v1/conversations/{first['conversation_id']}/feedback", {"stars": 6}), 400, "invalid_field", None),
            ("unknown action", server.post(f"/v1/conversations/{first['conversation_id']}/human", {"action": "jion"}), 400, "invalid_field", "did you mean 'join'?"),
            ("no WebSocket", server.get("/v1/ws"), 426, "websocket_required", None),
            ("2 MB body", server.post("/v1/chat", json.dumps({"message": "x" * 2_000_000})), 413, None, None),
        ]
        for name, answer, status, code, hint in cases:
            try:
                equal(answer.status, status)
                if code:
                    error = refused(answer, status, code)
                    assert hint is None or hint in error["hint"], error
            except Exception as problem:
                raise AssertionError(f"{name}: {problem}\n{answer.body}") from problem
        equal(server.get("/v1/chat").headers["Allow"], "POST")
        # The conversation is where it was.
        equal(server.chat(conversation_id=first["conversation_id"], message="pizza").json["text"], "How many?")


def test_a_wrong_value_is_asked_again():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        server.chat(conversation_id=conversation, message="pizza")
        wrong = server.chat(conversation_id=conversation, message="99")
        equal((wrong.status, wrong.json["next_step"], wrong.json["status"]), (200, "collect", "waiting"))
        right = server.chat(conversation_id=conversation, message="3").json
        assert right["text"].startswith("3 pizza coming, receipt test_1."), right
        equal((right["test_mode"], right["outcome"]), (True, "resolved"))


def test_a_slow_header_is_cut_off_and_others_are_served():
    with Server() as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as slow:
            slow.sendall(b"POST /v1/chat HTTP/1.1\r\nHost: x\r\n")
            equal(server.get("/livez").body, "ok\n")
            answer = b""
            while chunk := slow.recv(4096):
                answer += chunk
            assert answer.startswith(b"HTTP/1.1 408 "), answer
        equal(server.get("/readyz").status, 200)


def test_a_key_without_credentials_does_not_open_a_conversation():
    with Server() as server:
        first = server.chat(message="/order").json
        path = f"/v1/conversations/{first['conversation_id']}"
        equal(server.get(path, token=first["token"]).status, 200)
        refused(server.get(path, token="x" * 43), 401, "token_invalid")
        other = server.chat(message="/order").json
        refused(server.get(path, token=other["token"]), 401, "token_invalid")
        refused(server.chat(token=other["token"], conversation_id=first["conversation_id"], message="pizza"), 401, "token_invalid")
        refused(server.get("/v1/conversations", token=first["token"]), 403, "forbidden")
