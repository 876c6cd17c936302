"""A Redis of a test's own, on a Unix socket in a folder that goes away with it."""
import contextlib
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from parley_server import PATIENCE, equal


def wait_until(what, so, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not so():
        assert time.monotonic() < deadline, f"{what} has not happened"
        time.sleep(0.01)


def missing():
    """Why there can be none here, or None."""
    return None if shutil.which("redis-server") else "redis-server is not installed"


class Redis:
    """`with Redis() as redis:` is the place of one; start() and kill() are up to the test."""

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="parley-redis-")
        self.path = pathlib.Path(self.home.name) / "redis.sock"
        self.process = None
        return self

    def __exit__(self, *_):
        self.kill()
        self.home.cleanup()

    @property
    def url(self):
        return f"unix://{self.path}"

    def start(self):
        words = ["redis-server", "--port", "0", "--unixsocket", str(self.path), "--save", "", "--appendonly", "no",
                 "--logfile", "/dev/null", "--dir", self.home.name]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        wait_until("the start of the Redis", self.answers)

    def answers(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.path))
            return True
        return False

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.path.unlink(missing_ok=True)

    def flush(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.path))
            client.sendall(b"FLUSHALL\r\n")
            equal(client.recv(100), b"+OK\r\n")

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)
