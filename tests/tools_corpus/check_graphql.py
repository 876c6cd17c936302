#!/usr/bin/env python3
"""check_graphql.py PARLEY [NODE_MODULES] [--calls N]: GitHub's GraphQL schema as tools. Random calls of every tool go to graphql-yoga with the
same schema, which validates and executes them; then each is made wrong in ways that the schema forbids, and must be refused; then every
tool is called once through the program's own client. Prints one row of Markdown."""
import argparse
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

try:
    import jsonschema  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(0)

from check_connectors import calls_of, rendered

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["@octokit/graphql-schema@15.26.1", "graphql@16.11.0", "graphql-yoga@5.24.1"]


def installed(modules):
    if modules:
        return pathlib.Path(modules)
    folder = tempfile.mkdtemp(prefix="parley-graphql-")
    done = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print("skipped: the packages cannot be installed: " + done.stderr.strip().splitlines()[-1])
        sys.exit(0)
    return pathlib.Path(folder) / "node_modules"


def errors_of(base, body):
    """What the server has against a request: the first message, or None."""
    request = urllib.request.Request(base + "/graphql", body.encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        answer = json.loads(error.read())
    return answer["errors"][0]["message"] if answer.get("errors") else None


def mutants(body):
    """Requests that the schema certainly does not allow."""
    request = json.loads(body)
    yield {**request, "query": request["query"].replace("__typename", "no_such_field", 1) if "__typename" in request["query"] else "{ nothing }"}
    yield {**request, "query": request["query"][:-1]}
    for name, value in request["variables"].items():
        if isinstance(value, dict):
            for member in value:
                less = copy.deepcopy(request)
                less["variables"][name]["no_such_" + member] = less["variables"][name].pop(member)
                yield less
            yield {**request, "variables": {**request["variables"], name: ["a list"]}}
        elif re.search(rf"\${name}: (Int|Float|Boolean|String|ID)\b", request["query"]):  # a scalar of GitHub's own may be anything
            yield {**request, "variables": {**request["variables"], name: {"an": "object"}}}


def call_all(parley, document, base, calls):
    """How many of the calls work through the program's own client."""
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        (folder / "flows").mkdir()
        (folder / "tools").mkdir()
        (folder / "parley.yaml").write_text("egress: {allow_internal: true}\n")
        subprocess.run([parley, "tool", "add", "graphql", document, "--name", "github"], cwd=folder, check=True, capture_output=True)
        (folder / "parley.yaml").write_text(f'egress: {{allow_internal: true}}\ntools: {{connectors: {{github: {{server: "{base}/graphql"}}}}}}\n')
        worked = 0
        for tool, args in calls:
            done = subprocess.run([parley, "tool", "try", f"github.{tool}", "--live", "--args", json.dumps(args)],
                                  cwd=folder, capture_output=True, text=True, env=os.environ)
            worked += done.returncode == 0
            if done.returncode != 0:
                print(f"  {tool} {json.dumps(args)[:200]}: {done.stderr.strip()[:300]}", file=sys.stderr)
        return worked


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parley")
    parser.add_argument("modules", nargs="?")
    parser.add_argument("--calls", type=int, default=3)
    options = parser.parse_args()
    parley = str(pathlib.Path(options.parley).resolve())
    modules = installed(options.modules)
    document = str(modules.resolve() / "@octokit/graphql-schema" / "schema.graphql")
    began = time.monotonic()
    compiled = subprocess.run([parley, "tool", "compile", document], capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    tools = json.loads(compiled.stdout)
    calls = [(tool["name"], args) for tool in tools for args in calls_of(tool, options.calls)]
    server = subprocess.Popen(["node", HERE / "github_yoga.mjs", modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    good, made, noticed = 0, 0, 0
    for (tool, args), request in zip(calls, rendered(parley, document, calls), strict=True):
        problem = request["error"]["message"] if "error" in request else errors_of(base, request["body"])
        if problem:
            print(f"  {tool} {json.dumps(args)[:300]}: {problem}", file=sys.stderr)
            continue
        good += 1
        for wrong in mutants(request["body"]):
            made += 1
            if errors_of(base, json.dumps(wrong)):
                noticed += 1
            else:
                print(f"  not noticed: {tool} {json.dumps(wrong)[:300]}", file=sys.stderr)
    firsts = {tool: args for tool, args in reversed(calls)}
    worked = call_all(parley, document, base, firsts.items())
    server.stdin.close()
    server.wait(30)
    print("| schema | tools | calls | valid | mutants | refused | called live | worked | compile |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(f"| GitHub's GraphQL | {len(tools)} | {len(calls)} | {good} ({100 * good / len(calls):.2f} %) | {made} | {noticed} "
          f"| {len(firsts)} | {worked} | {seconds:.2f} s |")
    return 0 if good == len(calls) and worked == len(firsts) else 1


if __name__ == "__main__":
    sys.exit(main())
