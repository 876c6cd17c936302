"""Turns over JSON, streams and WebSocket; the same request again; conversations and their pages."""
import threading

from parley_server import PATIENCE, Server, WebSocket, equal


def test_the_same_request_gets_the_same_bytes_also_after_a_restart():
    with Server() as server:
        key = {"Idempotency-Key": "0123456789abcdef-1"}
        first = server.chat(message="/order", headers=key)
        again = server.chat(message="/order", headers=key)
        equal(again.body, first.body)
        equal(first.json["token"], again.json["token"])
        other = server.chat(message="/human", headers=key)
        equal((other.status, other.error), (422, "idempotency_key_reused"))

        second = {"Idempotency-Key": "second"}
        body = {"conversation_id": first.json["conversation_id"], "message": "pizza"}
        before = server.chat(headers=second, **body)
        server.stop()
        server.start()
        equal(server.chat(message="/order", headers=key).body, first.body)
        equal(server.chat(headers=second, **body).body, before.body)
        turns = server.get(f"/v1/conversations/{first.json['conversation_id']}/turns").json["data"]
        equal([turn["turn"] for turn in turns], [1, 2])
        equal(turns[1]["idempotency_key"], "second")


def test_equal_requests_at_once_are_one_turn():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        answers = []

        def ask():
            answers.append(server.chat(conversation_id=conversation, message="pizza", headers={"Idempotency-Key": "same"}).body)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(len(set(answers)), 1)
        equal(server.get(f"/v1/conversations/{conversation}").json["turns"], 2)


def test_strangers_with_the_same_short_key_are_told_apart_by_body():
    with Server() as server:
        one = server.chat(message="/order", user_id="ana", headers={"Idempotency-Key": "1"})
        two = server.chat(message="/order", user_id="ben", headers={"Idempotency-Key": "1"})
        equal((one.status, two.status), (200, 422))


