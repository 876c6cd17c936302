"""Takes back what was not synced when the power went, from the notes of faulty_disk.cpp."""
import os
import pathlib
import struct

HEAD = struct.Struct("<5Q")
WRITTEN, TRUNCATED, SYNCED, CREATED, FOLDER_SYNCED = range(1, 6)
SECTOR = 512


def records(data):
    at = 0
    while at + HEAD.size <= len(data):
        kind, path_length, offset, length, size = HEAD.unpack_from(data, at)
        end = at + HEAD.size + path_length + length
        if end > len(data):
            return  # killed while it was noted: the write itself had not begun
        path = data[at + HEAD.size : at + HEAD.size + path_length].decode()
        yield kind, path, offset, data[end - length : end], size
        at = end


def cut(notes, dice, torn):
    """Undoes unsynced writes, the last first: all of them, or when `torn` about half of their sectors. How many
    writes were unsynced."""
    unsynced, fresh = {}, set()
    for kind, path, offset, old, size in records(notes.read_bytes() if notes.exists() else b""):
        if kind == SYNCED:
            unsynced[path] = []
        elif kind == CREATED:
            fresh.add(path)
        elif kind == FOLDER_SYNCED:
            fresh = {name for name in fresh if os.path.dirname(name) != path}
        else:
            unsynced.setdefault(path, []).append((kind, offset, old, size))
    undone = 0
    for path, writes in unsynced.items():
        if path in fresh or not os.path.exists(path):
            continue
        with open(path, "r+b") as file:
            for kind, offset, old, size in reversed(writes):
                undone += 1
                undo(file, kind, offset, old, size, dice if torn else None)
    for path in fresh:  # its name was never made durable
        pathlib.Path(path).unlink(missing_ok=True)
    notes.unlink(missing_ok=True)
    return undone


def undo(file, kind, offset, old, size, dice):
    now = os.fstat(file.fileno()).st_size
    for start in range(0, len(old), SECTOR):
        if dice is not None and dice.random() < 0.5:
            continue  # this sector had reached the disk
        file.seek(offset + start)
        file.write(old[start : start + SECTOR])
    file.flush()
    grown = kind == WRITTEN and now > size
    if grown and (dice is None or dice.random() < 0.5):
        file.truncate(size)

