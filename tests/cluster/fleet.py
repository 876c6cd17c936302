"""Three servers on one PostgreSQL and one Redis behind HAProxy, with deploy/haproxy.cfg as it is."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
for folder in ("http", "faults"):
    sys.path.insert(0, str(ROOT / "tests" / folder))
import parley_server  # noqa: E402
from parley_server import ORDER, PATIENCE, SHOP, equal  # noqa: E402
from postgres_test import Cluster  # noqa: E402
from redis_process import Redis, wait_until  # noqa: E402
from talkers import NOTES  # noqa: E402

NAMES = ("one", "two", "three")
# The servers of one fleet have the same key: whoever's token one of them made is known to all.
KEY = "5a" * 32
API_KEY = "a-configured-key-of-thirty-characters"


def program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def missing():
    """What is not installed, of what a fleet needs."""
    return [name for name in ("redis-server", "haproxy") if program(name) is None]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Worker(parley_server.Server):
    own_group = True

    def __init__(self, port, environment):
        super().__init__(flows={"notes": NOTES, "order": ORDER}, environment=environment)
        (self.folder / "tools" / "shop.yaml").write_text(SHOP)
        data = self.root / "data"
        data.mkdir(mode=0o700)
        (data / "secret.key").touch(mode=0o600)
        (data / "secret.key").write_text(KEY)
        self.port = port
        self.environment["PARLEY_SERVER__LISTEN"] = f"127.0.0.1:{port}"
        self.stopped = False

    def signal_group(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill_group(self):
        self.signal_group(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def pause(self):
        self.signal_group(signal.SIGSTOP)

    def resume(self):
        self.signal_group(signal.SIGCONT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.kill_group()


class Fleet:
    """`with Fleet() as fleet:` starts all. As a server it is what stands behind the proxy."""

    request, get, post, chat = (getattr(parley_server.Server, name) for name in ("request", "get", "post", "chat"))
    open_stream, connect = parley_server.Server.open_stream, parley_server.Server.connect

    def __init__(self, **environment):
        self.environment = environment
        self.resources = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.resources.close()
            raise
        return self

    def __exit__(self, *_):
        self.resources.close()

    def start(self):
        self.database = self.resources.enter_context(Cluster())
        assert self.database.present, "PostgreSQL is not installed"
        equal(self.database.migrate().returncode, 0)
        folder = pathlib.Path(self.resources.enter_context(tempfile.TemporaryDirectory(prefix="parley-fleet-")))
        self.redis = self.resources.enter_context(Redis())
        self.redis.start()
        environment = {
            "PARLEY_STORE__URL": self.database.url("parley"),
            "PARLEY_REDIS__URL": self.redis.url,
            "PARLEY_SERVER__API_KEY": API_KEY,
            "PARLEY_LIMITS__TURNS_PER_MINUTE": "0",
            "PARLEY_SERVER__TRUSTED_PROXIES": "127.0.0.1",
            "PARLEY_SERVER__DRAIN_DELAY_SECONDS": "2",
            "PARLEY_SERVER__THREADS": "1",
            **self.environment,
        }
        self.workers = [Worker(free_port(), dict(environment)) for _ in NAMES]
        for worker in self.workers:
            self.resources.callback(worker.__exit__)
            worker.start()
        self.start_proxy()

    def start_proxy(self):
        self.port = free_port()
        environment = {**os.environ, "PARLEY_BIND": f"127.0.0.1:{self.port}"}
        for name, worker in zip(NAMES, self.workers):
            environment[f"PARLEY_{name.upper()}"] = f"127.0.0.1:{worker.port}"
        proxy = subprocess.Popen([program("haproxy"), "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")], env=environment,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def stop():
            proxy.kill()
            proxy.wait(PATIENCE)

        self.resources.callback(stop)
        wait_until("the start of the proxy", self.ready)

    def ready(self):
        with contextlib.suppress(OSError, parley_server.http.client.HTTPException):
            return self.get("/readyz").status == 200
        return False
