"""Backups made while clients talk, restored elsewhere; archives from one store to the other; everything that is refused."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

import parley_server
from parley_server import PATIENCE, equal
from postgres_test import with_database
from talkers import SOAK, Server, Talkers, none

ROUNDS = 20 if SOAK else 2
CONVERSATIONS = 1000 if SOAK else 100


def parley(*words, code=0, cwd=None, **environment):
    done = subprocess.run(
        [os.path.abspath(parley_server.BINARY), *map(str, words)], capture_output=True, text=True, check=False,
        env={**os.environ, **environment}, cwd=cwd or tempfile.gettempdir(),
    )
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


def refused(sentence, *words, code=3, **options):
    said = parley(*words, code=code, **options).stderr
    assert sentence in said, (words, said)


def wait_for_turns(talkers, count):
    before, deadline = talkers.acknowledged(), time.monotonic() + PATIENCE
    while talkers.acknowledged() < before + count:
        assert time.monotonic() < deadline, "nobody talks"
        time.sleep(0.005)


def make_backups(server, talkers, folder, *where):
    """(backup, what had been acknowledged before it began) of each round, while everybody talks."""
    for number in range(ROUNDS):
        wait_for_turns(talkers, 25)
        with talkers.lock:
            book = list(talkers.book)
        backup = folder / f"backup{number}"
        said = parley("backup", "create", backup, *where, "--json", PARLEY_SERVER__DATA_DIR=str(server.root / "data"))
        assert "secret key is not in it" in said.stderr, said
        yield backup, book


def serves_all(restored, talkers, book):
    """The restored server has every turn of the book, and visitors go on with the tokens they have."""
    talkers.server, talkers.book = restored, book
    none(talkers.compare())
    client, conversation = book[-1][0], book[-1][1]
    answer = restored.chat(conversation_id=conversation, message="/notes", token=talkers.tokens[client])
    equal(answer.status, 200)


@contextlib.contextmanager
def restored_folder():
    """A server that has not been started, for a data folder that something is restored to."""
    restored = Server()
    try:
        yield restored, restored.root / "data"
    finally:
        restored.kill()
        shutil.rmtree(restored.root, ignore_errors=True)


def test_a_backup_under_load_has_everything_acknowledged_before_it_began():
    with Server() as server, tempfile.TemporaryDirectory() as home:
        key = server.root / "data" / "secret.key"
        with Talkers(server, 21) as talkers:
            backups = list(make_backups(server, talkers, pathlib.Path(home)))
        server.stop()
        turns = 0
        for backup, book in backups:
            parley("backup", "verify", backup, "--replay", "--key", key)
            with restored_folder() as (restored, data):
                parley("backup", "restore", backup, "--data-dir", data, "--key", key)
                assert "0 differences" in parley("replay", "--all", "--data-dir", data).stdout
                restored.start()
                serves_all(restored, talkers, book)
                turns += len(book)
        print(f"{ROUNDS} backups under load, {turns} turns acknowledged before them, all restored")


def test_what_cannot_be_restored_is_refused_and_nothing_is_written():
    with Server() as server, tempfile.TemporaryDirectory() as home:
        with Talkers(server, 22) as talkers:
            wait_for_turns(talkers, 30)
        folder = pathlib.Path(home)
        data, backup, target = server.root / "data", folder / "backup", folder / "target"
        parley("backup", "create", backup, "--data-dir", data)
        refused("already", "backup", "create", backup, "--data-dir", data)
        into = ["backup", "restore", backup, "--data-dir", target]
        refused("needs its secret key", *into)
        wrong = folder / "wrong.key"
        wrong.write_text("ab" * 32 + "\n")
        wrong.chmod(0o600)
        refused("is not the one this data was made with", *into, "--key", wrong)
        refused("needs", "backup", "verify", backup, "--key", wrong, code=1)
        # A folder with another key in it keeps it.
        target.mkdir(exist_ok=True)
        shutil.copy(wrong, target / "secret.key")
        refused("is not the one this data was made with", *into, "--key", data / "secret.key")
        assert not list(target.glob("tenants/*")), "something was restored"
        (target / "secret.key").unlink()

        dice = random.Random(3)
        database = backup / "tenants" / "default.db"
        whole, manifest = database.read_bytes(), (backup / "manifest.json").read_bytes()
        for _ in range(5):
            place = dice.randrange(len(whole))
            database.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1:])
            refused("altered", *into, "--key", data / "secret.key", code=1)
        database.write_bytes(whole[:-4096])
        refused("bytes instead of", *into, "--key", data / "secret.key", code=1)
        database.write_bytes(whole)
        (backup / "manifest.json").write_bytes(manifest.replace(b'"program"', b'"progran"'))
        refused("manifest is not as it was written", *into, code=1)
        (backup / "manifest.json").write_bytes(manifest)

        parley(*into, "--key", data / "secret.key")
        refused("already", *into)
        refused("in use by another server", "backup", "restore", backup, "--data-dir", data)
        # A key that is missing is not made up, neither there nor in the backup.
        key = data / "secret.key"
        hidden = key.rename(folder / "hidden.key")
        refused("there is no secret key", "backup", "create", folder / "keyless", "--data-dir", data, "--with-key")
        shutil.copy(wrong, key)
        refused("is not the one this data was made with", "backup", "create", folder / "keyless", "--data-dir", data, "--with-key")
        hidden.replace(key)
        assert not (folder / "keyless").exists(), "a backup was left that is none"
        with_key = folder / "with-key"
        parley("backup", "create", with_key, "--data-dir", data, "--with-key")
        parley("backup", "restore", with_key, "--data-dir", folder / "third")
        equal((folder / "third" / "secret.key").read_text(), (data / "secret.key").read_text())
        equal((folder / "third" / "secret.key").stat().st_mode & 0o777, 0o600)


def emptied(cluster):
    cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE")
    equal(cluster.migrate().returncode, 0)


def backed_up_from_postgres(cluster):
    emptied(cluster)
    url = cluster.url("parley")
    with Server(environment={"PARLEY_STORE__URL": url}) as server, tempfile.TemporaryDirectory() as home:
        key = server.root / "data" / "secret.key"
        with Talkers(server, 23) as talkers:
            backups = list(make_backups(server, talkers, pathlib.Path(home), "--db", url))
        server.stop()
        refused("one tenant at a time", "backup", "create", pathlib.Path(home) / "all", "--db", url, "--all-tenants")
        for number, (backup, book) in enumerate(backups):
            parley("backup", "verify", backup, "--key", key)
            with restored_folder() as (restored, data):
                if number % 2 == 0:  # to a database again
                    emptied(cluster)
                    parley("backup", "restore", backup, "--to", url, "--data-dir", data, "--key", key)
                    refused("already", "backup", "restore", backup, "--to", url, "--data-dir", data)
                    restored.environment = {"PARLEY_STORE__URL": url}
                    assert "0 differences" in parley("replay", "--all", "--db", url).stdout
                else:  # to the other store
                    parley("backup", "restore", backup, "--data-dir", data, "--key", key)
                    assert "0 differences" in parley("replay", "--all", "--data-dir", data).stdout
                restored.start()
                serves_all(restored, talkers, book)
        archive = backups[0][0] / "data.archive"
        content = archive.read_bytes()
        archive.write_bytes(content[: len(content) // 2])
        refused("bytes instead of", "backup", "verify", backups[0][0], code=1)


def test_a_backup_of_postgres_under_load_is_restored_to_either_store():
    with_database(backed_up_from_postgres)


def talk(server, number):
    first = server.chat(message="/order", user_id=f"u{number % 50}").json
    for message in ("pizza", str(1 + number % 9)):
        server.chat(conversation_id=first["conversation_id"], message=message, token=first["token"])


def moved(cluster):
    emptied(cluster)
    url = cluster.url("parley")
    with Server() as server, tempfile.TemporaryDirectory() as home:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: talk(server, number), range(CONVERSATIONS)))
        server.stop()
        data, folder = server.root / "data", pathlib.Path(home)
        report = json.loads(parley("db", "copy", "--to", url, "--data-dir", data, "--json").stdout)
        equal((report["conversations"], report["differences"]), (CONVERSATIONS, 0))
        said = parley("replay", "--all", "--db", url).stdout
        assert f"replayed {CONVERSATIONS} conversations" in said and "0 differences" in said, said
        # What looks into a data folder looks into a database the same way.
        for words in (["conv", "list", "--limit", "2000"], ["flow", "list"], ["flow", "versions", "order"],
                      ["backtest", server.folder, "--last", "2000"]):
            sides = [parley(*words, "--json", *side, cwd=home).stdout for side in (["--db", url], ["--data-dir", data])]
            if words[0] == "backtest":
                sides = [{**json.loads(side)["summary"], "seconds": 0} for side in sides]
                equal((sides[0]["conversations"], sides[0]["diverging"]), (CONVERSATIONS, 0))
            equal(sides[0], sides[1])
        one = json.loads(parley("conv", "list", "--json", "--limit", "1", "--db", url).stdout)[0]["id"]
        equal(*(parley("conv", "show", one, *side).stdout for side in (["--db", url], ["--data-dir", data])))

        # The same archive out of both, and out of what it was brought into.
        archives = [folder / name for name in ("sqlite", "postgres", "again")]
        parley("db", "export", archives[0], "--data-dir", data)
        parley("db", "export", archives[1], PARLEY_STORE__URL=url)
        key = ["--key", data / "secret.key"]
        parley("db", "import", archives[1], "--data-dir", folder / "imported", *key)
        parley("db", "export", archives[2], "--data-dir", folder / "imported")
        equal(len({archive.read_bytes() for archive in archives}), 1)
        emptied(cluster)
        refused("needs its secret key", "db", "import", archives[0], "--to", url, "--data-dir", folder / "other")
        parley("db", "import", archives[0], "--to", url, "--data-dir", folder / "other", *key)
        assert "0 differences" in parley("replay", "--all", "--db", url).stdout
        broken = archives[0].read_bytes()
        archives[0].write_bytes(broken[: len(broken) // 3])
        refused("cut short", "db", "import", archives[0], "--data-dir", folder / "third", code=1)
        assert not (folder / "third").exists(), "something was written"
        print(f"{CONVERSATIONS} conversations copied and replayed, {len(broken)} bytes exported")


def test_conversations_move_from_store_to_store_and_stay_the_same():
    with_database(moved)
