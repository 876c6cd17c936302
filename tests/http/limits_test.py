"""What is refused: turns of those who send too many, and less urgent work while there is too much to do."""
import contextlib
import http.client
import re
import threading
import time

from chat_test import WebSocket
from parley_server import PATIENCE, Server, equal

KEY = "a-configured-key-of-thirty-characters"
ONE_A_MINUTE = {"PARLEY_LIMITS__TURNS_PER_MINUTE": "1", "PARLEY_LIMITS__TURNS_BURST": "3"}


def metric(server, name, token=None):
    found = re.search(rf"^{re.escape(name)} (\S+)$", server.get("/metrics", token=token).body, re.M)
    assert found, name
    return float(found.group(1))


def wait_until(what, so):
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline, f"{what} has not happened"
        time.sleep(0.02)


def test_somebody_who_sends_too_many_messages_is_told_when_to_go_on():
    with Server(environment=ONE_A_MINUTE) as server:
        # A conversation, a user that a trusted caller names, and a WebSocket: each has three, then nothing for a minute.
        conversation = server.chat(message="/order").json["conversation_id"]
        first = server.chat(conversation_id=conversation, message="hello")
        equal((first.status, first.headers["RateLimit-Policy"], first.headers["RateLimit"]), (200, '"turns";q=3;w=180', '"turns";r=2;t=60'))
        for _ in range(2):
            equal(server.chat(conversation_id=conversation, message="hello").status, 200)
        over = server.chat(conversation_id=conversation, message="hello")
        equal((over.status, over.error, over.json["error"]["type"]), (429, "rate_limited", "rate_limit"))
        wait = int(over.headers["Retry-After"])
        assert 1 <= wait <= 60 and over.headers["RateLimit"] == f'"turns";r=0;t={wait}', over.headers
        with server.open_stream("POST", "/v1/chat", {"conversation_id": conversation, "message": "hello"}) as stream:
            equal(stream.status, 429)
        equal([server.chat(user_id="ana", message="/order").status for _ in range(4)], [200, 200, 200, 429])
        with server.open_stream("POST", "/v1/chat", {"user_id": "ben", "message": "/order"}) as stream:
            equal((stream.status, stream.headers["RateLimit"]), (200, '"turns";r=2;t=60'))

        socket = WebSocket(server)
        for _ in range(3):
            socket.send(type="message", user_id="eva", message="/order")
            socket.until("turn.committed")
        socket.send(type="message", user_id="eva", message="/order")
        told = socket.until("error")[-1]["data"]["error"]
        equal((told["code"], "wait" in told["hint"]), ("rate_limited", True))
        socket.close()
        equal(metric(server, 'parley_rate_limited_total{by="conversation"}'), 2)
        equal(metric(server, 'parley_rate_limited_total{by="user"}'), 2)


def test_ratings_are_counted_like_messages():
    with Server(environment={"PARLEY_SERVER__API_KEY": KEY, **ONE_A_MINUTE}) as server:
        begun = server.chat(message="/order").json
        rates = [server.post(f"/v1/conversations/{begun['conversation_id']}/feedback", {"stars": 5}, begun["token"]) for _ in range(5)]
        equal([rate.status for rate in rates], [204, 204, 204, 429, 429])
        equal((rates[-1].error, int(rates[-1].headers["Retry-After"]) >= 1), ("rate_limited", True))


def test_nobody_is_counted_on_a_development_server_and_everybody_on_one_with_a_key():
    with Server() as server:
        begun = server.chat(message="/order").json
        conversation = begun["conversation_id"]
        for _ in range(30):
            answer = server.chat(conversation_id=conversation, message="hello", token=begun["token"])
            equal((answer.status, answer.headers["RateLimit"]), (200, None))
    with Server(environment={"PARLEY_SERVER__API_KEY": KEY}) as server:
        begun = server.chat(message="/order").json
        answers = [server.chat(begun["token"], conversation_id=begun["conversation_id"], message="hello") for _ in range(20)]
        equal({answer.status for answer in answers}, {200})
        equal(answers[0].headers["RateLimit-Policy"], '"turns";q=20;w=20')


def test_behind_a_proxy_visitors_are_told_apart_by_their_addresses():
    environment = {"PARLEY_SERVER__API_KEY": KEY, "PARLEY_SERVER__TRUSTED_PROXIES": "127.0.0.1", **ONE_A_MINUTE}
    with Server(environment=environment) as server:
        def begins(address):
            return server.chat(message="/order", headers={"X-Forwarded-For": address}).status

        equal([begins("198.51.100.7, 192.0.2.1") for _ in range(4)], [200, 200, 200, 429])
        equal([begins("192.0.2.1"), begins("192.0.2.2"), begins("2001:db8::1")], [429, 200, 200])
        # A proxy that does not say for whom: nobody is held to account for all.
        equal({server.chat(message="/order").status for _ in range(5)}, {200})


def test_a_proxy_that_is_no_address_is_told():
    server = Server(environment={"PARLEY_SERVER__TRUSTED_PROXIES": "balancer.example"})
    try:
        server.launch()
        server.wait_for("neither an address nor a range")
        equal(server.process.wait(PATIENCE), 3)
    finally:
        server.__exit__()


def test_an_overloaded_server_leaves_the_less_urgent_for_later():
    # A machine on which one millisecond is too long is overloaded by anything.
    with Server(environment={"PARLEY_SERVER__OVERLOAD_MS": "1"}) as server:
        conversation = server.chat(message="/human").json["conversation_id"]
        stop, wrong = threading.Event(), []

        def work(path, body):
            while not stop.is_set():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer = server.post(path, body) if body else server.get(path)
                    if answer.status == 503 and (answer.error != "overloaded" or int(answer.headers["Retry-After"]) < 1):
                        wrong.append(answer.body)

        jobs = [("/v1/chat", {"message": "/order"})] * 6 + [("/v1/chat", {"conversation_id": conversation, "message": "hello"}), ("/v1/flows", None)]
        threads = [threading.Thread(target=work, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            wait_until("refusing new conversations", lambda: metric(server, 'parley_shed_total{work="new_conversation"}') > 0)
            # In the declared order: the less urgent is refused altogether first, and what keeps the service going never.
            page = server.get("/metrics").body
            share = {work: float(value) for work, value in re.findall(r'parley_shed_share\{work="(\w+)"\} (\S+)', page)}
            assert share["reading"] >= share["new_conversation"] >= share["message"], share
            assert metric(server, 'parley_shed_total{work="reading"}') > 0
            equal({server.get("/livez").status for _ in range(20)} | {server.get("/readyz").status for _ in range(5)}, {200})
            equal(server.post(f"/v1/conversations/{conversation}/human", {"action": "join", "operator": "ana"}).status, 200)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        equal(wrong, [])
        wait_until("being well again", lambda: server.get("/v1/flows").status == 200)
        equal(server.chat(message="/order").status, 200)