def burst(server, conversation, messages):
    """Sends all at once; the answers in the order of the messages."""
    answers = [None] * len(messages)

    def send(place):
        answers[place] = server.chat(conversation_id=conversation, message=messages[place], message_id=f"m{place}")

    threads = [threading.Thread(target=send, args=(place,)) for place in range(len(messages))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return answers


def test_a_burst_waits_in_line():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        answers = burst(server, conversation, ["pizza"] * 6)
        equal({answer.status for answer in answers}, {200})
        equal(sorted(answer.json["turn"] for answer in answers), [2, 3, 4, 5, 6, 7])
        again = server.chat(conversation_id=conversation, message="pizza", message_id="m3")
        equal(again.body, answers[3].body)


def test_a_burst_is_one_turn_where_the_assistant_says_so():
    server = Server()
    (server.folder / "parley.yaml").write_text("name: Shop\nadmission: {mode: merge, window: 3s}\n")
    with server:
        conversation = server.chat(message="/order").json["conversation_id"]
        answers = burst(server, conversation, ["a pizza", "3 please"])
        equal({answer.json["turn"] for answer in answers}, {2})
        equal(answers[0].body, answers[1].body)
        server.stop()
        server.start()
        equal(server.chat(conversation_id=conversation, message="3 please", message_id="m1").body, answers[0].body)


def test_a_message_id_is_answered_once():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        first = server.chat(conversation_id=conversation, message="pizza", message_id="m1").body
        equal(server.chat(conversation_id=conversation, message="pizza", message_id="m1").body, first)


def test_a_stream_shows_the_turn_and_ends_with_the_answer():
    with Server() as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        server.chat(conversation_id=conversation, message="pizza")
        with server.open_stream("POST", "/v1/chat", {"conversation_id": conversation, "message": "2"}) as stream:
            equal((stream.status, stream.headers["Content-Type"]), (200, "text/event-stream"))
            equal(stream.headers["X-Accel-Buffering"], "no")
            events = list(stream.events())
        names = [event for event, _, _ in events]
        equal(names[0], "turn.started")
        equal(names[-1], "turn.committed")
        effects = [data for event, data, _ in events if event == "effect"]
        equal([(e["tool"], e["state"]) for e in effects], [("shop.charge", "started"), ("shop.charge", "done")])
        said = [data["text"] for event, data, _ in events if event == "message"]
        equal("\n".join(said), events[-1][1]["text"])
        equal(events[-1][1]["status"], "ended")
        # What is refused before the turn begins is an ordinary error.
        with server.open_stream("POST", "/v1/chat", {"conversation_id": "c_0", "message": "x"}) as stream:
            equal(stream.status, 404)


def test_a_repeated_stream_shows_the_same():
    with Server() as server:
        key = {"Idempotency_Key": "0123456789abcdef-2"}
        with server.open_stream("POST", "/v1/chat", {"message": "/order"}, **key) as stream:
            first = list(stream.events())
        with server.open_stream("POST", "/v1/chat", {"message": "/order"}, **key) as stream:
            equal(list(stream.events()), first)


def test_the_assistant_may_speak_first():
    with Server() as server:
        started = server.post("/v1/conversations", {"flow_id": "order"})
        equal((started.status, started.json["text"]), (201, "Pizza or salad?"))
        turns = server.get(f"/v1/conversations/{started.json['conversation_id']}/turns", token=started.json["token"]).json
        equal(turns["data"][0]["user"], None)


def test_lists_have_pages_and_filters():
    with Server() as server:
        ids = [server.chat(message="/order", user_id=f"u{i % 2}").json["conversation_id"] for i in range(5)]
        page = server.get("/v1/conversations?limit=2").json
        equal([c["id"] for c in page["data"]], [ids[4], ids[3]])
        rest = server.get(f"/v1/conversations?limit=9&before={page['next_before']}").json
        equal(([c["id"] for c in rest["data"]], rest["has_more"]), ([ids[2], ids[1], ids[0]], False))
        equal([c["id"] for c in server.get("/v1/conversations?user_id=u1").json["data"]], [ids[3], ids[1]])
        equal(server.get("/v1/conversations?status=ended").json["data"], [])
        records = server.get(f"/v1/conversations/{ids[0]}/events").json["data"]
        equal(records[0]["events"][0]["type"], "ConversationStarted")
        for turn in ["pizza", "salad", "pizza"]:
            server.chat(conversation_id=ids[0], message=turn)
        turns = server.get(f"/v1/conversations/{ids[0]}/turns?after=1&limit=2").json
        equal(([t["turn"] for t in turns["data"]], turns["has_more"]), ([2, 3], True))


def test_feedback_is_kept_and_a_message_after_the_end_goes_on():
    with Server() as server:
        started = server.chat(message="/order").json
        conversation, token = started["conversation_id"], started["token"]
        for message in ["pizza", "1"]:
            answer = server.chat(token=token, conversation_id=conversation, message=message).json
        equal(answer["status"], "ended")
        equal(server.post(f"/v1/conversations/{conversation}/feedback", {"stars": 4, "comment": "fine"}, token).status, 204)
        equal(server.get(f"/v1/conversations/{conversation}", token).json["feedback"], {"stars": 4, "comment": "fine"})
        again = server.chat(token=token, conversation_id=conversation, message="/order").json
        equal((again["conversation_id"], again["text"]), (conversation, "Pizza or salad?"))


def test_a_websocket_speaks_the_same_messages():
    with Server() as server:
        socket_ = WebSocket(server)
        equal(socket_.status, 101)
        socket_.send(type="message", message="/order")
        events = socket_.until("turn.committed")
        equal([e["type"] for e in events], ["turn.started", "message", "turn.committed"])
        answer = events[-1]["data"]
        socket_.send(type="message", conversation_id=answer["conversation_id"], token=answer["token"], message="salad")
        equal(socket_.until("turn.committed")[-1]["data"]["text"], "How many?")
        socket_.send(type="message", conversation_id=answer["conversation_id"], token="wrong", message="1")
        equal(socket_.receive()["data"]["error"]["code"], "token_invalid")
        socket_.send(type="mesage")
        equal(socket_.receive()["data"]["error"]["hint"], "did you mean 'message'?")

        socket_.send(type="subscribe", conversation_id=answer["conversation_id"])
        equal(socket_.until("subscribed")[-1]["data"]["conversation_id"], answer["conversation_id"])
        server.post(f"/v1/conversations/{answer['conversation_id']}/human", {"action": "join", "operator": "ana"})
        equal(socket_.until("owner")[-1]["data"], {"owner": "human"})
        socket_.close()


def test_a_foreign_page_gets_no_websocket_and_no_post():
    with Server() as server:
        equal(WebSocket(server, Origin="https://evil.example").status, 403)
        answer = server.chat(message="/order", headers={"Origin": "https://evil.example"})
        equal((answer.status, answer.error), (403, "origin_not_allowed"))
        assert "Access-Control-Allow-Origin" not in answer.headers
