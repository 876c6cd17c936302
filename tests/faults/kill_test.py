"""SIGKILL of the server's process group at any moment, while six clients talk: nothing acknowledged is lost, doubled,
reordered or changed."""
import random
import time

from talkers import SOAK, Server, Talkers, none

KILLS = 1000 if SOAK else 100


def test_killed_at_any_moment():
    dice = random.Random(20261128)
    with Server() as server, Talkers(server, 1) as talkers:
        for _ in range(KILLS):
            # Soon after the start, when it recovers; in the middle of the work; sometimes while it is still starting.
            time.sleep(dice.uniform(0, dice.choice([0.05, 0.3])))
            server.kill_group()
            if dice.random() < 0.1:
                server.launch()
                time.sleep(dice.uniform(0, 0.06))
                server.kill_group()
            server.start()
        talkers.__exit__()
        wrong = talkers.compare()
        print(f"{server.kills} kills, {talkers.acknowledged()} acknowledged turns, {len(wrong)} violations")
        none(wrong)
