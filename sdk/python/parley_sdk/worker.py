"""A worker: connects to a server, registers its tools and carries out the calls it is handed. It connects again by
itself, and finishes what it has begun before it stops. Functions that are not coroutines run in threads."""
from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import datetime
import inspect
import json
import os
import random
import socket as sockets
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from .compile import CompiledTool, Project, declarations
from .tools import Call, Context, ToolError
from .websocket import Closed, HandshakeRefused, Socket, connect

_SDK = "python/0.1.0"
# What keeps a server from registering a worker now, and not for good.
_PASSING = ("unavailable", "internal", "limit_exceeded", "deadline_exceeded")
# What a server takes in one message; for a longer one it ends the connection, and every other call under way on it.
_LONGEST_MESSAGE = 1 << 20
_LONGEST_REASON = 1000  # of the words of a failure; more is not kept of them


class WorkerRefused(Exception):
    """Connecting again would not help."""


@dataclasses.dataclass
class Options:
    url: str  # of the server: "http://127.0.0.1:8080"
    key: str = ""  # an admin's API key; a development server on this machine needs none
    name: str = dataclasses.field(default_factory=lambda: f"{sockets.gethostname()}:{os.getpid()}")
    capacity: int = 16  # calls at once
    first_pause: float = 0.25  # seconds; the shortest and the longest pause before connecting again
    longest_pause: float = 30.0
    patience: float = 30.0  # seconds that stop() waits for calls under way
    log: Callable[[str], None] = lambda line: None


