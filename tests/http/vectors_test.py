"""Vectors of texts behind a real server: compared by the database where it has pgvector, and made anew wherever a tenant's data is brought to."""
import contextlib
import pathlib
import shutil
import sys
import time

from memory_test import ASK, TALK, reply, talk
from model_server import ModelServer
from models_test import Assistant
from parley_server import PATIENCE, equal

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "faults"))
from backup_test import parley  # noqa: E402
from postgres_test import Cluster, db  # noqa: E402

SAID = "every Friday I have sushi"
QUESTION = "am I ever hungry"
SEARCH = """\
id: look
triggers:
  - command: /look
slots:
  question: {type: text, ask: Yes?}
steps:
  - {id: hear, type: input, gather: [question]}
  - {id: find, type: search, source: faq, query: "{{question}}", k: 1, min_score: 0.2, save: found, on_empty: none}
  - {id: tell, type: message, text: "{{found[0].text}}", next: end}
  - {id: none, type: message, text: Nothing is written about that.}
"""
FAQ = "# Food\n\nThe dish of the day is soup.\n\n# Trains\n\nThe train leaves at ten.\n"


@contextlib.contextmanager
def assistant(model, url=None, data=None):
    """With what was said and what is written, on PostgreSQL when it has a URL, on the data of another server when that is given."""
    settings = f'embeddings: {{name: vec, use: "{model.url}#small", dimensions: 3, retries: 0}}\n'
    environment = {"PARLEY_STORE__URL": url, "PARLEY_STORE__VECTORS": "database"} if url else {}
    server = Assistant(settings, environment, talk=TALK, ask=ASK, look=SEARCH)
    (server.folder / "knowledge").mkdir()
    (server.folder / "knowledge" / "faq.md").write_text(FAQ)
    if data:
        shutil.copytree(data, server.root / "data")
    with server:
        yield server


def recalls(server):
    return SAID in talk(server, "ana", "/ask", QUESTION)[0]


