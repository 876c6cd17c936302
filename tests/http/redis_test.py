"""A Redis beside the server: it helps when it is there, and nobody notices when it is not."""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from parley_server import PATIENCE, Server, equal

SECRET = "5a" * 32


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

    def start(self):
        words = ["redis-server", "--port", "0", "--unixsocket", str(self.path), "--save", "", "--logfile", "/dev/null", "--dir", self.home.name]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        wait_until("the start of the Redis", self.answers)

    def answers(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.path))
            return True
        return False

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.path.unlink(missing_ok=True)


def wait_until(what, so):
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline, f"{what} has not happened"
        time.sleep(0.01)


def state_of(server):
    answer = server.get("/readyz?verbose")
    equal((answer.status, answer.json["status"]), (200, "ok"))
    return next(check for check in answer.json["checks"] if check["name"] == "redis")


def server_with(redis, **more):
    server = Server(environment={"PARLEY_REDIS__URL": f"unix://{redis.path}", **more})
    data = server.root / "data"
    data.mkdir(mode=0o700)
    (data / "secret.key").touch(mode=0o600)
    (data / "secret.key").write_text(SECRET)
    return server


def test_a_redis_that_is_away_is_said_to_be_and_missed_by_nobody():
    with Redis() as redis, server_with(redis) as server:
        away = state_of(server)
        equal(away["status"], "degraded")
        assert str(redis.path) in away["problem"], away
        equal(server.chat(message="/order").status, 200)
        if shutil.which("redis-server") is None:
            print("skipped: redis-server is not installed")
            return
        redis.start()
        wait_until("finding it", lambda: state_of(server)["status"] == "ok")
        assert "\nparley_redis_up 1\n" in server.get("/metrics").body
        redis.kill()
        wait_until("missing it", lambda: state_of(server)["status"] == "degraded")
        equal(server.chat(message="/order").status, 200)


def test_servers_with_one_secret_count_turns_together():
    if shutil.which("redis-server") is None:
        print("skipped: redis-server is not installed")
        return
    limits = {"PARLEY_LIMITS__TURNS_PER_MINUTE": "1", "PARLEY_LIMITS__TURNS_BURST": "3", "PARLEY_REDIS__TIMEOUT_MS": "1000"}
    with Redis() as redis:
        redis.start()
        with server_with(redis, **limits) as one, server_with(redis, **limits) as two:
            for server in (one, two):
                wait_until("finding it", lambda server=server: state_of(server)["status"] == "ok")
            statuses = [server.chat(user_id="ana", message="/order").status for server in (one, two, one, two, one)]
            equal(statuses, [200, 200, 200, 429, 429])
            redis.kill()
            for server in (one, two):
                wait_until("missing it", lambda server=server: state_of(server)["status"] == "degraded")
            equal([one.chat(user_id="ana", message="/order").status for _ in range(4)], [200, 200, 200, 429])


def test_what_is_no_redis_is_told_without_its_password():
    for url in ("redis:/:hunter2@cache", "redis://:hunter2@cache:none", "rediss://:hunter2@cache"):
        server = Server(environment={"PARLEY_REDIS__URL": url})
        try:
            server.launch()
            server.wait_for("redis.url names no Redis")
            equal(server.process.wait(PATIENCE), 3)
            assert "hunter2" not in server.output, server.output
        finally:
            server.__exit__()
