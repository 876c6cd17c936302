"""A worker that gives back what it gets, for the benchmarks of workers."""
import asyncio
import sys

from parley_sdk import Worker, compile_modules, tool


@tool(effect="read")
async def echo(text: str):
    return {"text": text}


asyncio.run(Worker(compile_modules([("echo_worker.py", {"echo": echo})]), sys.argv[1]).run())
