"""The client's half of RFC 6455, as far as a worker needs it: text messages, pings, closing. Belongs to one event loop."""
from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import ssl
import time
import urllib.parse
from collections.abc import Mapping

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_MAX_MESSAGE = 16 * 1024 * 1024
_MAX_REFUSAL = 64 * 1024
_CONTINUATION, _TEXT, _CLOSE, _PING, _PONG = 0, 1, 8, 9, 10


class HandshakeRefused(Exception):
    """The server's answer to a handshake, when it is no."""

    def __init__(self, status: int, body: bytes):
        try:
            error = json.loads(body)["error"]
            message = error["message"] + (f" ({error['hint']})" if error.get("hint") else "")
        except (ValueError, KeyError, TypeError):
            message = f"the server answered {status}"
        super().__init__(message)
        self.status = status


class Closed(Exception):
    def __init__(self, code: int):
        super().__init__(f"the connection was closed ({code})")
        self.code = code


def _masked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


class Socket:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.heard = time.monotonic()  # when anything came from the server last
        self._reader = reader
        self._writer = writer

    @property
    def open(self) -> bool:
        return not self._writer.is_closing()

    def send(self, text: str) -> bool:
        if not self.open:
            return False
        self._frame(_TEXT, text.encode())
        return True

    def ping(self) -> None:
        if self.open:
            self._frame(_PING, b"")

    def close(self, code: int = 1000) -> None:
        if self.open:
            self._frame(_CLOSE, code.to_bytes(2, "big"))
            self._writer.close()

    def abort(self) -> None:
        self._writer.transport.abort()

    def _frame(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes([0x80 | opcode, 0x80 | size])
        elif size < 65536:
            head = bytes([0x80 | opcode, 0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head = bytes([0x80 | opcode, 0x80 | 127]) + size.to_bytes(8, "big")
        mask = os.urandom(4)
        self._writer.write(head + mask + _masked(payload, mask))

    async def receive(self) -> str:
        """The next text; fails with Closed when there is none."""
        parts: list[bytes] = []
        size = 0
        while True:
            try:
                opcode, last, payload = await self._read_frame(_MAX_MESSAGE - size)
            except (asyncio.IncompleteReadError, OSError):
                self._writer.close()
                raise Closed(1006) from None
            self.heard = time.monotonic()
            if opcode == _PING and self.open:
                self._frame(_PONG, payload)
            elif opcode == _CLOSE:
                code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
                self.close(code if code != 1005 else 1000)
                raise Closed(code)
            elif opcode in (_CONTINUATION, _TEXT):
                parts.append(payload)
                size += len(payload)
                if last:
                    return b"".join(parts).decode()

    async def _read_frame(self, room: int) -> tuple[int, bool, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            size = int.from_bytes(await self._reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self._reader.readexactly(8), "big")
        if second & 0x80 or size > room:
            raise OSError("a frame that no server sends")
        return first & 0x0F, bool(first & 0x80), await self._reader.readexactly(size)


async def connect(url: str, headers: Mapping[str, str], timeout: float) -> Socket:
    async with asyncio.timeout(timeout):
        return await _connect(urllib.parse.urlsplit(url), headers)


async def _connect(url: urllib.parse.SplitResult, headers: Mapping[str, str]) -> Socket:
    secure = url.scheme in ("https", "wss")
    port = url.port or (443 if secure else 80)
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(url.hostname, port, ssl=context)
    key = base64.b64encode(os.urandom(16)).decode()
    fields = {
        "Host": url.netloc.rpartition("@")[2],
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        **headers,
    }
    lines = [f"GET {url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        answered = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        status = int(head[0].split()[1])
        if status != 101:
            length = min(int(answered.get("content-length", "0")), _MAX_REFUSAL)
            raise HandshakeRefused(status, await reader.readexactly(length))
        accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode()).digest()).decode()
        if answered.get("sec-websocket-accept") != accept.lower():
            raise OSError("the server's handshake is wrong")
    except (ValueError, IndexError, asyncio.LimitOverrunError) as problem:
        writer.close()
        raise OSError("this is no server that speaks HTTP") from problem
    except BaseException:
        writer.close()
        raise
    return Socket(reader, writer)
