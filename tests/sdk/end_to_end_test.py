"""A team's project from end to end, in TypeScript and in Python: check, push, work, and kill -9 in the middle of a call."""
import concurrent.futures
import json
import signal

from packages import LANGUAGES, typescript
from parley_server import PATIENCE, Server, equal
from project import Project, eventually, fixed_port
from workers_test import Chat, reviews

typescript()


def in_each_language(test):
    """Side by side, with a server each."""

    def run_in(language):
        with Project(language) as project:
            try:
                test(project)
            except Exception as problem:
                problem.add_note(f"in {language.name}")
                raise

    def run():
        with concurrent.futures.ThreadPoolExecutor() as both:
            for done in [both.submit(run_in, language) for language in LANGUAGES]:
                done.result()

    run.__module__ = test.__module__
    return run


def with_flows(project, server):
    pushed = project.push(server)
    equal((pushed.returncode, pushed.stderr), (0, ""))
    equal(sorted(line.split()[0] for line in pushed.stdout.splitlines()), ["announce", "escalate", "order", "ship"])


def begin_held(project, server, message):
    """A conversation whose call has left its trace in the ledger and is held there."""
    project.hold.touch()
    before = len(project.ledger_lines())
    chat = Chat(server, message=message)
    eventually(lambda: len(project.ledger_lines()) > before, "the function was called")
    return chat


@in_each_language
def test_a_conversation_calls_the_teams_functions(project):
    with Server() as server:
        with_flows(project, server)
        project.work(server)
        first = server.chat(message="/order").json
        equal(first["text"], "Welcome.\nWhat would you like?")
        answer = server.chat(conversation_id=first["conversation_id"], message="tea").json
        equal(answer["text"].splitlines()[0], "tea coming, receipt of ch_3.")
        assert not answer.get("test_mode"), answer
        body = {"flow_id": "escalate", "context": {"ticket": {"title": "Broken parcel"}}}
        equal(server.post("/v1/conversations", body).status, 201)
        (written,) = project.journal.read_text().splitlines()
        equal(json.loads(written)["issue"], {"fields": {"summary": "Broken parcel", "labels": ["support"]}})
        again = project.push(server)
        equal((again.returncode, again.stdout), (0, "nothing has changed\n"))


@in_each_language
def test_check_and_push_tell_mistakes_with_their_place_and_change_nothing(project):
    source = project.folder / project.language.source
    with Server() as server:
        equal(project.run("check").returncode, 0)
        source.write_text(source.read_text().replace("What would you like?", "What would you like, {{ itm }}?"))
        for words in (["check"], ["check", "--url", f"http://127.0.0.1:{server.port}"]):
            checked = project.run(*words)
            equal(checked.returncode, 1)
            said = checked.stdout + checked.stderr
            assert f"--> {project.language.source}, as " in said and "itm" in said, said
        equal(project.push(server).returncode, 1)
        equal([flow["id"] for flow in server.get("/v1/flows").json["data"]], ["help", "order"])
        equal(project.run("check", "nowhere").returncode, 3)
        equal(project.run("hceck").returncode, 2)


@in_each_language
def test_what_is_built_is_an_assistants_folder_that_answers_in_test_mode_and_wants_a_key(project):
    key = "0123456789abcdef0123456789abcdef"
    equal(project.run("build", "--out", "bot").returncode, 0)
    server = Server(flows={}, environment={"PARLEY_SERVER__API_KEY": key})
    for name in ("flows", "tools"):
        for file in (project.folder / "bot" / name).iterdir():
            (server.folder / name / file.name).write_text(file.read_text())
    with server:
        first = server.chat(token=key, message="/order").json
        answer = server.chat(token=key, conversation_id=first["conversation_id"], message="tea").json
        assert answer["test_mode"], answer
        equal(answer["text"].splitlines()[0], "tea coming, receipt of ch_example.")
        refused = project.run("work", "--url", f"http://127.0.0.1:{server.port}")
        equal(refused.returncode, 3)
        assert "the server refuses this worker" in refused.stderr, refused.stderr
        equal(project.push(server).returncode, 3)
        equal(project.push(server, PARLEY_API_KEY=key).returncode, 0)


@in_each_language
def test_of_workers_that_are_killed_keyed_calls_have_one_effect_and_unsafe_ones_go_to_a_person(project):
    with Server() as server:
        with_flows(project, server)
        worker = project.work(server)
        chat = begin_held(project, server, "/ship")
        worker.kill()
        project.hold.unlink()
        worker = project.work(server)
        equal(chat.text(), "Shipped as s_1.")
        equal(len(project.ledger_lines()), 1)
        equal(reviews(server), [])
        chat = begin_held(project, server, "/announce")
        worker.kill()
        project.hold.unlink()
        worker = project.work(server)
        chat.join(PATIENCE)
        equal(reviews(server), [("outcome", "Did worker.announce_send happen?")])
        equal(len(project.ledger_lines()), 2)
        # One that is told to stop finishes what it has begun.
        chat = begin_held(project, server, "/announce")
        worker.stop()
        worker.wait_for("finishing what is under way")
        project.hold.unlink()
        equal(chat.text(), "Announced as a_1.")
        equal(worker.process.wait(PATIENCE), 0)
        equal(len(reviews(server)), 1)


@in_each_language
def test_a_worker_outlives_servers_that_are_killed_or_stopped_in_the_middle_of_a_call(project):
    with Server() as server:
        with_flows(project, server)
        fixed_port(server)
        worker = project.work(server)
        chat = begin_held(project, server, "/ship")
        server.kill()
        chat.join(PATIENCE)
        server.start()
        worker.wait_for("connected to", times=2)
        project.hold.unlink()
        server.wait_for("conversations resumed")
        (conversation,) = server.get("/v1/conversations").json["data"]
        turns = server.get(f"/v1/conversations/{conversation['id']}/turns").json["data"]
        assert "Shipped as s_1." in [message["text"] for turn in turns for message in turn["messages"]], turns
        equal(len(project.ledger_lines()), 1)
        chat = begin_held(project, server, "/announce")
        server.process.send_signal(signal.SIGTERM)
        worker.wait_for("the server is about to stop")
        project.hold.unlink()
        equal(chat.text(), "Announced as a_1.")
        equal(server.process.wait(PATIENCE), 0)
        server.start()
        worker.wait_for("connected to", times=3)
        equal(Chat(server, message="/ship").text(), "Shipped as s_1.")


def test_workers_of_both_languages_serve_one_assistant():
    with Server() as server, Project(LANGUAGES[0]) as typescript, Project(LANGUAGES[1]) as python:
        with_flows(typescript, server)
        workers = [typescript.work(server, "--name", "ts"), python.work(server, "--name", "py")]
        equal(sorted(worker["name"] for worker in server.get("/v1/workers").json["data"]), ["py", "ts"])
        answers = [Chat(server, message="/ship") for _ in range(4)]
        equal([chat.text() for chat in answers], ["Shipped as s_1."] * 4)
        equal((len(typescript.ledger_lines()), len(python.ledger_lines())), (2, 2))
        workers[0].kill()
        equal(Chat(server, message="/ship").text(), "Shipped as s_1.")
