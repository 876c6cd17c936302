"""Every way a model's server fails, on the real binary: the turn ends within the step's time, the user gets a reply that says something,
and the log says why."""
import time

from model_server import ModelServer, chunks, completion
from models_test import ORDER, Assistant, one
from parley_server import equal

TIMEOUT = 2  # seconds, of each step here

WRITE = f"""\
id: write
triggers:
  - command: /write
steps:
  - {{id: text, type: generate, prompt: Greet the customer., timeout: {TIMEOUT}s, on_error: sorry, next: end}}
  - {{id: sorry, type: message, text: "That did not work ({{{{error.code}}}})."}}
"""
CLASSIFY = f"""\
id: sort
triggers:
  - command: /sort
steps:
  - id: kind
    type: classify
    text: My parcel never came.
    labels: {{delivery: late parcels, product: broken things}}
    timeout: {TIMEOUT}s
    on_error: sorry
    save: kind
  - {{id: say, type: message, text: "It is about {{{{kind.label}}}}.", next: end}}
  - {{id: sorry, type: message, text: "That did not work ({{{{error.code}}}})."}}
"""
CARELESS = f"""\
id: careless
triggers: [{{command: /careless}}]
steps:
  - {{id: text, type: generate, prompt: Greet the customer., timeout: {TIMEOUT}s}}
"""


def status(code, message="not now", **headers):
    return lambda _, handler: handler.send({"error": {"message": message}}, code, **headers)


def page(_, handler):
    handler.send(b"<html><body>Bad gateway</body></html>", 502)


def begin(question, handler):
    """As much as a server says before it breaks: of a stream, or of an answer at once."""
    if question.get("stream"):
        handler.begin_stream()
        handler.event(next(chunks("Hello there")))
        return
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.close_connection = True


def silent(question, handler):
    handler.model.going_on.wait(30)
    handler.close_connection = True


def stalled(question, handler):
    begin(question, handler)
    handler.model.going_on.wait(30)


def trickle(question, handler):
    """Never silent for long, and never at an end."""
    begin(question, handler)
    while not handler.model.going_on.wait(0.1):
        if question.get("stream"):
            handler.event(next(chunks("word word")))
        else:
            handler.wfile.write(b" ")
            handler.wfile.flush()


def huge(question, handler):
    piece = {"choices": [{"index": 0, "delta": {"content": "x" * 100_000}}]}
    if not question.get("stream"):
        return completion("x" * 10_000_000)
    handler.begin_stream()
    for _ in range(100):
        handler.event(piece)
    handler.event(b"[DONE]")


def garbage(question, handler):
    if not question.get("stream"):
        handler.send(b"{oops")
        return
    handler.begin_stream()
    handler.event(b"{oops")


def filtered(question, handler):
    answer = completion("")
    answer["choices"][0]["finish_reason"] = "content_filter"
    return answer


# What a step sees of an answer that comes word by word, and of one that comes at once.
FAULTS = {
    "429 for ever": (status(429), "rate_limited", "rate_limited"),
    "429 for longer than there is time": (status(429, retry_after="60"), "rate_limited", "rate_limited"),
    "500 for ever": (status(500), "model_down", "model_down"),
    "a page of a proxy": (page, "model_down", "model_down"),
    "a redirection": (status(302, location="http://127.0.0.1:1/"), "model_down", "model_down"),
    "wrong key": (status(401), "unauthenticated", "unauthenticated"),
    "no such model": (status(404), "model_not_found", "model_not_found"),
    "a question that is too long": (status(400, "maximum context length is 100 tokens"), "context_too_long", "context_too_long"),
    "an answer that is cut": (begin, "interrupted", "interrupted"),
    "10 MB": (huge, "model_answer", "too_large"),
    "no JSON": (garbage, "model_answer", "model_answer"),
    "nothing": (lambda *_: "", "model_answer", "model_answer"),
    "a filter": (filtered, "refused", "refused"),
}
# These take their time, so not every one in both ways.
SLOW = {
    "no answer": (silent, "stalled", "timeout"),
    "an answer that stalls": (stalled, "stalled", None),
    "an answer without an end": (trickle, "timeout", None),
}


class Faulty(ModelServer):
    """A model's server with a fault that can be chosen anew."""

    def __init__(self, fault=None):
        self.fault = fault

        def reply(question, handler):
            handler.model = self
            return self.fault(question, handler) if self.fault else "Hello!"

        super().__init__(reply)


def check(faults, **settings):
    with Faulty() as model, Assistant(one(model, **settings), write=WRITE, sort=CLASSIFY) as server:
        for name, (fault, streamed, at_once) in faults.items():
            for message, task, code in (("/write", "generate", streamed), ("/sort", "classify", at_once)):
                if code is None:
                    continue
                model.fault = fault
                begun = time.monotonic()
                with server.open_stream("POST", "/v1/chat", {"message": message}) as stream:
                    answer = stream.until("turn.committed")[-1][1]
                # The step's time, and a good deal more for a slow machine.
                assert time.monotonic() - begun < 5 * TIMEOUT, (name, message)
                equal((name, message, answer["text"]), (name, message, f"That did not work ({code})."))
                failed = server.events_of(answer["conversation_id"], "ModelFailed")
                equal([e["code"] for e in failed], [code], name)
                what = "answer did not fit" if name == "nothing" else "model failed"
                server.wait_for(f'"event":"{what}","model":"main","task":"{task}".*"code":"{code}"')
            # Nothing of it lasts.
            model.fault = None
            equal(server.say("/write")[0], "Hello!", name)


def test_every_way_to_fail_ends_with_a_reply_and_a_reason():
    check(FAULTS, retries=1)


def test_whoever_never_ends_is_left_in_time():
    check(SLOW, retries=0, stall_seconds=1)


def test_a_step_that_catches_nothing_still_answers():
    with Faulty(status(500)) as model, Assistant(one(model, retries=0), careless=CARELESS) as server:
        text, answer = server.say("/careless")
        assert "went wrong" in text, text
        equal(answer["status"], "ended")


def test_when_a_message_cannot_be_understood_by_a_model_it_is_as_without_one():
    with Assistant("understanding: matchers\n", order=ORDER) as server:
        expected = server.say("my stomach rumbles")[0]
    faults = ["500 for ever", "a page of a proxy", "wrong key", "an answer that is cut", "10 MB", "no JSON", "nothing", "a filter"]
    with Faulty() as model, Assistant(one(model, retries=0), order=ORDER) as server:
        for asked, name in enumerate(faults, start=1):
            model.fault = FAULTS[name][0]
            text, answer = server.say("my stomach rumbles")
            equal((name, text), (name, expected))
            equal([e["source"] for e in server.events_of(answer["conversation_id"], "CommandsUnderstood")], ["matcher"], name)
            equal(len(model.questions) >= asked, True, name)
        server.wait_for('"event":"model failed","model":"main","task":"understand"')