class Worker:
    def __init__(self, project: Project, url: str, **options: Any):
        self._options = Options(url=url.rstrip("/"), **options)
        self._tools = project.tools
        self._declared = declarations(project)
        self._threads = concurrent.futures.ThreadPoolExecutor(self._options.capacity, "parley-worker")
        self._running: dict[str, asyncio.Task[None]] = {}
        self._cancelled: dict[str, threading.Event] = {}
        self._by_key: dict[str, asyncio.Future[Any]] = {}  # keyed calls under way
        self._unsent: list[str] = []  # answers that found no connection
        self._socket: Socket | None = None
        self._registered = 0
        self._stopping = asyncio.Event()
        self._failure: WorkerRefused | None = None

    async def run(self) -> None:
        """Until stop(); fails when the server refuses this worker for good."""
        failures = 0
        while not self._stopping.is_set():
            try:
                if await self._serve():
                    failures = 0
            except HandshakeRefused as refused:
                if refused.status in (401, 403, 404, 426):
                    raise WorkerRefused(str(refused)) from refused
                self._options.log(f"cannot connect: {refused}")
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as problem:
                self._options.log(f"cannot connect: {problem or type(problem).__name__}")
            if self._failure is not None:
                raise self._failure
            if not self._stopping.is_set():
                await self._pause(failures)
                failures += 1
        await self._finished()

    async def stop(self) -> None:
        """No new calls; those under way are answered, then the connection ends."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._socket is not None:
            self._socket.send('{"type":"drain"}')
        await self._finished()
        if self._socket is not None:
            self._socket.close()

    async def _finished(self) -> None:
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=self._options.patience)

    async def _pause(self, failures: int) -> None:
        """Half of it is chance, so that workers who were cut off together do not come back together."""
        most = min(self._options.longest_pause, self._options.first_pause * 2 ** min(failures, 20))
        try:
            await asyncio.wait_for(self._stopping.wait(), most * random.uniform(0.5, 1))
        except TimeoutError:
            pass

    async def _serve(self) -> bool:
        """One connection, from beginning to end. True if the server accepted this worker."""
        headers = {"Authorization": f"Bearer {self._options.key}"} if self._options.key else {}
        self._registered = 0
        socket = self._socket = await connect(f"{self._options.url}/v1/workers", headers, timeout=10)
        for connector, declared in self._declared.items():
            self._send(
                socket, type="register", version=1, connector=connector, worker=self._options.name, sdk=_SDK,
                capacity=self._options.capacity, tools=declared["tools"],
            )
        if self._stopping.is_set():
            socket.close()
        heartbeat = None
        try:
            while True:
                message = json.loads(await socket.receive())
                if message["type"] == "registered" and heartbeat is None:
                    heartbeat = asyncio.create_task(self._keep_alive(socket, message))
                self._take(socket, message)
        except Closed as closed:
            if not self._stopping.is_set():
                self._options.log(f"disconnected ({closed.code})")
        finally:
            if heartbeat is not None:
                heartbeat.cancel()
        return self._registered == len(self._declared)

    async def _keep_alive(self, socket: Socket, registered: dict[str, Any]) -> None:
        while True:
            await asyncio.sleep(registered["heartbeat_ms"] / 1000)
            if time.monotonic() - socket.heard > registered["lease_ms"] / 1000:
                socket.abort()
                return
            socket.send('{"type":"heartbeat"}')
            socket.ping()

    def _take(self, socket: Socket, message: dict[str, Any]) -> None:
        match message["type"]:
            case "registered":
                self._accepted(message)
            case "call":
                self._begin(message)
            case "cancel":
                if (cancelled := self._cancelled.get(message["call_id"])) is not None:
                    cancelled.set()
            case "drain":
                self._options.log("the server is about to stop")
            case "error":
                hint = f" ({message['hint']})" if message.get("hint") else ""
                self._options.log(f"the server says: {message['message']}{hint}")
                if self._registered < len(self._declared):
                    if message.get("code") not in _PASSING:
                        self._failure = WorkerRefused(message["message"] + hint)
                    socket.close()

    def _accepted(self, message: dict[str, Any]) -> None:
        for refused in message["refused"]:
            self._options.log(f"the server refuses {message['connector']}.{refused['tool']}: {refused['reason']}")
        self._registered += 1
        if self._registered < len(self._declared):
            return
        self._options.log(f"connected to {self._options.url}: {len(self._tools)} tools")
        unsent, self._unsent = self._unsent, []
        for text in unsent:
            self._say(text)

    @staticmethod
    def _send(socket: Socket, **message: Any) -> bool:
        return socket.send(json.dumps(message, ensure_ascii=False))

    def _say(self, text: str) -> None:
        ready = self._socket is not None and self._registered == len(self._declared)
        if not ready or not self._socket.send(text):
            self._unsent.append(text)

    def _begin(self, call: dict[str, Any]) -> None:
        call_id = call["call_id"]
        if call_id in self._running:
            return  # handed out again while it is under way

        async def carry_out() -> None:
            try:
                answer = await self._answer(call)
            finally:
                del self._running[call_id]
                self._cancelled.pop(call_id, None)
            self._say(answer)

        self._running[call_id] = asyncio.create_task(carry_out())

    async def _answer(self, call: dict[str, Any]) -> str:
        """The answer as a message. Never fails."""
        tool = self._tools.get(call["tool"])

        def failed(code: str, message: str) -> str:
            words = message[:_LONGEST_REASON].encode(errors="replace").decode()
            return json.dumps({"type": "error", "call_id": call["call_id"], "code": code, "message": words})

        if tool is None:
            return failed("unknown_tool", f"this worker has no tool {call['tool']}")
        cancelled = self._cancelled[call["call_id"]] = threading.Event()
        late = asyncio.get_running_loop().call_later(call["deadline_ms"] / 1000, cancelled.set)
        try:
            result = await self._once(tool, call, cancelled)
            message = {"type": "result", "call_id": call["call_id"], "result": result}
            text = json.dumps(message, ensure_ascii=False, allow_nan=False)
            # Half of a surrogate pair is no text, and fails here, where somebody is told.
            if len(text.encode()) > _LONGEST_MESSAGE:
                raise ValueError("the result has more than 1 MiB; return what the flow needs and no more")
            return text
        except ToolError as problem:
            return failed(problem.code, str(problem))
        except Exception as problem:
            self._options.log(f"{call['tool']} raised:\n{traceback.format_exc()}")
            return failed("exception", f"{type(problem).__name__}: {problem}")
        finally:
            late.cancel()

    async def _once(self, tool: CompiledTool, call: dict[str, Any], cancelled: threading.Event) -> Any:
        key = call["idempotency_key"]
        if tool.declaration["effect"] != "keyed" or not key:
            return await self._run(tool, call, cancelled)
        key = f"{call['tool']} {key}"
        if key not in self._by_key:
            work = self._by_key[key] = asyncio.ensure_future(self._run(tool, call, cancelled))
            work.add_done_callback(lambda _: self._by_key.pop(key))
        return await asyncio.shield(self._by_key[key])

    async def _run(self, tool: CompiledTool, call: dict[str, Any], cancelled: threading.Event) -> Any:
        about = self._about(call, cancelled)
        arguments = call["arguments"]
        if tool.wrapped:
            arguments = {**(arguments.get("context") or {}), **(arguments.get("slots") or {})}
        if tool.by_name:
            given = (), {**arguments, **({tool.takes_call: about} if tool.takes_call else {})}
        else:
            given = (Context(arguments, about),), {}
        if inspect.iscoroutinefunction(tool.run):
            return await tool.run(*given[0], **given[1])
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(self._threads, lambda: tool.run(*given[0], **given[1]))
        return await result if inspect.isawaitable(result) else result

    def _about(self, call: dict[str, Any], cancelled: threading.Event) -> Call:
        loop = asyncio.get_running_loop()
        report = json.dumps({"type": "progress", "call_id": call["call_id"]})

        def progress() -> None:
            loop.call_soon_threadsafe(lambda: self._socket and self._socket.send(report))

        left = datetime.timedelta(milliseconds=call["deadline_ms"])
        return Call(
            id=call["call_id"],
            tool=call["tool"],
            attempt=call["attempt"],
            delivery=call["delivery"],
            idempotency_key=call["idempotency_key"],
            user_id=call["user_id"],
            conversation_id=call["conversation_id"],
            turn=call["turn"],
            deadline=datetime.datetime.now(datetime.timezone.utc) + left,
            cancelled=cancelled,
            progress=progress,
        )
