"""The connectors that come with Parley, called: against services that refuse what the real ones refuse, and with kill -9 in between."""
import hashlib
import hmac
import json
import pathlib
import shutil
import urllib.parse

from parley_server import Server, equal
from services import GitHub, Jira, Stripe

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
KEY = "sk_test_1234567890"
HOOK = "a-secret-of-the-desk"

PAY = """\
id: pay
triggers: [{command: /pay}]
slots:
  total: {type: money, ask: How much?}
  card: {type: text, ask: Which card?}
steps:
  - {id: ask, type: input, gather: [total, card]}
  - {id: charge, type: tool, call: stripe.charge, with: {amount: "{{total}}", source: "{{card}}"}, save: payment, on_error: declined}
  - {id: paid, type: message, text: "Paid {{payment.amount}} {{payment.currency}}, receipt {{payment.id}}.", next: end}
  - {id: declined, type: message, text: "No: {{error.code}}"}
"""

COMMENT = """\
id: comment
triggers: [{command: /comment}]
slots: {words: {type: text, ask: What shall I write?}}
steps:
  - {id: ask, type: input, gather: [words]}
  - {id: write, type: tool, call: github.create_comment, with: {owner: o, repo: r, issue_number: 7, body: "{{words}}"}, save: comment}
  - {id: done, type: message, text: "Written as {{comment.id}}."}
"""


def live(connector, service, credential, flows, **more):
    server = Server(flows=flows, environment={"PARLEY_SECRET_KEY": KEY, **more})
    shutil.copy(ROOT / "connectors" / f"{connector}.yaml", server.folder / "tools" / f"{connector}.yaml")
    settings = {
        "tools": {"connectors": {connector: {"mode": "live", "server": service.url, "credentials": credential}}},
        "egress": {"internal_hosts": [f"127.0.0.1:{service.port}"]},
    }
    (server.folder / "parley.yaml").write_text(json.dumps(settings))
    return server


def said(server, conversation):
    turns = server.get(f"/v1/conversations/{conversation}/turns").json["data"]
    return [message["text"] for turn in turns for message in turn["messages"]]


def begin(server, command, *words):
    conversation = server.chat(message=command).json["conversation_id"]
    for word in words:
        server.chat(conversation_id=conversation, message=word)
    return conversation


def paying(service):
    return live("stripe", service, {"key": {"secret": "KEY"}}, {"pay": PAY})


def test_a_charge_reaches_stripe_in_the_smallest_unit_and_a_refusal_is_a_failure():
    with Stripe(KEY) as stripe, paying(stripe) as server:
        cases = [
            ("12.50 EUR", "tok_visa", "Paid 1250 eur, receipt ch_1.", {"amount": "1250", "currency": "eur", "source": "tok_visa"}),
            ("500 JPY", "tok_visa", "Paid 500 jpy, receipt ch_2.", {"amount": "500", "currency": "jpy", "source": "tok_visa"}),
            ("3 EUR", "tok_chargeDeclined", "No: http_402", {"amount": "300", "currency": "eur", "source": "tok_chargeDeclined"}),
        ]
        for total, card, text, fields in cases:
            conversation = begin(server, "/pay", total, card)
            assert text in said(server, conversation), said(server, conversation)
            equal(dict(urllib.parse.parse_qsl(stripe.requests[-1][3])), fields)
        equal(len(stripe.charges), 2)
        equal([status for status, _ in stripe.refused], [402])
        keys = [headers["Idempotency-Key"] for _, _, headers, _ in stripe.requests]
        equal(len(set(keys)), 3)


def test_a_kill_during_a_charge_charges_once_and_the_conversation_goes_on():
    with Stripe(KEY) as stripe, paying(stripe) as server:
        conversation = begin(server, "/pay", "12.50 EUR")
        stripe.kill_during(server, lambda: server.chat(conversation_id=conversation, message="tok_visa"))
        equal(len(stripe.charges), 1)
        server.start()
        server.wait_for("conversations resumed")
        equal(len(stripe.charges), 1)
        first, second = stripe.requests
        equal((first[2]["Idempotency-Key"], first[3]), (second[2]["Idempotency-Key"], second[3]))
        assert "Paid 1250 eur, receipt ch_1." in said(server, conversation), said(server, conversation)
        equal(stripe.refused, [])
        equal(server.chat(conversation_id=conversation, message="/pay").json["text"], "How much?")


