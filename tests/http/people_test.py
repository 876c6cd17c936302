"""What people decide and what is remembered, over the API and the command line; a kill -9 in between."""
import os
import subprocess

from parley_server import BINARY, ORDER, SHOP, Server, equal

APPROVED = ORDER.replace("    save: receipt\n", "    save: receipt\n    approve: count > 2\n    approver: finance\n")

TERMS = """\
id: terms
triggers: [{command: /terms}]
steps:
  - id: decide
    type: review
    title: A discount
    assignee: sales
    form:
      percent: {type: integer, min: 1, max: 30}
    expires: 1d
  - {id: done, type: message, text: "{{ review.values.percent }} % off, says {{ review.reviewer }}."}
"""

DIET = """\
id: diet
triggers: [{command: /diet}]
slots:
  diet: {type: text, ask: "What do you eat?", scope: user}
steps:
  - {id: collect, type: input, gather: diet}
  - {id: noted, type: message, text: "You eat {{ diet }}."}
"""


CLOSED = """\
id: closed
triggers:
  - {event: ticket.closed, match: {kind: complaint}}
steps:
  - {id: say, type: message, text: "Closed: {{ event.data.id }}"}
"""


def server_with_reviews():
    server = Server(flows={"order": APPROVED, "terms": TERMS, "diet": DIET, "closed": CLOSED})
    (server.folder / "tools" / "shop.yaml").write_text(SHOP)
    return server


def order(server, count):
    first = server.chat(message="/order").json
    server.chat(conversation_id=first["conversation_id"], message="pizza")
    answer = server.chat(conversation_id=first["conversation_id"], message=str(count)).json
    return first["conversation_id"], answer


def test_a_call_waits_for_a_yes_and_survives_a_kill():
    with server_with_reviews() as server:
        conversation, answer = order(server, 3)
        assert answer["text"].startswith("A colleague has to decide this first."), answer
        server.kill()
        server.start()
        page = server.get("/v1/reviews?status=open").json
        equal(len(page["data"]), 1)
        review = page["data"][0]
        equal((review["kind"], review["assignee"], review["conversation_id"]), ("approval", "finance", conversation))
        equal(review["subject"], {"tool": "shop.charge", "arguments": {"amount": 3}})
        path = "/v1/reviews/" + review["id"]
        equal(server.get(path).json, review)

        wrong = server.post(path, {"decision": "approved", "digest": "0" * 64})
        equal((wrong.status, wrong.error), (409, "review_changed"))
        for arguments in ({"amount": "much"}, {"amount": 3, "ghost": 1}, {}):
            refused = server.post(path, {"decision": "edited", "values": arguments})
            equal((refused.status, refused.json["error"]["param"]), (400, "values"))
        equal(server.post(path, {"decision": "approved", "values": {"amount": 1}}).status, 400)
        equal(server.post(path, {"decision": "maybe"}).error, "invalid_field")
        equal(server.get(path).json["status"], "open")

        done = server.post(path, {"decision": "approved", "digest": review["digest"], "note": "fine"})
        equal((done.status, "receipt test_1" in done.json["text"]), (200, True))
        again = server.post(path, {"decision": "approved"})
        equal((again.status, again.error), (409, "review_closed"))
        closed = server.get(path).json
        equal((closed["status"], closed["decision"]["note"]), ("approved", "fine"))
        equal(server.get("/v1/reviews?status=open").json["data"], [])
        equal((server.get("/v1/reviews/nothing").status, server.get("/v1/reviews/nothing").error), (404, "review_not_found"))
        equal(server.post("/v1/reviews/nothing", {"decision": "approved"}).error, "review_not_found")


def test_a_review_shows_the_request_and_takes_other_arguments_or_an_answer():
    with server_with_reviews() as server:
        order(server, 3)
        review = server.get("/v1/reviews?status=open").json["data"][0]
        request = review["call"]["request"]
        equal((request["method"], request["body"]), ("POST", '{"amount":3}'))
        assert request["url"].endswith("/charges"), request
        assert review["call"]["words"].startswith("Take money. amount: 3."), review["call"]
        shown = review_command(server, "show", review["id"])[1]
        assert "POST " in shown and '{"amount":3}' in shown, shown
        done = review_command(server, "edit", review["id"], "--arguments", '{"amount": 1}', "--reviewer", "Bo")
        equal(done[0], 0)
        after, before = server.get("/v1/reviews").json["data"]
        equal((before["status"], before["decision"]["reviewer"]), ("edited", "Bo"))
        equal((after["status"], after["replaces"], after["call"]["request"]["body"]), ("approved", review["id"], '{"amount":1}'))
        assert after["digest"] != before["digest"]

        _, answer = order(server, 4)
        path = "/v1/reviews/" + server.get("/v1/reviews?status=open").json["data"][0]["id"]
        answer = server.post(path, {"decision": "answered", "values": {"id": "by hand"}}).json
        assert "receipt by hand" in answer["text"], answer


def test_a_small_order_needs_nobody():
    with server_with_reviews() as server:
        _, answer = order(server, 2)
        assert "receipt test_1" in answer["text"], answer
        equal(server.get("/v1/reviews").json["data"], [])


