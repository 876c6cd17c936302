"""Webhooks as the services send them: signatures of four schemes, forgeries, repeated deliveries, kills."""
import hashlib
import hmac
import json
import threading
import time

from parley_server import PATIENCE, SHOP, Server, equal

SECRET = "a-secret-of-the-desk"

FLOW = """\
id: closed
triggers:
  - {event: ticket.closed, guard: event.data.ticket != 'T-0'}
  - {event: github.issues.closed}
  - {event: stripe.charge.succeeded}
  - {event: slack.message}
steps:
  - {id: note, type: message, text: "closed {{ event.name }} {{ event.data }}"}
"""

SETTINGS = """\
name: Desk
hooks:
  desk:
    secret: DESK
    event: ticket.closed
    only: body.type == 'ticket.closed'
    user: "{{ body.ticket.user }}"
    data: {ticket: "{{ body.ticket.id }}"}
  github: {scheme: github, secret: DESK, data: {number: "{{ body.issue.number }}"}}
  stripe: {scheme: stripe, secret: DESK, data: {id: "{{ body.data.object.id }}"}}
  slack: {scheme: slack, secret: DESK, data: {text: "{{ body.event.text }}"}}
  own: {secret: DESK, event: ticket.closed, data: {ticket: "{{ body.ticket.id }}"}, signature_header: X-Own, timestamp_header: X-When, id_header: X-Id}
  silent: {secret: NOT_SET}
"""


def sign(text, secret=SECRET):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def desk(ticket="T-1", kind="ticket.closed", user="ana"):
    return json.dumps({"type": kind, "ticket": {"id": ticket, "user": user}})


def server(**more):
    started = Server(flows={"closed": FLOW}, environment={"PARLEY_SECRET_DESK": SECRET, **more})
    (started.folder / "parley.yaml").write_text(SETTINGS)
    return started


def send(server, hook, body, headers):
    return server.request("POST", f"/v1/hooks/{hook}", body=body, **{"Content-Type": "application/json", **headers})


def said(server):
    """What all conversations have said, oldest first."""
    conversations = server.get("/v1/conversations?limit=100").json["data"]
    turns = [server.get(f"/v1/conversations/{c['id']}/turns").json["data"] for c in reversed(conversations)]
    return [message["text"] for page in turns for turn in page for message in turn["messages"] if message["text"].startswith("closed")]


