#!/usr/bin/env python3
"""check_connectors.py PARLEY NODE_MODULES [--calls N]: random calls of every tool of our connectors, each rendered and judged by the service's
own description; then every valid request is made wrong in all ways that the description forbids, and must be refused. NODE_MODULES has
the packages of vendor.py; without it they are installed into a temporary folder. Prints one row of Markdown a connector."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import jsonschema
    import referencing  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(0)

import generate
import vendor

# What a random text would not be: amounts and currencies, of which others are computed.
SENSIBLE = {"amount": "12.50", "currency": "EUR"}
PATIENCE = 6


def installed(modules):
    if modules:
        return modules
    folder = tempfile.mkdtemp(prefix="parley-vendor-")
    done = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", *vendor.PACKAGES],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print("skipped: the packages cannot be installed: " + done.stderr.strip().splitlines()[-1])
        sys.exit(0)
    return pathlib.Path(folder) / "node_modules"


def calls_of(tool, count):
    valid = jsonschema.Draft202012Validator(tool["parameters"])
    known = tool["parameters"].get("properties", {})
    for seed in range(count):
        for attempt in range(PATIENCE):
            args = generate.Generator(tool["parameters"], f"{tool['name']}/{seed}/{attempt}").value(tool["parameters"])
            args |= {name: value for name, value in SENSIBLE.items() if name in known}
            if valid.is_valid(args):
                yield args
                break


def rendered(parley, document, calls):
    lines = "\n".join(json.dumps({"tool": name, "args": args}) for name, args in calls) + "\n"
    done = subprocess.run([parley, "tool", "render", document], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parley")
    parser.add_argument("modules", nargs="?")
    parser.add_argument("--calls", type=int, default=50)
    options = parser.parse_args()
    modules = installed(options.modules)
    bad = 0
    print("| connector | tools | calls | refused before sending | valid | mutants | refused | seconds |\n|---|---|---|---|---|---|---|---|")
    for name in vendor.DOCUMENTS:
        began = time.monotonic()
        judge = vendor.Vendor(name, modules)
        document = str(vendor.ROOT / "connectors" / f"{name}.yaml")
        tools = json.loads(subprocess.run([options.parley, "tool", "compile", document], capture_output=True, text=True, check=True).stdout)
        calls = [(tool["name"], args) for tool in tools for args in calls_of(tool, options.calls)]
        refused, good, made, noticed = 0, 0, 0, 0
        for (tool, args), request in zip(calls, rendered(options.parley, document, calls), strict=True):
            if "error" in request:
                refused += 1
                print(f"  {name}.{tool} {json.dumps(args)[:200]}: {request['error']['message']}", file=sys.stderr)
                continue
            problem = judge.problem(request)
            if problem:
                print(f"  {name}.{tool} {json.dumps(args)[:200]}: {problem}\n    {json.dumps(request)[:400]}", file=sys.stderr)
                continue
            good += 1
            missed = collections.Counter()
            for what, mutant in vendor.mutants(judge, request):
                made += 1
                if judge.problem(mutant):
                    noticed += 1
                else:
                    missed[what] += 1
            for what in missed:
                print(f"  {name}.{tool}: not noticed: {what}", file=sys.stderr)
        sent = len(calls) - refused
        bad += sent - good
        bad += 1 if noticed < 0.95 * made else 0
        share = 100 * good / sent if sent else 0
        print(f"| {name} | {len(tools)} | {len(calls)} | {refused} | {good} ({share:.1f} %) | {made} | {noticed} ({100 * noticed / max(made, 1):.1f} %) "
              f"| {time.monotonic() - began:.1f} |", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
