"""A client as a team has one. It writes to a file what it was asked to do."""
import json
import os


def create_issue(summary: str, labels: list[str]) -> dict:
    with open(os.environ.get("DESK_JOURNAL", "/dev/null"), "a", encoding="utf-8") as journal:
        journal.write(json.dumps({"issue": {"fields": {"summary": summary, "labels": labels}}}) + "\n")
    return {"id": "D-1"}
