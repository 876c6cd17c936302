#!/usr/bin/env python3
"""live_connectors.py PARLEY [NODE_MODULES]: every tool of our connectors called for real, against servers that judge each request by the service's
own description before they answer from the example; then the flows of examples/support the same way. Prints a table."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("parley")
parser.add_argument("modules", nargs="?")
options = parser.parse_args()
os.environ["PARLEY_BINARY"] = str(pathlib.Path(options.parley).resolve())
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))

try:
    import jsonschema  # noqa: F401
    import yaml
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(0)

import services  # noqa: E402
import vendor  # noqa: E402
from check_connectors import calls_of, installed  # noqa: E402
from connectors_test import begin, issue, said, support, tell  # noqa: E402

CREDENTIALS = {"stripe": "key", "jira": "basicAuth", "github": "token", "slack": "bot", "notion": "token"}


class Judge:
    """Mixed into a service: what the description does not allow is answered with 400 and remembered."""

    def judged(self, connector, modules):
        self.vendor, self.valid, self.invalid = vendor.Vendor(connector, modules), 0, []
        return self

    def answer(self, method, path, query, headers, body):
        raw = self.requests[-1][1]
        request = {"method": method, "url": f"http://x{self.vendor.base}{raw}", "headers": dict(headers), "body": body or None}
        problem = self.vendor.problem(request)
        if problem:
            self.invalid.append((method, raw, problem))
            return 400, {"message": problem, "ok": False, "error": "judged"}
        self.valid += 1
        return super().answer(method, path, query, headers, body)


class Examples(services.Service):
    """Answers as the connector's own example does."""

    def __init__(self, connector):
        description = yaml.safe_load((vendor.ROOT / "connectors" / f"{connector}.yaml").read_text())
        self.examples = []
        for path, item in description["paths"].items():
            for method in ("get", "post", "put", "patch"):
                for status, response in item.get(method, {}).get("responses", {}).items():
                    content = response.get("content", {}).get("application/json", {})
                    self.examples.append((method.upper(), path.split("#")[0].split("/"), int(status), content.get("example")))
        super().__init__()

    def answer(self, method, path, query, headers, body):
        parts = path.split("/")
        for known, template, status, example in sorted(self.examples, key=lambda each: sum(part.startswith("{") for part in each[1])):
            if known == method and len(template) == len(parts) and all(t.startswith("{") or t == p for t, p in zip(template, parts)):
                return status, example
        return 404, {"message": "no such operation"}


class JudgedExamples(Judge, Examples):
    pass


class JudgedJira(Judge, services.Jira):
    pass


def every_tool(connector, modules):
    """(tools, calls that worked, valid, invalid) of one connector."""
    began = time.monotonic()
    with JudgedExamples(connector).judged(connector, modules) as service, tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        (folder / "flows").mkdir()
        (folder / "tools").mkdir()
        shutil.copy(vendor.ROOT / "connectors" / f"{connector}.yaml", folder / "tools")
        credential = {"secret": "KEY", **({"user": "bot"} if connector == "jira" else {})}
        (folder / "parley.yaml").write_text(json.dumps({
            "tools": {"connectors": {connector: {"server": service.url, "credentials": {CREDENTIALS[connector]: credential}}}},
            "egress": {"allow_internal": True}}))
        listed = json.loads(subprocess.run([options.parley, "tool", "compile", str(folder / "tools" / f"{connector}.yaml")], capture_output=True, text=True).stdout)
        worked = 0
        for tool in listed:
            args = next(a for a in calls_of(tool, 20) if tool["name"] != "create_page" or {"page_id", "database_id"} & set(a))
            args.pop("pages", None)
            done = subprocess.run([options.parley, "tool", "try", f"{connector}.{tool['name']}", home, "--live", "--args", json.dumps(args)],
                                  capture_output=True, text=True, env={**os.environ, "PARLEY_SECRET_KEY": "k-123456"})
            worked += done.returncode == 0
            if done.returncode != 0:
                print(f"  {connector}.{tool['name']} {json.dumps(args)}: {done.stderr.strip()[:300]}", file=sys.stderr)
        for method, raw, problem in service.invalid:
            print(f"  {method} {raw}: {problem}", file=sys.stderr)
        return len(listed), worked, service.valid, len(service.invalid), time.monotonic() - began


def support_flows(modules):
    """J1 and J2, judged by Jira's description."""
    began = time.monotonic()
    issues = {f"SUP-{n}": issue(n, f"Trouble {n}", "ana@example.org", ["support-open"]) for n in range(1, 6)}
    with JudgedJira("bot@example.org", "sk_test_1234567890", issues).judged("jira", modules) as jira, support(jira) as server:
        conversation = begin(server, "/customer", "ana@example.org")
        summarized = any("The last 3 tickets of ana@example.org" in text for text in said(server, conversation))
        tell(server, {"id": "T-1", "jira": "SUP-1", "tags": ["Refund"]}, delivery="d-1")
        deadline = time.monotonic() + 20
        while "support-closed" not in issues["SUP-1"]["fields"]["labels"] and time.monotonic() < deadline:
            time.sleep(0.05)
        worked = summarized + ("refund" in issues["SUP-1"]["fields"]["labels"])
        return 2, worked, jira.valid, len(jira.invalid), time.monotonic() - began


def main():
    modules = installed(options.modules)
    bad = 0
    print("| | tools or flows | worked | requests valid | invalid | seconds |\n|---|---:|---:|---:|---:|---:|")
    rows = [(name, lambda name=name: every_tool(name, modules)) for name in vendor.DOCUMENTS] + [("examples/support", lambda: support_flows(modules))]
    for name, run in rows:
        count, worked, valid, invalid, seconds = run()
        bad += count - worked + invalid
        print(f"| {name} | {count} | {worked} | {valid} | {invalid} | {seconds:.1f} |", flush=True)
    return 1 if bad else 0


sys.exit(main())
