"""A stop as a load balancer and its clients see it: not ready, still answering, then everybody is sent on."""
import re
import signal
import struct
import threading

from chat_test import WebSocket
from live_tools_test import Service, live_server
from parley_server import PATIENCE, Server, equal


def closed_with(socket):
    opcode, payload = socket.receive()
    return opcode, struct.unpack(">H", payload[:2])[0]


def test_a_stop_waits_for_the_balancer_and_sends_everybody_on():
    with Server(environment={"PARLEY_SERVER__DRAIN_DELAY_SECONDS": "3"}) as server:
        conversation = server.chat(message="/order").json["conversation_id"]
        socket = WebSocket(server)
        with server.open_stream("GET", f"/v1/events?conversation={conversation}") as stream:
            events = stream.events()
            server.process.send_signal(signal.SIGTERM)
            server.wait_for("answering for 3 s yet")
            ready = server.get("/readyz?verbose")
            equal((ready.status, ready.json["status"]), (503, "draining"))
            equal(server.get("/readyz?draining=404").status, 404)
            # Whoever comes meanwhile is answered, and told not to keep the connection.
            new = server.chat(message="/order")
            equal((new.status, new.headers["Connection"]), (200, "close"))
            equal(server.chat(conversation_id=conversation, message="pizza").status, 200)
            event, turn, last_id = next(events)
            equal((event, turn["turn"]), ("turn", 2))
            socket.send(type="message", conversation_id=conversation, message="2")
            equal(socket.until("turn.committed")[-1]["data"]["turn"], 3)
            equal(closed_with(socket), (0x88, 1001))
            socket.close()
            equal([kind for kind, _, _ in events][0], "turn")  # the stream ends as a stream does
        equal(server.process.wait(PATIENCE), 0)

        # Elsewhere, or here: the client goes on where it was.
        server.start()
        with server.open_stream("GET", f"/v1/events?conversation={conversation}", Last_Event_ID=last_id) as stream:
            equal(stream.until("turn")[-1][1]["turn"], 3)


def test_turns_under_way_are_finished_and_told():
    with Service() as service, live_server(service) as server:
        service.hold = True
        answers = {}

        def ask():
            answers["json"] = server.chat(message="/mail")

        def ask_for_a_stream():
            with server.open_stream("POST", "/v1/chat", {"message": "/mail"}) as stream:
                answers["stream"] = [event for event, _, _ in stream.events()]

        threads = [threading.Thread(target=ask), threading.Thread(target=ask_for_a_stream)]
        for thread in threads:
            thread.start()
        socket = WebSocket(server)
        socket.send(type="message", message="/mail")
        while len(service.requests) < 3:
            threads[0].join(0.01)
        server.process.send_signal(signal.SIGTERM)
        server.wait_for(r"stopping: \d connections to finish")
        service.go_on.set()
        equal([m["type"] for m in socket.until("turn.committed")][-2:], ["message", "turn.committed"])
        equal(closed_with(socket), (0x88, 1001))
        socket.close()
        for thread in threads:
            thread.join()
        equal((answers["json"].status, answers["json"].json["text"][:4]), (200, "Sent"))
        equal(answers["stream"][-1], "turn.committed")
        equal(server.process.wait(PATIENCE), 0)
        assert not re.search("cut off", server.output), server.output
