import asyncio
import base64
import hashlib
import json
import unittest

from parley_sdk.websocket import Closed, HandshakeRefused, connect


def frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([first, size]) + payload
    if size < 65536:
        return bytes([first, 126]) + size.to_bytes(2, "big") + payload
    return bytes([first, 127]) + size.to_bytes(8, "big") + payload


def accepted(key: str) -> bytes:
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    return (
        "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n"
    ).encode()


async def served(head, bytes_to_send, work):
    """A server that answers the handshake with `head`, sends the bytes, and collects what it is sent."""
    received = bytearray()
    got_something = asyncio.Event()

    async def serve(reader, writer):
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in asked.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        writer.write(head(key) + bytes_to_send)
        while more := await reader.read(65536):
            received.extend(more)
            got_something.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await work(f"http://127.0.0.1:{port}/v1/workers", received, got_something)
    finally:
        server.close()


class WebSocket(unittest.IsolatedAsyncioTestCase):
    async def test_messages_of_every_size_arrive_in_pieces_and_with_pings_between_and_the_close_with_its_code(self):
        sent = b"".join([
            frame(0x81, "grüße".encode()), frame(0x01, b"in "), frame(0x89, b"there?"), frame(0x80, b"pieces"),
            frame(0x81, b"a" * 300), frame(0x81, b"b" * 70_000), frame(0x88, b"\x03\xe9"),
        ])

        async def work(url, received, got_something):
            socket = await connect(url, {}, 5)
            texts = [await socket.receive() for _ in range(4)]
            self.assertEqual([text if len(text) < 20 else len(text) for text in texts], ["grüße", "in pieces", 300, 70_000])
            with self.assertRaises(Closed) as closed:
                await socket.receive()
            self.assertEqual(closed.exception.code, 1001)
            self.assertFalse(socket.send("too late"))
            await got_something.wait()
            self.assertEqual(bytes(received[:2]), bytes([0x8A, 0x80 | len("there?")]))

        await served(accepted, sent, work)

    async def test_what_is_sent_is_masked(self):
        async def work(url, received, got_something):
            socket = await connect(url, {}, 5)
            socket.send("x" * 200)
            while len(received) < 8 + 200:
                got_something.clear()
                await got_something.wait()
            self.assertEqual(bytes(received[:4]), bytes([0x81, 0x80 | 126, 0, 200]))
            mask = received[4:8]
            self.assertEqual(bytes(b ^ mask[i % 4] for i, b in enumerate(received[8:])), b"x" * 200)
            socket.abort()

        await served(accepted, b"", work)

    async def test_a_refusal_carries_the_servers_own_words(self):
        body = json.dumps({"error": {"message": "This needs an API key.", "hint": "send one"}}).encode()

        async def work(url, received, got_something):
            with self.assertRaises(HandshakeRefused) as refused:
                await connect(url, {}, 5)
            self.assertEqual((refused.exception.status, str(refused.exception)), (401, "This needs an API key. (send one)"))

        await served(lambda key: f"HTTP/1.1 401 x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body, b"", work)

    async def test_a_peer_that_proves_nothing_or_sends_masked_frames_is_not_spoken_to(self):
        async def unproven(url, received, got_something):
            with self.assertRaises(OSError):
                await connect(url, {}, 5)

        await served(lambda key: b"HTTP/1.1 101 x\r\nSec-WebSocket-Accept: no\r\n\r\n", b"", unproven)

        async def masked(url, received, got_something):
            socket = await connect(url, {}, 5)
            with self.assertRaises(Closed):
                await socket.receive()

        await served(accepted, b"\x81\x81\0\0\0\0a", masked)


if __name__ == "__main__":
    unittest.main()
