"""A server that reads lists and logs from a streaming replica which stands still, dies and comes back, while clients talk: nobody
misses what he has just been told."""
import os
import re
import subprocess
import tempfile
import time

import parley_server
from cluster_test import Readers
from parley_server import equal
from postgres_test import Cluster
from talkers import SOAK, Server, none

ROUNDS = 20 if SOAK else 1


class Watchful(Readers):
    """Look for their conversation in the list as well."""

    def say_until_answered(self, body, key, token):
        answer = super().say_until_answered(body, key, token)
        user = body["user_id"]
        listed = self.server.get(f"/v1/conversations?user_id={user}")
        if listed.status == 200 and not listed.json["data"]:
            self.errors.append(f"the conversation of {user} is not in the list")
        return answer


def reads(server):
    """How many went to the replica, and how many to the primary in its place."""
    text = server.get("/metrics").body
    return [int(re.search(rf'^parley_replica_reads_total{{from="{where}"}} (\d+)', text, re.M).group(1)) for where in ("replica", "primary")]


def state(server):
    answer = server.get("/readyz?verbose")
    equal(answer.status, 200)  # ready in any case
    return next(check for check in answer.json["checks"] if check["name"] == "replica")


def wait_until(what, so):
    deadline = time.monotonic() + parley_server.PATIENCE
    while not so():
        assert time.monotonic() < deadline, f"{what} has not happened"
        time.sleep(0.01)


def on_replica(cluster, sql):
    subprocess.run(["psql", "-q", "-h", cluster.folder, "-p", "5433", "-U", "admin", "-d", "parley", "-c", sql], check=True, capture_output=True)


def goes_on(talkers):
    before = talkers.acknowledged()
    wait_until("going on", lambda: talkers.acknowledged() > before + 12)


def disturbed(cluster, server, talkers):
    wait_until("reading from the replica", lambda: state(server)["status"] == "ok")
    goes_on(talkers)
    on_replica(cluster, "SELECT pg_wal_replay_pause()")
    wait_until("noticing that it is behind", lambda: state(server)["status"] == "degraded")
    passed_on = reads(server)[1]
    goes_on(talkers)
    assert reads(server)[1] > passed_on
    on_replica(cluster, "SELECT pg_wal_replay_resume()")
    wait_until("reading from it again", lambda: state(server)["status"] == "ok")
    cluster.run("unreplica")
    wait_until("noticing that it is away", lambda: "cannot be asked" in state(server).get("problem", ""))
    goes_on(talkers)
    equal(cluster.run("replica"), 0)
    wait_until("reading from it again", lambda: state(server)["status"] == "ok")
    goes_on(talkers)


def test_nobody_misses_what_he_was_told_whatever_becomes_of_the_replica():
    with Cluster() as cluster:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        equal(cluster.run("replica"), 0)
        urls = {"PARLEY_STORE__URL": cluster.url("parley"), "PARLEY_STORE__READ_URL": cluster.replica_url("parley")}
        with Server(environment=urls) as server:
            with Watchful(server, 3) as talkers:
                for _ in range(ROUNDS):
                    disturbed(cluster, server, talkers)
            wrong = talkers.compare()
            replica, primary = reads(server)
            print(f"{talkers.acknowledged()} acknowledged turns, {replica} reads from the replica, {primary} from the primary in its place, {len(wrong)} violations")
            assert replica > 0
            none(wrong)
            # The command line reads there, too, and says so when it cannot.
            environment = {**os.environ, **urls}

            def command(*words):
                return subprocess.run([os.path.abspath(parley_server.BINARY), *words], capture_output=True, text=True, check=False,
                                      env=environment, cwd=server.folder)

            listed = command("conv", "list", "--json")
            equal((listed.returncode, listed.stderr), (0, ""))
            cluster.run("unreplica")
            again = command("conv", "list", "--json")
            equal((again.returncode, again.stdout), (0, listed.stdout))
            assert "read from store.url: the replica cannot be asked" in again.stderr, again.stderr


def test_addresses_that_make_no_sense_are_refused_at_the_start():
    for settings, sentence in [
        ({"PARLEY_STORE__READ_URL": "postgres://nobody@localhost/nothing"}, "names a replica, but the store is SQLite"),
        ({"PARLEY_STORE__READ_URL": "mysql://secret@localhost"}, "does not name a PostgreSQL database"),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, **settings, "PARLEY_SERVER__DATA_DIR": folder + "/data"}
            refused = subprocess.run([os.path.abspath(parley_server.BINARY), "serve", folder, "--listen", ":0"], capture_output=True,
                                     text=True, check=False, env=environment, timeout=parley_server.PATIENCE)
            equal(refused.returncode, 3)
            assert sentence in refused.stderr and "secret" not in refused.stderr, refused.stderr