def test_a_form_is_checked_field_by_field():
    with server_with_reviews() as server:
        server.chat(message="/terms")
        review = server.get("/v1/reviews?assignee=sales").json["data"][0]
        equal(review["form"][0]["name"], "percent")
        path = "/v1/reviews/" + review["id"]
        for values, param in (({}, "values.percent"), ({"percent": 31}, "values.percent"), ({"prcent": 3}, "values")):
            refused = server.post(path, {"decision": "answered", "values": values})
            equal((refused.status, refused.json["error"]["param"]), (400, param))
        answer = server.post(path, {"decision": "answered", "values": {"percent": 15}, "reviewer": "Bo"}).json
        assert answer["text"].startswith("15 % off, says Bo."), answer


def test_visitors_may_not_decide():
    with Server(flows={"terms": TERMS}, environment={"PARLEY_SERVER__API_KEY": "a-long-secret-key-of-the-test"}) as server:
        started = server.chat(message="/terms").json
        key = "a-long-secret-key-of-the-test"
        review = server.get("/v1/reviews", key).json["data"][0]
        path = "/v1/reviews/" + review["id"]
        for token, status in ((None, 401), (started["token"], 403)):
            equal(server.get("/v1/reviews", token).status, status)
            equal(server.post(path, {"decision": "rejected"}, token).status, status)
            equal(server.request("DELETE", "/v1/users/ana/memory", token=token).status, status)
        equal(server.post(path, {"decision": "rejected"}, key).status, 200)


def test_operators_see_no_sensitive_value_of_a_user():
    card = DIET.replace("diet", "card").replace("scope: user", "scope: user, sensitive: true")
    with Server(flows={"card": card}) as server:
        first = server.chat(message="/card", user_id="ana").json["conversation_id"]
        server.chat(conversation_id=first, message="4111 1111 1111 1142")
        second = server.chat(message="/card", user_id="ana").json
        assert second["text"].startswith("You eat •••• 42."), second
        equal(server.get("/v1/users/ana/memory").json["slots"], {"card": "•••• 42"})
        for conversation in (first, second["conversation_id"]):
            for path in ("", "/turns", "/events"):
                shown = server.get(f"/v1/conversations/{conversation}{path}").body
                assert "1111" not in shown, shown


def test_users_are_remembered_and_forgotten():
    with server_with_reviews() as server:
        first = server.chat(message="/diet", user_id="ana").json["conversation_id"]
        server.chat(conversation_id=first, message="fish")
        equal(server.get("/v1/users/ana/memory").json, {"user_id": "ana", "slots": {"diet": "fish"}, "facts": []})
        assert server.chat(message="/diet", user_id="ana").json["text"].startswith("You eat fish.")
        equal(server.request("DELETE", "/v1/users/ana/memory").status, 204)
        equal(server.get("/v1/users/ana/memory").json["slots"], {})
        equal(server.chat(message="/diet", user_id="ana").json["text"], "What do you eat?")


def review_command(server, *words):
    environment = {**os.environ, "PARLEY_API_KEY": ""}
    done = subprocess.run(
        [BINARY, "review", *words, "--url", f"http://127.0.0.1:{server.port}"], capture_output=True, text=True, env=environment
    )
    return done.returncode, done.stdout + done.stderr


def test_the_command_line_decides():
    with server_with_reviews() as server:
        for _ in range(3):
            order(server, 3)
        server.chat(message="/terms")
        ids = [review["id"] for review in server.get("/v1/reviews").json["data"]]
        code, text = review_command(server, "list")
        equal((code, all(review in text for review in ids), "finance" in text), (0, True, True))
        equal(review_command(server, "answer", ids[0], "--values", '{"percent": 5}')[0], 0)
        equal(review_command(server, "approve", ids[1], "--note", "fine")[0], 0)
        equal(review_command(server, "reject", ids[2])[0], 0)
        equal([server.get("/v1/reviews/" + i).json["status"] for i in ids], ["answered", "approved", "rejected", "open"])
        code, text = review_command(server, "approve", ids[1])
        equal((code, "closed already" in text), (1, True))
        equal(review_command(server, "show", ids[3])[0], 0)
        equal(review_command(server, "show", "nothing")[0], 1)


def test_events_start_and_enter_conversations():
    with server_with_reviews() as server:
        event = {"name": "ticket.closed", "data": {"id": "T1", "kind": "complaint"}, "user_id": "ana"}
        first = server.post("/v1/events", event, Idempotency_Key="event-0000-0000-0001")
        equal((first.status, first.json["created"]), (200, True))
        assert first.json["text"].startswith("Closed: T1"), first.json
        again = server.post("/v1/events", event, Idempotency_Key="event-0000-0000-0001")
        equal(again.json["conversation_id"], first.json["conversation_id"])
        running = server.chat(message="/diet", user_id="ana").json["conversation_id"]
        entered = server.post("/v1/events", event).json
        equal((entered["conversation_id"], "Now back to diet." in entered["text"]), (running, True))
        unwanted = server.post("/v1/events", {"name": "ticket.closed", "data": {"kind": "praise"}})
        equal((unwanted.status, unwanted.error), (404, "event_not_wanted"))
        equal(server.post("/v1/events", {"data": {}}).error, "missing_field")
        equal(server.post("/v1/events", {**event, "conversation_id": "c_none"}).error, "conversation_not_found")