def searches(server):
    """Passages get their vectors in the background, from the first search on."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if "soup" in talk(server, "", "/look", QUESTION)[0]:
            return True
    return False


def in_use(server):
    """What /readyz tells of where vectors are compared."""
    (check,) = [each for each in server.get("/readyz?verbose").json["checks"] if each["name"] == "vectors"]
    return check["status"], check["detail"]


def texts(model):
    return [text for question in model.questions for text in question["input"]]


def test_vectors_are_made_anew_from_an_archive_and_come_along_with_a_copy_of_the_file():
    with ModelServer(reply) as model, assistant(model) as server:
        talk(server, "ana", "/talk", SAID, "the train was late")
        assert recalls(server)
        server.stop()
        data, home = server.root / "data", server.root
        key = ["--key", data / "secret.key"]
        parley("db", "export", home / "archive", "--data-dir", data)
        parley("db", "import", home / "archive", "--data-dir", home / "imported", *key)
        parley("backup", "create", home / "backup", "--data-dir", data)
        parley("backup", "restore", home / "backup", "--data-dir", home / "restored", *key)
        for name, anew in (("imported", True), ("restored", False)):
            model.questions.clear()
            with assistant(model, data=home / name) as other:
                assert recalls(other), name
                equal(any(text.startswith(SAID) for text in texts(model)), anew, name)
                assert searches(other), name


def test_the_setting_is_read_at_the_start():
    with ModelServer(reply) as model, assistant(model) as server:
        assert "vectors" not in server.output, server.output  # nothing can be chosen on SQLite
        server.stop()
        server.environment["PARLEY_STORE__VECTORS"] = "database"
        server.start()
        assert "in the server, as always with SQLite\n  use PostgreSQL" in server.output, server.output
        server.stop()
        server.environment["PARLEY_STORE__VECTORS"] = "moon"
        server.launch()
        equal(server.process.wait(PATIENCE), 3)
        server.wait_for("store.vectors cannot be 'moon'")
        server.wait_for("write auto, server or database")


def test_on_postgres_the_database_compares_them_when_it_can():
    with Cluster(vectors=True) as cluster:
        if not cluster.present:
            print("skipped: a PostgreSQL with pgvector cannot be fetched")
            return
        url = cluster.url("parley")
        equal(cluster.migrate().returncode, 0)
        with ModelServer(reply) as model, assistant(model, url) as server:
            # Without the extension: what to install is told once, and everything works.
            assert "the database has no extension vector\n  CREATE EXTENSION vector in this database" in server.output, server.output
            talk(server, "ana", "/talk", SAID, "the train was late")
            assert recalls(server) and searches(server)
            equal(in_use(server), ("degraded", "vectors are compared in the server: the database has no extension vector"))
            server.stop()

            # Installed afterwards.
            cluster.admin("CREATE EXTENSION vector")
            server.start()
            assert "no table for it yet\n  Run: parley db migrate" in server.output, server.output
            server.stop()
            version = cluster.admin("SELECT extversion FROM pg_extension WHERE extname = 'vector'").strip()
            said = db("migrate", "--to", cluster.url("parley_migrate"), "--vector-index", "3").stdout
            assert "vectors can be compared in the database: pgvector" in said and "HNSW for 3 dimensions" in said, said
            del server.environment["PARLEY_STORE__VECTORS"]
            server.start()
            equal(in_use(server), ("ok", "vectors can be compared in the database: pgvector " + version + ", HNSW for 3 dimensions; it does so for users of "
                                         "more than 512 turns and sources of more than 50000 passages"))
            server.stop()
            server.environment["PARLEY_STORE__VECTORS"] = "server"
            server.start()
            equal(in_use(server), ("ok", "vectors are compared in the server, as store.vectors says"))
            server.stop()
            server.environment["PARLEY_STORE__VECTORS"] = "database"
            model.questions.clear()
            server.start()
            assert "extension vector" not in server.output, server.output
            equal(in_use(server), ("ok", f"vectors can be compared in the database: pgvector {version}, HNSW for 3 dimensions"))
            assert recalls(server) and searches(server)
            equal([text for text in texts(model) if text.startswith(SAID) or "soup" in text], [])  # they were kept
            kept = cluster.admin("SELECT count(*) FROM parley.embedding WHERE user_id = 'ana'")
            assert int(kept) >= 3, kept
            assert "vectors: vectors can be compared in the database" in parley("doctor", server.folder, "--listen", ":0", PARLEY_STORE__URL=url).stdout

            # A user who is erased takes them along.
            equal(server.request("DELETE", "/v1/users/ana/memory").status, 204)
            equal(cluster.admin("SELECT count(*) FROM parley.embedding WHERE user_id = 'ana'"), "0\n")
            server.stop()

        # Brought into a database that has the extension, from a file and from a backup of the database.
        with ModelServer(reply) as model:
            with assistant(model) as server:
                talk(server, "ana", "/talk", SAID, "the train was late")
                assert recalls(server)
                server.stop()
                copied_and_restored(cluster, model, server)


def copied_and_restored(cluster, model, server):
    url, data, home = cluster.url("parley"), server.root / "data", server.root
    key = data / "secret.key"
    for brought in ("copied", "restored"):
        if brought == "restored":
            parley("backup", "create", home / "backup", "--db", url)
        cluster.admin("DROP SCHEMA parley CASCADE")
        equal(cluster.migrate().returncode, 0)
        if brought == "copied":
            parley("db", "copy", "--to", url, "--data-dir", data)
        else:  # from an archive, as `db import` does
            parley("backup", "restore", home / "backup", "--to", url, "--data-dir", home / brought, "--key", key)
        equal(cluster.admin("SELECT count(*) FROM parley.vector"), "0\n", brought)
        model.questions.clear()
        with assistant(model, url, data if brought == "copied" else home / brought) as other:
            assert recalls(other), brought
            assert any(text.startswith(SAID) for text in texts(model)), brought
            assert searches(other), brought
            assert int(cluster.admin("SELECT count(*) FROM parley.embedding WHERE user_id = 'ana'")) > 0, brought
