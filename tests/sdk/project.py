"""A team's project in one of the languages, and its commands as a user types them."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading

from parley_server import BINARY, PATIENCE, Server, collect


def eventually(check, what):
    """Waits for something that another process is about to do."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE, deadline.set)
    timer.start()
    try:
        while not (result := check()):
            assert not deadline.wait(0.01), f"did not happen: {what}"
        return result
    finally:
        timer.cancel()


class Project:
    def __init__(self, language):
        self.language = language
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="parley-sdk-"))
        self.folder = self.root / "project"
        self.ledger, self.hold, self.journal = (self.root / name for name in ("ledger", "hold", "journal"))
        language.prepare(self.folder)
        self.environment = {
            **os.environ, **language.environment(), "LEDGER": str(self.ledger), "HOLD": str(self.hold),
            "DESK_JOURNAL": str(self.journal), "PARLEY_BINARY": str(pathlib.Path(BINARY).resolve()),
        }
        self.workers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in self.workers:
            worker.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *arguments, **environment):
        return subprocess.run(
            self.language.command(*arguments), cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
            env={**self.environment, **environment},
        )

    def push(self, server, **environment):
        return self.run("push", "--url", f"http://127.0.0.1:{server.port}", "--reason", "test", **environment)

    def work(self, server, *more):
        worker = WorkerProcess(self, server, more)
        self.workers.append(worker)
        worker.wait_for("connected to")
        return worker

    def ledger_lines(self):
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []


class WorkerProcess:
    def __init__(self, project, server, more):
        self.lines, self.changed = [], threading.Condition()
        self.process = subprocess.Popen(
            project.language.command("work", "--url", f"http://127.0.0.1:{server.port}", *more),
            cwd=project.folder, env=project.environment, stderr=subprocess.PIPE, text=True,
        )
        collector = (self.process.stderr, self.lines, self.changed)
        threading.Thread(target=collect, args=collector, daemon=True).start()

    def wait_for(self, pattern, times=1):
        with self.changed:
            while len(re.findall(pattern, text := "".join(self.lines))) < times:
                assert "\x00end" not in text and self.changed.wait(PATIENCE), f"no {pattern!r} in:\n{text}"

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)


def fixed_port(server: Server) -> None:
    """So that workers find the server again after a restart."""
    server.environment["PARLEY_SERVER__LISTEN"] = f"127.0.0.1:{server.port}"
