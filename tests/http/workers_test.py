"""Functions of the team's own programs as tools: a worker that connects, and kill -9 of both ends in the middle of a call."""
import json
import threading

from parley_server import PATIENCE, Server, WebSocket, equal

LABEL = {
    "name": "label", "effect": "keyed",
    "parameters": {"type": "object", "required": ["ticket"], "properties": {"ticket": {"type": "string"}}},
    "result": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
    "example": {"id": "test_{{ args.ticket }}"},
}
MAIL = {"name": "mail"}
DECLARATION = {"worker": {"version": 1}, "tools": [LABEL, MAIL]}

FLOW = """\
id: %s
triggers: [{command: /%s}]
steps:
  - {id: call, type: tool, call: worker.%s, with: {ticket: "{{ conversation.id }}"}, save: answer}
  - {id: done, type: message, text: "Answer {{ answer.id }}."}
"""
LABEL_FLOW = FLOW % ("label", "label", "label")
MAIL_FLOW = FLOW.replace(" with: {ticket: \"{{ conversation.id }}\"},", " with: {},") % ("mail", "mail", "mail")


def pushed(**more):
    return {
        "flows": [{"file": "label.yaml", "text": LABEL_FLOW}, {"file": "mail.yaml", "text": MAIL_FLOW}],
        "workers": [{"connector": "worker", "declaration": DECLARATION}],
        **more,
    }


class Worker(WebSocket):
    def __init__(self, server, tools=(LABEL, MAIL), **headers):
        super().__init__(server, "/v1/workers", **headers)
        self.send(type="register", version=1, worker="test", capacity=4, tools=list(tools))
        self.registered = self.receive()

    def next_call(self):
        while True:
            message = self.receive()
            if isinstance(message, dict) and message["type"] == "call":
                return message

    def answer(self, call, result):
        self.send(type="result", call_id=call["call_id"], result=result)


class Chat(threading.Thread):
    """A message that is answered only when a worker has done its part."""

    def __init__(self, server, **body):
        super().__init__(daemon=True)
        self.server, self.body, self.answer = server, body, None
        self.start()

    def run(self):
        try:
            self.answer = self.server.chat(**self.body)
        except Exception:
            pass  # the server is gone

    def text(self):
        self.join(PATIENCE)
        return self.answer.json["text"].splitlines()[0]


def reviews(server):
    return [(r["kind"], r["title"]) for r in server.get("/v1/reviews?status=open").json["data"]]


def with_pushed_flows(server):
    answer = server.post("/v1/flows", pushed())
    equal(answer.status, 200)
    equal([flow["id"] for flow in answer.json["flows"]], ["label", "mail"])
    return server


def test_flows_and_their_tools_are_published_together_and_a_worker_carries_the_calls_out():
    with Server() as server:
        checked = server.post("/v1/flows", pushed(check_only=True)).json
        equal((checked["published"], [flow["id"] for flow in checked["flows"]]), (False, ["label", "mail"]))
        equal(server.get("/v1/flows/label").status, 404)
        with_pushed_flows(server)
        chat = Chat(server, message="/label")  # nobody is there yet: the call waits
        worker = Worker(server)
        equal(worker.registered["tools"], ["worker.label", "worker.mail"])
        call = worker.next_call()
        conversation = call["conversation_id"]
        equal((call["tool"], call["arguments"], call["attempt"]), ("worker.label", {"ticket": conversation}, 1))
        worker.answer(call, {"id": "l_1"})
        equal(chat.text(), "Answer l_1.")
        seen = server.get("/v1/workers").json
        equal((seen["data"][0]["name"], seen["data"][0]["calls"], seen["waiting"]), ("test", 0, 0))
        equal(seen["tools"][0], {"id": "worker.label", "effect": "keyed", "declared_by": "worker"})


def test_a_flow_that_calls_what_no_worker_has_is_refused_with_its_place():
    with Server() as server:
        body = pushed()
        body["flows"][1]["text"] = MAIL_FLOW.replace("worker.mail", "worker.mial")
        refused = server.post("/v1/flows", body)
        equal((refused.status, refused.error), (422, "flow_invalid"))
        assert "mail.yaml:4:" in refused.json["error"]["diagnostics"][0], refused.body
        assert "did you mean 'worker.mail'" in refused.json["error"]["diagnostics"][0], refused.body
        equal(server.get("/v1/flows/label").status, 404)  # all or nothing
        body = pushed()
        body["workers"][0]["declaration"] = {"worker": {"version": 1}, "tools": [{"name": "mail", "effect": "safe"}]}
        refused = server.post("/v1/flows", body)
        equal((refused.status, refused.error), (400, "invalid_field"))
        assert "/tools/0/effect" in refused.body, refused.body


def test_a_worker_that_is_killed_in_a_keyed_call_hands_it_on_with_the_same_key():
    with Server() as server:
        with_pushed_flows(server)
        first = Worker(server)
        chat = Chat(server, message="/label")
        call = first.next_call()
        first.socket.close()
        first.stream.close()
        second = Worker(server)
        again = second.next_call()
        equal((again["idempotency_key"], again["delivery"]), (call["idempotency_key"], 2))
        second.answer(again, {"id": "l_1"})
        equal(chat.text(), "Answer l_1.")
        equal(reviews(server), [])


