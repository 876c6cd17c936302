import asyncio
import json
import unittest

from parley_sdk import ToolError, compile_modules, tool
from parley_sdk.websocket import connect
from parley_sdk.worker import Worker
from test_websocket import accepted, frame, served


@tool
def half() -> str:
    return "\ud83d"


@tool
def fails() -> None:
    raise ToolError("no_such_order", "half of it: \ud83d")


@tool
def large() -> str:
    return "x" * (1 << 20)


@tool
def loud() -> None:
    raise ValueError("y" * (1 << 20))


def text(message) -> bytes:
    return frame(0x81, json.dumps(message).encode())


REGISTERED = text({
    "type": "registered", "version": 1, "session": "w_1", "connector": "worker", "heartbeat_ms": 10_000, "lease_ms": 30_000,
    "capacity": 16, "result_bytes": 65_536, "tools": [], "refused": [],
})


def call(name: str) -> bytes:
    return text({
        "type": "call", "call_id": name, "tool": f"worker.{name}", "attempt": 1, "delivery": 1, "idempotency_key": "k",
        "deadline_ms": 10_000, "user_id": "ana", "conversation_id": "c_1", "turn": 1, "arguments": {},
    })


def unmasked(received: bytes) -> list[dict]:
    """The messages of a worker's frames, as far as they have come."""
    messages = []
    while len(received) >= 2:
        size, at = received[1] & 0x7F, 2
        if size == 126:
            size, at = int.from_bytes(received[2:4], "big"), 4
        if len(received) < at + 4 + size:
            break
        mask, payload = received[at:at + 4], received[at + 4:at + 4 + size]
        if received[0] & 0x0F == 1:
            messages.append(json.loads(bytes(b ^ mask[i % 4] for i, b in enumerate(payload))))
        received = received[at + 4 + size:]
    return messages


def project():
    return compile_modules([("tools.py", {"half": half, "fails": fails, "large": large, "loud": loud})])


class Answers(unittest.IsolatedAsyncioTestCase):
    async def test_what_is_no_text_fails_the_call_instead_of_leaving_it_without_an_answer(self):
        async def work(url, received, got_something):
            worker = Worker(project(), url.removesuffix("/v1/workers"))
            running = asyncio.create_task(worker.run())
            answers = {}
            while len(answers) < 2:
                got_something.clear()
                await got_something.wait()
                answers = {m["call_id"]: m for m in unmasked(bytes(received)) if "call_id" in m}
            self.assertEqual((answers["half"]["type"], answers["half"]["code"]), ("error", "exception"))
            self.assertEqual(answers["fails"]["code"], "no_such_order")
            await worker.stop()
            await running

        await served(accepted, REGISTERED + call("half") + call("fails"), work)

    async def test_what_no_message_can_carry_fails_its_own_call_and_leaves_the_connection_to_the_others(self):
        async def work(url, received, got_something):
            worker = Worker(project(), url.removesuffix("/v1/workers"))
            running = asyncio.create_task(worker.run())
            answers = {}
            while len(answers) < 2:
                got_something.clear()
                await got_something.wait()
                answers = {m["call_id"]: m for m in unmasked(bytes(received)) if m["type"] == "error"}
            for answer in answers.values():
                self.assertEqual(answer["code"], "exception")
                self.assertLessEqual(len(answer["message"]), 1000)
            await worker.stop()
            await running

        await served(accepted, REGISTERED + call("large") + call("loud"), work)

    async def test_a_server_that_cannot_register_now_is_asked_again(self):
        async def work(url, received, got_something):
            worker = Worker(project(), url.removesuffix("/v1/workers"), first_pause=0.001, longest_pause=0.002)
            running = asyncio.create_task(worker.run())
            while sum(m["type"] == "register" for m in unmasked(bytes(received))) < 2:
                got_something.clear()
                await got_something.wait()
            self.assertFalse(running.done())
            await worker.stop()
            await running

        away = text({"type": "error", "code": "unavailable", "message": "the store is away"})
        await served(accepted, away, work)

    async def test_what_speaks_no_http_is_a_server_that_cannot_be_reached(self):
        async def work(url, received, got_something):
            with self.assertRaises(OSError):
                await connect(url, {}, 5)

        await served(lambda key: b"hello\r\n\r\n", b"", work)
        await served(lambda key: b"HTTP/1.1 many\r\n\r\n", b"", work)


if __name__ == "__main__":
    unittest.main()