def test_what_is_done_is_found_by_its_marker_after_a_kill_and_not_done_again():
    with GitHub(KEY) as github, live("github", github, {"token": {"secret": "KEY"}}, {"comment": COMMENT}) as server:
        conversation = begin(server, "/comment")
        github.kill_during(server, lambda: server.chat(conversation_id=conversation, message="It works."))
        equal(len(github.comments), 1)
        server.start()
        server.wait_for("conversations resumed")
        equal(len(github.comments), 1)
        equal([method for method, *_ in github.requests], ["POST", "GET"])
        assert "Written as 1." in said(server, conversation), said(server, conversation)
        assert github.comments[0]["body"].startswith("It works.\n\n<!-- parley-"), github.comments
        # The next one is another: it gets a marker of its own.
        again = begin(server, "/comment", "It works.")
        assert "Written as 2." in said(server, again), said(server, again)
        assert github.comments[0]["body"] != github.comments[1]["body"]


def test_what_cannot_be_found_after_a_kill_is_not_done_again_but_shown_to_a_person():
    with GitHub(KEY) as github, live("github", github, {"token": {"secret": "KEY"}}, {"comment": COMMENT}) as server:
        conversation = begin(server, "/comment")
        github.kill_during(server, lambda: server.chat(conversation_id=conversation, message="It works."))
        github.comments.clear()
        server.start()
        server.wait_for("conversations resumed")
        equal([method for method, *_ in github.requests], ["POST", "GET"])
        reviews = server.get("/v1/reviews?status=open").json["data"]
        equal([(r["kind"], r["title"]) for r in reviews], [("outcome", "Did github.create_comment happen?")])


def issue(number, summary, reporter, labels):
    return {"id": str(10000 + number), "key": f"SUP-{number}", "fields": {
        "summary": summary, "description": f"{summary} happened to me last week. Please help me with it soon.", "status": {"name": "Open"},
        "labels": labels, "reporter": reporter, "created": "2026-11-20T08:12:00.000+0000"}}


def support(jira):
    """examples/support as it is, but called."""
    server = Server(flows={}, environment={"PARLEY_SECRET_KEY": KEY, "PARLEY_SECRET_DESK_HOOK": HOOK})
    shutil.rmtree(server.folder)
    shutil.copytree(ROOT / "examples" / "support", server.folder, symlinks=False)
    settings = server.folder / "parley.yaml"
    settings.write_text(settings.read_text() + f"""
tools: {{connectors: {{jira: {{mode: live, server: "{jira.url}", credentials: {{basicAuth: {{user: bot@example.org, secret: KEY}}}}}}}}}}
egress: {{internal_hosts: ["127.0.0.1:{jira.port}"]}}
""")
    return server


def tell(server, ticket, key=HOOK, delivery=None):
    body = json.dumps({"type": "ticket.closed", "ticket": ticket})
    signature = hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Signature": signature, "Content-Type": "application/json"}
    if delivery:
        headers["X-Delivery-Id"] = delivery
    return server.request("POST", "/v1/hooks/desk", body, **headers)


def test_the_last_tickets_of_a_customer_are_summarized_live():
    issues = {f"SUP-{n}": issue(n, f"Trouble {n}", "ana@example.org" if n != 3 else "bo@example.org", []) for n in range(1, 6)}
    with Jira("bot@example.org", KEY, issues) as jira, support(jira) as server:
        conversation = begin(server, "/customer", "ana@example.org")
        text = "\n".join(said(server, conversation))
        assert "The last 3 tickets of ana@example.org:\nSUP-1 (Open): Trouble 1\nSUP-2 (Open): Trouble 2\nSUP-4 (Open): Trouble 4" in text, text
        assert "In short: " in text, text
        assert "nobody@example.org has no tickets." in said(server, begin(server, "/customer", "nobody@example.org"))
        equal(jira.refused, [])


def test_a_closed_ticket_labels_its_issue_once_live_also_when_the_server_is_killed_meanwhile():
    issues = {"SUP-42": issue(42, "Damaged", "ana@example.org", ["support", "support-open"])}
    ticket = {"id": "T-1042", "jira": "SUP-42", "tags": ["Damaged parcel", "refund"]}
    with Jira("bot@example.org", KEY, issues) as jira, support(jira) as server:
        equal(tell(server, ticket, key="another").status, 401)
        equal(jira.requests, [])
        jira.kill_during(server, lambda: tell(server, ticket, delivery="d-1"))
        server.start()
        server.wait_for("conversations resumed")
        for _ in range(3):
            equal(tell(server, ticket, delivery="d-1").json, {"received": True})
        equal(sorted(issues["SUP-42"]["fields"]["labels"]), ["damaged-parcel", "refund", "support", "support-closed"])
        equal([(method, path) for method, path, *_ in jira.requests],
              [("GET", "/rest/api/2/issue/SUP-42")] + 2 * [("PUT", "/rest/api/2/issue/SUP-42")])
        equal(jira.refused, [])
        conversations = server.get("/v1/conversations").json["data"]
        equal(len(conversations), 1)
        texts = said(server, conversations[0]["id"])
        equal(texts[0], "SUP-42 has the labels of T-1042 now: damaged-parcel, refund and support-closed.")
