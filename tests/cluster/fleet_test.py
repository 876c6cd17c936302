"""Several servers behind a proxy, restarted one by one and then killed, paused and cut off at random while clients talk and listen.

Three books must agree: what the talkers were told, what the listeners heard, and what the store has."""
import os
import random
import re
import signal
import time

import fleet as fleets
from fleet import Fleet, equal, wait_until
from followers import Follower, SocketFollower
from talkers import CLIENTS, SOAK, Talkers, none

RESTARTS = 12 if SOAK else 2
SECONDS = 60 if SOAK else 5
SEED = int(os.environ.get("PARLEY_SEED", "0")) or (random.randrange(1, 1_000_000) if SOAK else 11)


class ProxiedTalkers(Talkers):
    refusing = (502, 503, 504)  # the proxy's own words for a server that is gone
    reader = {"token": fleets.API_KEY}  # nobody who comes through a proxy is taken for the servers' owner


def answered_by(worker):
    return float(re.search(r"^parley_turns_total (\S+)$", worker.get("/metrics", fleets.API_KEY).body, re.M).group(1))


def listen(fleet, talkers):
    """Two listeners to every conversation, each by its own protocol, from the first turn on."""
    wait_until("every client's first answer", lambda: len(talkers.tokens) == CLIENTS)
    with talkers.lock:
        conversations = {entry[0]: entry[1] for entry in talkers.book}
    return [
        kind(fleet, conversation, talkers.tokens[client])
        for client, conversation in conversations.items() for kind in (Follower, SocketFollower)
    ]


def restart(worker, talkers):
    """As an update does: told to stop, gone when it is done, and back before the next one goes."""
    worker.process.send_signal(signal.SIGTERM)
    equal(worker.process.wait(fleets.PATIENCE), 0)
    worker.start()
    wait_until("the proxy's trust", lambda: answered_by(worker) > 0)
    before = talkers.acknowledged()
    wait_until("going on", lambda: talkers.acknowledged() > before + CLIENTS)


def restart_one_by_one(fleet, talkers):
    for number in range(RESTARTS):
        restart(fleet.workers[number % len(fleet.workers)], talkers)


def harm(fleet, dice):
    """One thing goes wrong, for a while."""
    worker = dice.choice(fleet.workers)
    pause = dice.choice([0.05, 0.5, 1.5] + ([7] if SOAK else []))
    what = dice.choice(["kill", "kill", "stop", "redis killed", "redis paused", "redis emptied"])
    if what == "kill":
        worker.kill_group()
        worker.start()
    elif what == "stop":
        worker.pause()
        time.sleep(pause)
        worker.resume()
    elif what == "redis killed":
        fleet.redis.kill()
        time.sleep(pause)
        fleet.redis.start()
    elif what == "redis paused":
        fleet.redis.pause()
        time.sleep(pause)
        fleet.redis.resume()
    else:
        fleet.redis.flush()
    for each in fleet.workers:
        if each.process.poll() is not None:  # one that was paused for too long gives its place up
            each.start()
    return what


def harm_at_random(fleet):
    dice = random.Random(SEED)
    done = []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        time.sleep(dice.uniform(0, 0.3))
        done.append(harm(fleet, dice))
    return done


def compare(fleet, talkers, followers):
    wait_until("an answer after all", fleet.ready)
    wrong = talkers.compare()
    for follower in followers:
        stored = talkers.turns_of(follower.conversation)
        last = [turn["turn"] for turn in stored if turn["user"] or turn["messages"]][-1]
        follower.wait_for(last)
        follower.stop()
        wrong += follower.compare(stored)
    return wrong


def test_servers_come_and_go_and_nobody_notices():
    if lacking := fleets.missing():
        print(f"skipped: {lacking} not installed")
        return
    with Fleet() as fleet, ProxiedTalkers(fleet, SEED) as talkers:
        followers = listen(fleet, talkers)
        restart_one_by_one(fleet, talkers)
        equal((talkers.refusals, talkers.cuts), (0, 0))
        restarted = talkers.acknowledged()
        done = harm_at_random(fleet)
        talkers.__exit__()
        wrong = compare(fleet, talkers, followers)
        heard = sum(len(follower.turns) for follower in followers)
        connections = sum(follower.connections for follower in followers)
        counts = ", ".join(f"{done.count(what)} {what}" for what in sorted(set(done)))
        print(f"seed {SEED}: {RESTARTS} restarts, {restarted} acknowledged turns, 0 failed; then {counts}; "
              f"{talkers.acknowledged()} acknowledged turns, {talkers.refusals} refused, {talkers.cuts} cut off; "
              f"{len(followers)} listeners heard {heard} turns over {connections} connections; {len(wrong)} violations")
        none(wrong)
