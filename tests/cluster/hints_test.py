"""Two servers on one PostgreSQL, without a Redis: who listens at one hears what happens at the other."""
import re

from fleet import Cluster, Worker, equal, free_port, wait_until
from followers import Follower, SocketFollower

TURNS = 20


def pair(cluster, **more):
    environment = {"PARLEY_STORE__URL": cluster.url("parley"), "PARLEY_SERVER__THREADS": "1", **more}
    return [Worker(free_port(), dict(environment)) for _ in range(2)]


def check(server, name):
    return next(each for each in server.get("/readyz?verbose").json["checks"] if each["name"] == name)


def metric(server, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", server.get("/metrics").body, re.M)
    return float(found.group(1)) if found else 0


def told(server):
    return metric(server, 'parley_hints_total{direction="told"}')


def talk(here, there):
    """Turns at one server, heard at the other; the conversation and its listeners' books."""
    first = here.chat(message="/notes", user_id="ana").json
    conversation, token = first["conversation_id"], first["token"]
    listeners = [kind(there, conversation, token) for kind in (Follower, SocketFollower)]
    for number in range(TURNS):
        equal(here.chat(conversation_id=conversation, token=token, message=f"note {number}").status, 200)
    for listener in listeners:
        assert listener.wait_for(1 + TURNS), f"{type(listener).__name__} has heard {listener.turns}"
        listener.stop()
        equal([turn for turn, _ in listener.turns], list(range(1, TURNS + 2)))
        equal(listener.problems, [])


def test_what_happens_at_one_server_is_heard_at_another():
    with Cluster() as cluster:
        if not cluster.present:
            print("skipped: PostgreSQL is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        here, there = pair(cluster)
        with here, there:
            wait_until("hearing", lambda: all(check(server, "hints")["status"] == "ok" for server in (here, there)))
            wait_until("knowing of each other", lambda: told(here) > 1 and told(there) > 1)
            talk(here, there)
            heard = metric(there, 'parley_hints_total{direction="heard"}')
            assert heard > 0, heard
            talk(there, here)
            print(f"told {told(here):.0f} in {metric(here, 'parley_hint_statements_total'):.0f} statements, heard {heard:.0f}")


def test_behind_a_pooler_it_takes_longer_or_another_way():
    with Cluster() as cluster:
        if not cluster.present or not cluster.pool():
            print("skipped: PostgreSQL or PgBouncer is not installed")
            return
        equal(cluster.migrate().returncode, 0)
        pooled = cluster.pooled_url("parley")
        here, there = pair(cluster, PARLEY_STORE__URL=pooled)
        with here, there:
            wait_until("noticing the pooler", lambda: "pooler" in check(there, "hints").get("problem", ""))
            talk(here, there)  # the log is looked at every second
        here, there = pair(cluster, PARLEY_STORE__URL=pooled, PARLEY_STORE__LISTEN_URL=cluster.url("parley"))
        with here, there:
            wait_until("hearing", lambda: check(there, "hints")["status"] == "ok")
            talk(here, there)
