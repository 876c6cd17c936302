#!/usr/bin/env python3
"""check_requests.py PARLEY DOCUMENT… [--calls N]: compiles each document, makes random arguments for every tool, renders them and
lets an independent reader judge the requests against the document itself. Prints one row a document; with --markdown a table, which
table.py makes of the documents of public packages."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import time

try:
    import jsonschema
    import referencing  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(0)

import decode
import generate


def load(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    if str(path).endswith(".json"):
        return json.loads(text)
    import yaml
    return yaml.safe_load(text)


def judge_document(parley, path, calls, examples):
    began = time.monotonic()
    compiled = subprocess.run([parley, "tool", "compile", path, "--report"], capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    report = json.loads(compiled.stdout)
    judge = decode.Judge(load(path))
    lines, cases = [], []
    unmade = 0
    for tool in report["tools"]:
        valid = jsonschema.Draft202012Validator(tool["parameters"])
        for seed in range(calls):
            for attempt in range(6):
                args = generate.Generator(tool["parameters"], f"{tool['name']}/{seed}/{attempt}").value(tool["parameters"])
                if valid.is_valid(args):
                    break
            else:
                unmade += 1
                continue
            cases.append((tool, args))
            lines.append(json.dumps({"tool": tool["name"], "args": args}))
    rendered = subprocess.run([parley, "tool", "render", path], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    good, reasons = 0, collections.Counter()
    for (tool, args), line in zip(cases, rendered.stdout.splitlines(), strict=True):
        request = json.loads(line)
        if "error" in request:
            problem = "refused: " + request["error"]["message"]
        else:
            try:
                problem = decode.check(judge, request, tool["method"], tool["path"])
            except Exception as error:  # the judge's own trouble counts against us until it is looked at
                problem = f"judge: {type(error).__name__} {error}"
        if problem is None:
            good += 1
        else:
            key = problem.split(":")[0]
            reasons[key] += 1
            if reasons[key] <= examples:
                print(f"  {tool['method']} {tool['path']}: {problem[:300]}\n    {json.dumps(args)[:300]}\n    {line[:400]}", file=sys.stderr)
    return {
        "document": pathlib.Path(path).name, "operations": operations_of(load(path)), "tools": len(report["tools"]),
        "dropped": collections.Counter(one["reason"] for one in report["dropped"]), "calls": len(cases), "good": good, "unmade": unmade,
        "reasons": reasons, "compile": seconds, "seconds": time.monotonic() - began,
    }


METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def operations_of(document):
    items = [item for item in document.get("paths", {}).values() if isinstance(item, dict)]
    return sum(1 for item in items for method in item if method in METHODS)


def plain(row):
    share = 100 * row["good"] / row["calls"] if row["calls"] else 100
    return (f"{row['document']:42} tools {row['tools']:5} dropped {sum(row['dropped'].values()):3} calls {row['calls']:6} "
            f"valid {share:7.3f} % unmade {row['unmade']:4} compile {row['compile']:.2f} s "
            f"{dict(row['reasons'].most_common(6)) if row['reasons'] else ''}")


HEAD = ("| document | operations | tools | dropped, and why | calls | valid | compile | all |\n"
        "|---|---:|---:|---|---:|---:|---:|---:|")


def markdown(row):
    share = 100 * row["good"] / row["calls"] if row["calls"] else 100
    dropped = "; ".join(f"{count}: {reason}" for reason, count in row["dropped"].most_common()) or "0"
    return (f"| {row['document']} | {row['operations']:,} | {row['tools']:,} | {dropped} | {row['calls']:,} | {row['good']:,} ({share:.2f} %) "
            f"| {row['compile']:.2f} s | {row['seconds']:.1f} s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parley")
    parser.add_argument("documents", nargs="+")
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--allow", type=float, default=0.1, help="percent of calls that may be judged invalid")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    bad = 0
    if options.markdown:
        print(HEAD)
    for path in options.documents:
        row = judge_document(options.parley, path, options.calls, options.examples)
        print(markdown(row) if options.markdown else plain(row), flush=True)
        bad += row["calls"] - row["good"]
    return 1 if bad and options.allow == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