def test_each_scheme_starts_the_flow_with_its_event():
    now = str(int(time.time()))
    github = json.dumps({"action": "closed", "issue": {"number": 7}})
    stripe = json.dumps({"id": "evt_1", "type": "charge.succeeded", "data": {"object": {"id": "ch_1"}}})
    slack = json.dumps({"event_id": "Ev1", "event": {"type": "message", "text": "hello"}})
    with server() as s:
        answers = [
            send(s, "desk", desk(), {"X-Signature": sign(desk()), "X-Delivery-Id": "d1"}),
            send(s, "github", github, {"X-Hub-Signature-256": "sha256=" + sign(github), "X-GitHub-Event": "issues", "X-GitHub-Delivery": "g1"}),
            send(s, "stripe", stripe, {"Stripe-Signature": f"t={now},v1={sign(now + '.' + stripe)}"}),
            send(s, "slack", slack, {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=" + sign(f"v0:{now}:{slack}")}),
            send(s, "own", desk("T-9"), {"X-Own": sign(f"{now}.{desk('T-9')}"), "X-When": now, "X-Id": "o1"}),
        ]
        equal([(a.status, a.json) for a in answers], [(200, {"received": True})] * 5)
        equal(said(s), [
            "closed ticket.closed ticket: T-1",
            "closed github.issues.closed number: 7",
            "closed stripe.charge.succeeded id: ch_1",
            "closed slack.message text: hello",
            "closed ticket.closed ticket: T-9",
        ])
        equal(s.get("/v1/conversations?user_id=ana").json["data"][0]["channel"], "hook")


def test_slack_is_told_its_challenge_only_when_it_has_signed():
    now = str(int(time.time()))
    body = json.dumps({"type": "url_verification", "challenge": "c-1"})
    with server() as s:
        signed = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=" + sign(f"v0:{now}:{body}")}
        equal(send(s, "slack", body, signed).json, {"challenge": "c-1"})
        equal(send(s, "slack", body, {}).status, 401)


def test_what_is_forged_old_or_changed_starts_nothing():
    now = int(time.time())
    body = desk("7")
    good = {"X-Signature": sign(body), "X-Delivery-Id": "d1"}
    stripe = json.dumps({"id": "evt_1", "type": "charge.succeeded", "data": {"object": {"id": "ch_1"}}})

    def stamped(at, secret=SECRET, version="v1"):
        return {"Stripe-Signature": f"t={at},{version}={sign(f'{at}.{stripe}', secret)}"}

    with server() as s:
        cases = [
            ("desk", body, {}, 401, "signature_missing"),
            ("desk", body, {"X-Signature": ""}, 401, "signature_missing"),
            ("desk", body, {"X-Signature": sign(body, "another")}, 401, "signature_wrong"),
            ("desk", body + " ", good, 401, "signature_wrong"),
            ("desk", body[:-1], good, 401, "signature_wrong"),
            ("desk", json.dumps(json.loads(body), indent=1), good, 401, "signature_wrong"),
            ("desk", body, {"X-Signature": sign(body).upper()}, 401, "signature_wrong"),
            ("desk", body, {"X-Signature": "sha256=" + sign(body)}, 401, "signature_wrong"),
            ("own", body, {"X-Own": sign(body), "X-When": str(now)}, 401, "signature_wrong"),
            ("own", body, {"X-Own": sign(body)}, 401, "signature_missing"),
            ("stripe", stripe, stamped(now - 302), 401, "signature_expired"),
            ("stripe", stripe, stamped(now + 400), 401, "signature_expired"),
            ("stripe", stripe, stamped(now, "another"), 401, "signature_wrong"),
            ("stripe", stripe, stamped(now, version="v0"), 401, "signature_wrong"),
            ("slack", stripe, stamped(now), 401, "signature_missing"),
            ("none", body, good, 404, "hook_not_found"),
            ("silent", body, good, 503, "hook_not_ready"),
            ("desk", "{", {"X-Signature": sign("{")}, 400, "invalid_json"),
        ]
        for hook, text, headers, status, code in cases:
            answer = send(s, hook, text, headers)
            equal((answer.status, answer.json["error"]["code"]), (status, code))
            assert SECRET not in answer.body and sign(body) not in answer.body
        equal(said(s), [])
        assert SECRET not in s.output
        assert "the hook silent takes nothing until PARLEY_SECRET_NOT_SET is set" in s.output, s.output


def test_what_no_flow_wants_is_taken_and_forgotten():
    with server() as s:
        for body in (desk(kind="ticket.opened"), desk("T-0")):
            answer = send(s, "desk", body, {"X-Signature": sign(body)})
            equal((answer.status, answer.json), (200, {"received": True, "wanted": False}))
        equal(s.get("/v1/conversations").json["data"], [])


def test_a_delivery_counts_once_however_often_and_at_once_it_is_sent_and_across_restarts():
    with server() as s:
        def deliver(number):
            body = desk(f"T-{number}", user="")
            return send(s, "desk", body, {"X-Signature": sign(body), "X-Delivery-Id": f"d{number}"})

        answers = []
        threads = [threading.Thread(target=lambda n=n: answers.append(deliver(n))) for n in (1, 2, 3) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        equal([a.status for a in answers], [200] * 15)
        s.kill()
        s.start()
        for number in (3, 2, 1):
            equal(deliver(number).status, 200)
        equal(sorted(said(s)), [f"closed ticket.closed ticket: T-{n}" for n in (1, 2, 3)])
        # Without an id the same bytes are the same delivery.
        body = desk("T-5", user="")
        for _ in range(3):
            equal(send(s, "desk", body, {"X-Signature": sign(body)}).status, 200)
        equal(len(said(s)), 4)


PAY = """\
id: pay
triggers:
  - {event: ticket.closed}
steps:
  - {id: note, type: message, text: "closed {{ event.data.ticket }}"}
  - {id: pay, type: tool, call: shop.charge, with: {amount: "{{ int(event.data.ticket) }}"}TRUST}
"""


def test_a_call_with_what_a_webhook_brought_waits_for_a_person_unless_the_step_trusts_the_hook():
    for trust, waiting in (("", 1), (", trust: [desk.webhook]", 0)):
        started = Server(flows={"pay": PAY.replace("TRUST", trust)}, environment={"PARLEY_SECRET_DESK": SECRET})
        (started.folder / "parley.yaml").write_text(SETTINGS)
        (started.folder / "tools" / "shop.yaml").write_text(SHOP)
        with started as s:
            body = desk("7")
            equal(send(s, "desk", body, {"X-Signature": sign(body), "X-Delivery-Id": "1"}).json, {"received": True})
            reviews = s.get("/v1/reviews?status=open").json["data"]
            equal(len(reviews), waiting)
            for review in reviews:
                assert "desk.webhook" in review["text"], review
            # What the team's own programs send, with an operator's key, is the team's.
            equal(s.post("/v1/events", {"name": "ticket.closed", "data": {"ticket": "8"}}).status, 200)
            equal(len(s.get("/v1/reviews?status=open").json["data"]), waiting)
