#!/usr/bin/env python3
"""Runs the code blocks of README.md, docs/tutorial.md, docs/how-to and docs/explanation against the real binary, so that they stay true.

sh blocks run line by line in a folder of their own: `make run` becomes the binary serving the example, `parley` and
build/release/server/parley become the binary, port 8080 a free one; `parley-flows` is the Python SDK's. yaml and python blocks that a sentence
names (Write `path`:) become that file; a yaml flow without a name is checked as a flow. usage: run_documents.py BINARY SOURCE_DIR
"""
import os
import pathlib
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.S)
NAMED = re.compile(r"Write `([^`]+)`:\s*$")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Document:
    def __init__(self, name: str):
        self.name, self.passed, self.failures = name, 0, []
        self.servers: list[subprocess.Popen] = []
        self.workers: list[subprocess.Popen] = []
        self.port = free_port()
        self.home = tempfile.TemporaryDirectory()
        self.cwd = pathlib.Path(self.home.name)

    def check(self, ok: bool, what: str, output: str = "") -> None:
        if ok:
            self.passed += 1
        else:
            self.failures.append(f"{self.name}: {what}\n{output}")

    def serve(self, arguments: list[str]) -> None:
        for server in self.servers:
            server.terminate()
            server.wait(20)
        self.servers.clear()
        data = self.cwd / f"data-{self.passed}"
        log = open(self.cwd / "serve.log", "w")
        self.servers.append(subprocess.Popen(
            [BINARY, "serve", *arguments, "--listen", f"127.0.0.1:{self.port}", "--data-dir", str(data)],
            cwd=self.cwd, stdout=log, stderr=log))
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=1)
                return self.check(True, "serve")
            except OSError:
                time.sleep(0.05)
        self.check(False, "the server did not become ready", (self.cwd / "serve.log").read_text())

    def flows(self, words: list[str]) -> None:
        """parley-flows, of the Python SDK; a worker stays until the page ends."""
        environment = {**os.environ, "PYTHONPATH": str(SOURCE / "sdk/python"), "PYTHONDONTWRITEBYTECODE": "1",
                       "PARLEY_BINARY": BINARY}
        words = [sys.executable, "-m", "parley_sdk", *words]
        if words[3] != "work":
            done = subprocess.run(words, cwd=self.cwd, env=environment, capture_output=True, text=True, timeout=60)
            return self.check(done.returncode == 0, shlex.join(words), done.stdout + done.stderr)
        worker = subprocess.Popen(words, cwd=self.cwd, env=environment, stderr=subprocess.PIPE, text=True)
        self.workers.append(worker)
        first = worker.stderr.readline()
        self.check(first.startswith("connected to"), "work", first)

    def line(self, command: str) -> None:
        command = command.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        words = shlex.split(command)
        if command == "make run":
            return self.serve([str(SOURCE / "examples/shop")])
        if words[0] == "parley-flows":
            return self.flows(words[1:])
        if words[0] == "make":
            known = subprocess.run(["make", "-n", *words[1:]], cwd=SOURCE, capture_output=True, text=True)
            return self.check(known.returncode == 0, command, known.stderr)
        if words[0] == "cd":
            self.cwd = self.cwd / words[1]
            return self.check(self.cwd.is_dir(), command)
        if words[0] in ("parley", "build/release/server/parley"):
            if words[1] == "serve":
                return self.serve(words[2:])
            if "ID" in words:
                return None  # a placeholder, for the reader to fill in
            if words[1] in ("conv", "replay", "backtest", "bisect") or words[1:3] == ["backup", "create"]:
                data = sorted(self.cwd.glob("data-*"))
                words += ["--data-dir", str(data[-1])] if data else []
            done = subprocess.run([BINARY, *words[1:]], cwd=self.cwd, capture_output=True, text=True, timeout=60)
            return self.check(done.returncode == 0, command, done.stdout + done.stderr)
        done = subprocess.run(command, shell=True, cwd=self.cwd, capture_output=True, text=True, timeout=60)
        answered = done.returncode == 0 and '"error"' not in done.stdout
        return self.check(answered, command, done.stdout + done.stderr)

    def run(self) -> None:
        text = (SOURCE / self.name).read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            language, body = block.groups()
            before = text[: block.start()].rstrip()
            if language == "sh":
                for command in filter(None, map(str.strip, body.splitlines())):
                    self.line(command)
            elif language in ("yaml", "python"):
                named = NAMED.search(before)
                if named:
                    path = self.cwd / named.group(1)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(body, encoding="utf-8")
                elif body.startswith("id:"):
                    folder = self.cwd / "flow-block"
                    (folder / "flows").mkdir(parents=True, exist_ok=True)
                    (folder / "tools").mkdir(exist_ok=True)
                    for connector in (SOURCE / "connectors").glob("*.yaml"):
                        (folder / "tools" / connector.name).write_text(connector.read_text())
                    (folder / "flows/block.yaml").write_text(body, encoding="utf-8")
                    done = subprocess.run([BINARY, "check", str(folder)], capture_output=True, text=True)
                    self.check(done.returncode == 0, "the flow in a block", done.stdout + done.stderr)
        for process in (*self.workers, *self.servers):
            process.terminate()
            process.wait(20)
        self.home.cleanup()


def main() -> int:
    os.environ["NO_COLOR"] = "1"
    passed, failures = 0, []
    pages = sorted(str(path.relative_to(SOURCE)) for folder in ("how-to", "explanation")
                   for path in (SOURCE / "docs" / folder).glob("*.md"))
    for name in ("README.md", "docs/tutorial.md", *pages):
        document = Document(name)
        document.run()
        passed += document.passed
        failures += document.failures
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
