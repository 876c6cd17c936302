"""The server on PostgreSQL: killed, and its database killed under it, while clients talk; and the way there from SQLite."""
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import parley_server
from parley_server import equal
from talkers import SOAK, Server, Talkers, none

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KILLS = 200 if SOAK else 15
DEATHS = 50 if SOAK else 3
NOT_INSTALLED = 77


class Cluster:
    """A PostgreSQL of its own; `present` is false when it is not installed. With `vectors` one that has pgvector, which is fetched."""

    def __init__(self, vectors=False):
        self.kind = ["vectors"] if vectors else []

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="parley-pg-")
        os.chmod(self.home.name, 0o711)
        self.folder = pathlib.Path(self.home.name) / "pg"
        code = self.run("start")
        assert code in (0, NOT_INSTALLED), code
        self.present = code == 0
        return self

    def __exit__(self, *_):
        self.run("unpool")
        self.run("unreplica")
        self.run("stop")
        self.home.cleanup()

    def run(self, verb, *more):
        return subprocess.run([ROOT / "scripts" / "postgres_for_tests", verb, self.folder, *more, *self.kind], check=False).returncode

    def pool(self, mode="transaction", connections=20):
        """PgBouncer before it, anew. False when that is not installed."""
        self.run("unpool")
        code = self.run("pool", mode, str(connections))
        assert code in (0, NOT_INSTALLED), code
        return code == 0

    def url(self, role):
        return f"postgresql:///parley?user={role}&host={self.folder}"

    def pooled_url(self, role):
        return self.url(role) + "&port=6432"

    def replica_url(self, role):
        return self.url(role) + "&port=5433"

    def admin(self, sql):
        """As the superuser; what it answers, one line a row."""
        psql = [self.folder / "bin" / "psql", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "admin", "-d", "parley", "-c", sql]
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout

    def migrate(self):
        return db("migrate", "--to", self.url("parley_migrate"))


def db(*words, folder="."):
    return subprocess.run([os.path.abspath(parley_server.BINARY), "db", *words], capture_output=True, text=True, check=False, cwd=folder)


def with_database(test):
    with Cluster() as cluster:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        test(cluster)


