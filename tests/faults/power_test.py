"""The power goes at any moment: what was not synced is gone, or torn. Nothing acknowledged is lost, and a disk that is
not synced at every commit (synchronous=NORMAL) is found out."""
import pathlib
import random
import sqlite3
import tempfile
import time

from talkers import SOAK, Server, Talkers, none

CUTS = 500 if SOAK else 25
CONTROL_CUTS = 8


def is_sound(database):
    """Looks at a copy: opening the original would change it."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            source = pathlib.Path(str(database) + suffix)
            if source.exists():
                pathlib.Path(folder, "copy.db" + suffix).write_bytes(source.read_bytes())
        with sqlite3.connect(pathlib.Path(folder, "copy.db")) as connection:
            return connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def cut_again_and_again(cuts, seed, **environment):
    """(violations, acknowledged turns, unsynced writes undone)"""
    dice = random.Random(seed)
    with Server() as server:
        server.kill()
        server.faulty(**environment)
        server.start()
        undone, broken = 0, []
        with Talkers(server, seed) as talkers:
            for number in range(cuts):
                time.sleep(dice.uniform(0, dice.choice([0.1, 0.5])))
                talkers.up.clear()
                undone += server.cut_power(dice, torn=number % 2 == 1)
                if not is_sound(server.root / "data" / "tenants" / "default.db"):
                    broken.append(f"after cut {number} the database is damaged")
                server.start()
                talkers.up.set()
        return broken + talkers.compare(), talkers.acknowledged(), undone


def test_the_power_goes_at_any_moment():
    wrong, acknowledged, undone = cut_again_and_again(CUTS, 2)
    print(f"{CUTS} power cuts, {acknowledged} acknowledged turns, {undone} unsynced writes taken back, {len(wrong)} violations")
    assert undone > CUTS, "the cuts took nothing back, so they prove nothing"
    none(wrong)


def test_control_commits_that_are_not_synced_are_lost():
    wrong, acknowledged, _ = cut_again_and_again(CONTROL_CUTS, 3, FAULTY_SYNCHRONOUS_NORMAL="1")
    print(f"control, synchronous=NORMAL: {CONTROL_CUTS} power cuts, {acknowledged} acknowledged turns, {len(wrong)} violations")
    assert wrong, "a store that loses what it acknowledged was not found out"
