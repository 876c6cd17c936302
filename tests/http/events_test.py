"""The event stream of a conversation, and the human who takes over and hands back."""
from parley_server import Server, equal


def kinds(events):
    return [event for event, _, _ in events]


def test_events_come_as_they_happen_and_resume_after_a_break():
    with Server() as server:
        started = server.chat(message="/order").json
        conversation, token = started["conversation_id"], started["token"]
        path = f"/v1/events?conversation={conversation}"
        with server.open_stream("GET", path, token=token) as stream:
            equal((stream.status, stream.headers["X-Accel-Buffering"]), (200, "no"))
            server.chat(token=token, conversation_id=conversation, message="pizza", headers={"Idempotency-Key": "k2"})
            event, turn, last_id = stream.until("turn")[-1]
            equal((turn["turn"], turn["user"]["text"], turn["idempotency_key"]), (2, "pizza", "k2"))
        # Missed while away:
        server.chat(token=token, conversation_id=conversation, message="2")
        with server.open_stream("GET", path, token=token, Last_Event_ID=last_id) as stream:
            missed = stream.until("status")
            equal(kinds(missed), ["turn", "owner", "status"])
            equal((missed[0][1]["turn"], missed[0][1]["test_mode"]), (3, True))
            equal(missed[-1][1], {"status": "ended"})
            server.chat(token=token, conversation_id=conversation, message="/order")
            equal(stream.until("turn")[-1][1]["turn"], 4)
        # Without an id it starts at now, and an id from the end misses nothing.
        with server.open_stream("GET", path, token=token, Last_Event_ID=missed[-1][2]) as stream:
            equal(stream.until("turn")[-1][1]["turn"], 4)


def test_events_resume_after_the_server_was_killed():
    with Server() as server:
        started = server.chat(message="/order").json
        conversation, token = started["conversation_id"], started["token"]
        server.chat(token=token, conversation_id=conversation, message="pizza")
        server.kill()
        server.start()
        with server.open_stream("GET", f"/v1/events?conversation={conversation}", token=token, Last_Event_ID="1") as stream:
            equal(stream.until("turn")[-1][1]["turn"], 2)


def test_only_the_owner_listens():
    with Server() as server:
        one, two = server.chat(message="/order").json, server.chat(message="/order").json
        with server.open_stream("GET", f"/v1/events?conversation={one['conversation_id']}", token=two["token"]) as stream:
            equal(stream.status, 401)
        with server.open_stream("GET", "/v1/events?conversation=c_0") as stream:
            equal(stream.status, 404)


def test_a_person_takes_over_and_hands_back():
    with Server() as server:
        started = server.chat(message="/order").json
        conversation, token = started["conversation_id"], started["token"]
        human = f"/v1/conversations/{conversation}/human"
        with server.open_stream("GET", f"/v1/events?conversation={conversation}", token=token) as stream:
            waiting = server.chat(token=token, conversation_id=conversation, message="/human").json
            equal(waiting["owner"], "pending_human")
            equal(stream.until("owner")[-1][1], {"owner": "pending_human"})
            equal(server.post(human, {"action": "join", "operator": "Ana"}).json["owner"], "human")
            equal(stream.until("owner")[-1][1], {"owner": "human"})
            equal(server.post(human, {"action": "reply", "operator": "Ana", "text": "Hello!"}).status, 200)
            said = [m for event, turn, _ in stream.until("turn") if event == "turn" for m in turn["messages"]]
            equal([(m["role"], m.get("name"), m["text"]) for m in said if m["role"] == "operator"], [("operator", "Ana", "Hello!")])
            # The bot is silent while a person is there.
            silent = server.chat(token=token, conversation_id=conversation, message="thank you").json
            equal((silent["messages"], silent["owner"]), ([], "human"))
            back = server.post(human, {"action": "leave", "operator": "Ana", "note": "done"}).json
            equal(back["owner"], "returning")
        assert server.chat(token=token, conversation_id=conversation, message="/order").json["messages"]


def test_operators_see_all_conversations():
    with Server() as server:
        with server.open_stream("GET", "/v1/events") as stream:
            conversation = server.chat(message="/order").json["conversation_id"]
            event, data, _ = stream.until("turn")[-1]
            equal((data["conversation_id"], data["data"]["turn"]), (conversation, 1))