def killed(cluster):
    said = cluster.migrate().stdout
    assert ", up to date\n" in said, said
    dice = random.Random(7)
    with Server(environment={"PARLEY_STORE__URL": cluster.url("parley")}) as server, Talkers(server, 7) as talkers:
        for number in range(KILLS):
            time.sleep(dice.uniform(0, dice.choice([0.05, 0.3])))
            if number % (KILLS // DEATHS) == 1:  # the database, and with it whatever it was doing
                cluster.run("stop")
                equal(cluster.run("start"), 0)
            else:
                server.kill_group()
                server.start()
        talkers.__exit__()
        wrong = talkers.compare()
        print(f"{server.kills} kills, {DEATHS} of the database, {talkers.acknowledged()} acknowledged turns, {len(wrong)} violations")
        assert not (server.root / "data" / "tenants").exists(), "SQLite was used"
        none(wrong)


def test_killed_at_any_moment():
    with_database(killed)


def copied(cluster):
    equal(db("status", "--to", cluster.url("parley")).returncode, 1)
    with Server() as server:
        with Talkers(server, 8) as talkers:
            while talkers.acknowledged() < 100:
                time.sleep(0.01)
        to = ["--from", "sqlite", "--to", cluster.url("parley"), "--data-dir", str(server.root / "data")]
        equal(db("copy", *to).returncode, 3)  # the server still runs
        server.stop()
        equal(db("copy", *to).returncode, 3)  # no schema yet
        equal(cluster.migrate().returncode, 0)
        copy = db("copy", *to, "--json")
        equal((copy.returncode, copy.stderr), (0, ""))
        report = json.loads(copy.stdout)
        equal((report["conversations"], report["differences"]), (6, 0))
        equal(report["rows"]["conversation"], 6)
        assert report["rows"]["record"] == report["records"] > 100, report
        again = db("copy", *to)
        assert again.returncode == 3 and "already" in again.stderr, again

        # Commands that look into what is stored find it where the settings say that it is.
        environment = {**os.environ, "PARLEY_STORE__URL": cluster.url("parley")}
        for words, code, sentence in [(["conv", "list"], 0, "order"), (["doctor"], None, "tenants kept apart")]:
            done = subprocess.run(
                [os.path.abspath(parley_server.BINARY), *words], capture_output=True, text=True, check=False,
                env=environment, cwd=server.folder,
            )
            assert sentence in done.stdout + done.stderr, done
            assert code in (None, done.returncode), done

        # The server goes on where it was, on the other store.
        server.environment = {"PARLEY_STORE__URL": cluster.url("parley")}
        server.start()
        none(talkers.compare())
        for client, conversation in {(entry[0], entry[1]) for entry in talkers.book}:
            answer = server.chat(conversation_id=conversation, message=f"note after {client}", token=talkers.tokens[client])
            equal(answer.status, 200)


def test_everything_is_copied_from_sqlite_and_goes_on():
    with_database(copied)


def test_a_database_that_would_not_keep_tenants_apart_is_refused():
    def refused(cluster):
        equal(cluster.migrate().returncode, 0)
        with tempfile.TemporaryDirectory() as folder:
            for role, sentence in [("admin", "superuser"), ("parley_migrate", "owns the tables")]:
                environment = {**os.environ, "PARLEY_STORE__URL": cluster.url(role), "PARLEY_SERVER__DATA_DIR": folder}
                server = subprocess.run(
                    [os.path.abspath(parley_server.BINARY), "serve", folder, "--listen", ":0"],
                    capture_output=True, text=True, check=False, env=environment, timeout=parley_server.PATIENCE,
                )
                equal(server.returncode, 3)
                assert sentence in server.stderr, server.stderr

    with_database(refused)


def schema_of(cluster):
    """All that a schema is, as text."""
    dumped = subprocess.run(["pg_dump", "--schema-only", "-h", cluster.folder, "-U", "admin", "parley"], capture_output=True, text=True,
                            check=True).stdout
    return "\n".join(line for line in dumped.splitlines() if not line.startswith(("--", "\\")))


def migrated_under_kills(cluster):
    equal(cluster.migrate().returncode, 0)
    expected = schema_of(cluster)
    dice = random.Random(5)
    command = [os.path.abspath(parley_server.BINARY), "db", "migrate", "--to", cluster.url("parley_migrate")]
    reached = []
    for _ in range(20 if SOAK else 3):
        cluster.admin("DROP SCHEMA parley CASCADE")
        # Where each kill falls is chance; the longer it is let run, the further it gets.
        for patience in [0.05 * n for n in range(1, 12)]:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0, patience))
            process.kill()
            process.wait(parley_server.PATIENCE)
            status = db("status", "--to", cluster.url("parley_migrate"), "--json")
            reached.append(json.loads(status.stdout)["schema"])
        done = cluster.migrate()
        equal((done.returncode, done.stderr), (0, ""))
        equal(schema_of(cluster), expected)
    print(f"{len(reached)} kills, after which the schema was {sorted(set(reached))}")


def test_a_migration_that_is_killed_is_made_by_the_next_call():
    with_database(migrated_under_kills)


def older_server_is_named(cluster):
    equal(cluster.migrate().returncode, 0)
    with Server(environment={"PARLEY_STORE__URL": cluster.url("parley")}) as server:
        status = json.loads(db("status", "--to", cluster.url("parley"), "--json").stdout)
        equal([row["schema"] for row in status["servers"]], [status["known"]])
        # As if it were of the version before.
        cluster.admin("UPDATE parley.worker SET known_schema = known_schema - 1")
        told = cluster.migrate()
        equal(told.returncode, 0)
        assert f"1 server of an older version goes on with the new schema: {status['servers'][0]['name']}" in told.stderr, told
        equal(server.chat(message="/notes").status, 200)


def test_servers_of_an_older_version_are_named():
    with_database(older_server_is_named)
