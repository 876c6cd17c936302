"""A full disk, a disk that does not sync, a clock that jumps: the server refuses or goes on, and loses nothing."""
import contextlib
import http.client
import random
import time

from parley_server import PATIENCE, equal
from talkers import SOAK, Server, Talkers, none

ROUNDS = 50 if SOAK else 4
DAY = 86_400

NAP = """\
id: nap
triggers:
  - command: /nap
steps:
  - {id: lie_down, type: message, text: Good night.}
  - {id: sleep, type: wait, for: 12h}
  - {id: wake_up, type: message, text: Good morning.}
"""


@contextlib.contextmanager
def faulty_server():
    with Server() as server:
        server.stop()
        server.faulty()
        server.write_flow("nap", NAP)
        server.start()
        yield server


def wait_until(what, so):
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline, f"{what} has not happened"
        time.sleep(0.005)


def ready(server):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return server.get("/readyz").status == 200
    return False


def test_a_full_disk_stops_saving_and_nothing_else():
    with faulty_server() as server, Talkers(server, 4) as talkers:
        for _ in range(ROUNDS):
            before = talkers.acknowledged()
            wait_until("talking", lambda: talkers.acknowledged() > before + 6)
            (server.flags / "full").touch()
            refused = talkers.refusals
            wait_until("refusing", lambda: talkers.refusals > refused + 6)
            equal(server.get("/livez").status, 200)
            equal(server.get("/readyz").status, 503)
            (server.flags / "full").unlink()
            wait_until("being well again", lambda: ready(server))
        talkers.__exit__()
        server.kill_group()
        server.start()
        wrong = talkers.compare()
        print(f"{ROUNDS} times full, {talkers.acknowledged()} acknowledged turns, {talkers.refusals} refused, {len(wrong)} violations")
        none(wrong)


def test_a_failed_sync_is_never_papered_over():
    dice = random.Random(5)
    with faulty_server() as server, Talkers(server, 5) as talkers:
        for number in range(ROUNDS):
            before = talkers.acknowledged()
            wait_until("talking", lambda: talkers.acknowledged() > before + 6)
            (server.flags / "no_sync").touch()
            refused = talkers.refusals
            wait_until("refusing", lambda: talkers.refusals > refused + 6)
            # The disk seems well again, and must not be believed: what was not synced may be gone.
            (server.flags / "no_sync").unlink()
            told = talkers.acknowledged()
            refused = talkers.refusals
            wait_until("refusing still", lambda: talkers.refusals > refused + 6)
            equal(talkers.acknowledged(), told)
            equal(server.get("/readyz").status, 503)
            server.cut_power(dice, torn=number % 2 == 1)
            server.start()
        talkers.__exit__()
        wrong = talkers.compare()
        print(f"{ROUNDS} failed syncs, {talkers.acknowledged()} acknowledged turns, {talkers.refusals} refused, {len(wrong)} violations")
        none(wrong)


def mornings(server, nap):
    turns = server.get(f"/v1/conversations/{nap}/turns").json["data"]
    return sum(message["text"] == "Good morning." for turn in turns for message in turn["messages"])


def test_a_clock_that_jumps_changes_no_order_and_fires_a_timer_once():
    dice = random.Random(6)
    with faulty_server() as server, Talkers(server, 6) as talkers:
        nap = server.chat(message="/nap").json["conversation_id"]
        for number in range(2 * ROUNDS):
            before = talkers.acknowledged()
            wait_until("talking", lambda: talkers.acknowledged() > before + 6)
            (server.flags / "clock").write_text(str(dice.randint(-DAY, DAY // 3)))
            if number % 3 == 2:
                server.kill_group()
                server.start()
        equal(mornings(server, nap), 0)
        (server.flags / "clock").write_text(str(DAY))
        wait_until("waking up", lambda: mornings(server, nap) > 0)
        (server.flags / "clock").write_text(str(-DAY))
        server.kill_group()
        server.start()
        (server.flags / "clock").write_text(str(DAY))
        before = talkers.acknowledged()
        wait_until("talking", lambda: talkers.acknowledged() > before + 6)
        equal(mornings(server, nap), 1)
        talkers.__exit__()
        wrong = talkers.compare()
        print(f"{2 * ROUNDS + 3} jumps of the clock, {talkers.acknowledged()} acknowledged turns, {len(wrong)} violations")
        none(wrong)