def test_a_worker_that_is_killed_in_an_unsafe_call_leaves_it_to_a_person():
    with Server() as server:
        with_pushed_flows(server)
        first, second = Worker(server), None
        chat = Chat(server, message="/mail")
        first.next_call()
        first.socket.close()
        first.stream.close()
        second = Worker(server)
        chat.join(PATIENCE)
        equal(reviews(server), [("outcome", "Did worker.mail happen?")])
        second.send(type="register", version=1, tools=[MAIL])
        equal(second.receive()["type"], "registered")  # and nothing but that came


def test_a_server_that_is_killed_makes_a_keyed_call_again_and_knows_its_tools():
    with Server() as server:
        with_pushed_flows(server)
        worker = Worker(server)
        chat = Chat(server, message="/label")
        call = worker.next_call()
        server.kill()
        chat.join(PATIENCE)
        server.start()
        worker = Worker(server)
        again = worker.next_call()
        equal(again["idempotency_key"], call["idempotency_key"])
        worker.answer(again, {"id": "l_1"})
        server.wait_for("conversations resumed")
        turns = server.get(f"/v1/conversations/{call['conversation_id']}/turns").json["data"]
        assert "Answer l_1." in [message["text"] for turn in turns for message in turn["messages"]], turns
        equal([flow["id"] for flow in server.get("/v1/flows").json["data"]], ["help", "label", "mail", "order"])


def test_a_restart_lets_calls_under_way_finish():
    with Server() as server:
        with_pushed_flows(server)
        worker = Worker(server)
        chat = Chat(server, message="/mail")
        call = worker.next_call()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        equal(worker.receive(), {"type": "drain"})
        worker.answer(call, {"id": "m_1"})
        equal(chat.text(), "Answer m_1.")
        opcode, payload = worker.receive()
        equal((opcode, int.from_bytes(payload[:2], "big")), (0x88, 1001))
        worker.close()
        stopping.join(PATIENCE)


def test_the_failures_that_a_flow_sees():
    with Server() as server:
        body = pushed()
        body["flows"][0]["text"] = LABEL_FLOW.replace("save: answer}", "save: answer, on_error: failed, timeout: 200ms}") + (
            "  - {id: out, type: end}\n  - {id: failed, type: message, text: 'Failed: {{ error.code }}: {{ error.message }}'}\n"
        )
        equal(server.post("/v1/flows", body).status, 200)
        text = server.chat(message="/label").json["text"].splitlines()[0]
        equal(text, "Failed: no_worker: no worker that offers worker.label was connected within 180 ms")
        worker = Worker(server)
        for said, shown in (
            ({"type": "error", "code": "locked", "message": "the ticket is locked"}, "locked: worker.label: the ticket is locked"),
            ({"type": "result", "result": {"no": "id"}}, "bad_answer: worker.label gave a result that is not as declared"),
        ):
            chat = Chat(server, message="/label")
            worker.send(call_id=worker.next_call()["call_id"], **said)
            assert chat.text().startswith(f"Failed: {shown}"), chat.text()
        equal(reviews(server), [])
        chat = Chat(server, message="/mail")  # a function that threw may have done something before
        worker.send(type="error", call_id=worker.next_call()["call_id"], code="exception", message="x is undefined")
        chat.join(PATIENCE)
        equal(reviews(server), [("outcome", "Did worker.mail happen?")])
        # What came of them is counted.
        lines = set(server.get("/metrics").body.splitlines())
        counted = {"no_worker": 1, "failed": 1, "bad_answer": 1, "tool_broke": 1, "ok": 0, "timeout": 0}
        for outcome, times in counted.items():
            assert f'parley_worker_calls_total{{outcome="{outcome}"}} {times}' in lines, (outcome, lines)
        for line in ("parley_workers_connected 1", "parley_worker_calls_under_way 0", "parley_worker_calls_waiting 0", "parley_worker_call_seconds_count 4"):
            assert line in lines, (line, lines)


def test_a_declaration_in_the_folder_checks_flows_and_answers_in_test_mode():
    server = Server(flows={"label": LABEL_FLOW})
    (server.folder / "tools" / "worker.yaml").write_text(json.dumps(DECLARATION))
    with server:
        answer = server.chat(message="/label").json
        equal((answer["text"].splitlines()[0], answer["test_mode"]),
              (f"Answer test_{answer['conversation_id']}.", True))
        wrong = Worker(server, tools=[{**LABEL, "effect": "read"}, {"name": "new"}])
        equal([refused["reason"] for refused in wrong.registered["refused"]],
              ["its effect is read here and keyed in tools/worker.yaml", "tools/worker.yaml does not declare it"])


def test_only_admins_connect_as_workers():
    key = "0123456789abcdef0123456789abcdef"
    with Server(environment={"PARLEY_SERVER__API_KEY": key}) as server:
        equal(WebSocket(server, "/v1/workers").status, 401)
        equal(WebSocket(server, "/v1/workers", Authorization="Bearer wrong").status, 403)
        equal(Worker(server, Authorization=f"Bearer {key}").registered["type"], "registered")
        equal(WebSocket(server, "/v1/workers", Authorization=f"Bearer {key}", Origin="http://evil.example").status, 403)
