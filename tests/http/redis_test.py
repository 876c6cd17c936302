"""A Redis beside the server: it helps when it is there, and nobody notices when it is not."""
from parley_server import PATIENCE, Server, equal
from redis_process import Redis, missing, wait_until

SECRET = "5a" * 32


def state_of(server):
    answer = server.get("/readyz?verbose")
    equal((answer.status, answer.json["status"]), (200, "ok"))
    return next(check for check in answer.json["checks"] if check["name"] == "redis")


def server_with(redis, **more):
    server = Server(environment={"PARLEY_REDIS__URL": redis.url, **more})
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
        if missing():
            print(f"skipped: {missing()}")
            return
        redis.start()
        wait_until("finding it", lambda: state_of(server)["status"] == "ok")
        assert "\nparley_redis_up 1\n" in server.get("/metrics").body
        redis.kill()
        wait_until("missing it", lambda: state_of(server)["status"] == "degraded")
        equal(server.chat(message="/order").status, 200)


def test_servers_with_one_secret_count_turns_together():
    if missing():
        print(f"skipped: {missing()}")
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
