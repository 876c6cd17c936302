"""Models behind a real server: what users get when a model answers, answers badly, or does not answer at all."""
import json
import pathlib
import subprocess

from chat_test import WebSocket
from model_server import ModelServer, chunks, commands, completion, task_of
from parley_server import BINARY, SHOP, Server, equal

WRITE = """\
id: write
triggers:
  - command: /write
steps:
  - {id: text, type: generate, prompt: Greet the customer., timeout: 8s, on_error: sorry, next: end}
  - {id: sorry, type: message, text: "That did not work ({{error.code}})."}
"""

CLASSIFY = """\
id: sort
triggers:
  - command: /sort
steps:
  - id: kind
    type: classify
    text: My parcel never came.
    labels: {delivery: late or lost parcels, product: broken things}
    timeout: 8s
    on_error: sorry
    save: kind
  - {id: say, type: message, text: "It is about {{kind.label}}.", next: end}
  - {id: sorry, type: message, text: "That did not work ({{error.code}})."}
"""

AGENT = """\
id: look
triggers:
  - command: /look
steps:
  - {id: work, type: agent, goal: Find the charge., tools: [shop.charge], allow: shop.charge, timeout: 8s}
"""

ORDER = """\
id: order
description: Order something to eat
triggers:
  - command: /order
  - phrases: [order something]
slots:
  items: {type: list of item, ask: What would you like?}
  address: {type: text, ask: Where to?}
steps:
  - {id: collect, type: input, gather: [items, address]}
  - {id: confirm, type: confirm, text: "{{items}} to {{address}}?"}
  - {id: done, type: message, text: Ordered.}
"""

QUIET = """\
id: repair.completed
steps:
  - {id: quiet, type: end}
"""


class Assistant(Server):
    """With these flows, and the text of parley.yaml."""

    def __init__(self, settings, environment=None, **flows):
        super().__init__({**flows, "quiet": QUIET}, {"PARLEY_SERVER__LOG_LEVEL": "debug", **(environment or {})})
        (self.folder / "parley.yaml").write_text(settings)

    def say(self, message, **body):
        answer = self.chat(message=message, **body).json
        return answer["text"], answer

    def events_of(self, conversation, kind=None):
        """What the log holds of these events."""
        records = self.get(f"/v1/conversations/{conversation}/events").json["data"]
        return [e for record in records for e in record["events"] if kind in (None, e["type"])]


def one(model, **more):
    keys = "".join(f", {name}: {value}" for name, value in more.items())
    return f'models: [{{name: main, use: "{model.url}#scripted"{keys}}}]\n'


def test_texts_choices_and_tools():
    def reply(question, _):
        task = task_of(question)
        if task == "generate":
            return "Good morning!"
        if task == "classify":
            assert question["response_format"]["type"] == "json_schema", question
            return json.dumps({"label": "delivery", "confidence": 0.9})
        if len(question["messages"]) == 2:
            equal(question["tools"][0]["function"]["name"], "shop_charge")
            return completion(None, calls=[("shop_charge", {"amount": 3})])
        assert "test_1" in question["messages"][-1]["content"], question
        return "It is test_1."

    def check(server):
        assert "model main" in server.output, server.output
        equal(server.say("/write")[0], "Good morning!")
        equal(server.say("/sort")[0], "It is about delivery.")
        equal(server.say("/look")[0], "It is test_1.")
        metrics = server.get("/metrics").body
        assert 'parley_model_attempts_total{model="main",outcome="ok"} 4' in metrics, metrics
        assert 'parley_model_input_tokens_total{model="main"} 80' in metrics, metrics

    with ModelServer(reply) as model:
        assistant = Assistant(one(model), write=WRITE, sort=CLASSIFY, look=AGENT)
        (assistant.folder / "tools" / "shop.yaml").write_text(SHOP)
        with assistant as server:
            check(server)


def test_the_next_model_answers_when_the_first_dies_in_mid_conversation():
    def said(name):
        return lambda question, _: f"I am the {name}." if task_of(question) == "generate" else commands({"do": "cannot_handle"})

    first = ModelServer(said("first"))
    with first, ModelServer(said("second")) as second:
        settings = f'models: [{{name: first, use: "{first.url}#a", retries: 0}}, {{name: second, use: "{second.url}#b"}}]\n'
        with Assistant(settings, write=WRITE) as server:
            text, answer = server.say("/write")
            equal(text, "I am the first.")
            caller = {"conversation_id": answer["conversation_id"], "token": answer["token"]}
            first.stop()
            equal(server.say("/write", **caller)[0], "I am the second.")
            server.say("my stomach rumbles", **caller)

            # The conversation says who answered, and why not the one before. A connection that was still open breaks.
            def why(event):
                equal([each["model"] for each in event["passed_over"]], ["first"])
                assert event["passed_over"][0]["code"] in ("unreachable", "interrupted"), event
                return event["passed_over"][0]["code"]

            returned = server.events_of(answer["conversation_id"], "ModelReturned")
            equal([(e["model"], e["prompt"]) for e in returned], [("first", "generate/3"), ("second", "generate/3")])
            equal(returned[0].get("passed_over"), None)
            understood = server.events_of(answer["conversation_id"], "CommandsUnderstood")[-1]
            equal(understood["source"], "matcher")
            codes = [why(returned[1]), why(understood)]
            shown = subprocess.run(
                [pathlib.Path(BINARY).resolve(), "conv", "show", answer["conversation_id"], "--data-dir", server.root / "data"],
                capture_output=True,
                text=True,
                timeout=60,
            )
            told = [line.split(maxsplit=1)[1] for line in shown.stdout.splitlines() if line.startswith("  model")]
            equal(
                told,
                [
                    "generate by first",
                    f"generate by second, after first ({codes[0]})",
                    f"understand: nobody answered (not_usable), after first ({codes[1]})",
                ],
                shown.stdout + shown.stderr,
            )
            # So do the metrics and the log.
            metrics = server.get("/metrics").body
            assert 'parley_model_fallbacks_total{model="second"} 2' in metrics, metrics
            for code in codes:
                counted = f'parley_model_passed_over_total{{model="first",code="{code}"}} {codes.count(code)}'
                assert counted in metrics, metrics
            server.wait_for('"event":"model falls back","model":"first".*"code":"' + codes[0])


def test_words_are_shown_while_they_are_written_and_the_message_comes_after_the_commit():
    def reply(question, handler):
        handler.begin_stream()
        events = list(chunks("one two three"))
        handler.event(events[0])
        model.going_on.wait(30)
        for event in events[1:]:
            handler.event(event)
        handler.event(b"[DONE]")

    with ModelServer(reply) as model, Assistant(one(model), write=WRITE) as server:
        with server.open_stream("POST", "/v1/chat", {"message": "/write"}) as stream:
            first = stream.until("delta")
            equal(first[-1][1]["text"], "one ")
            conversation = first[0][1]["conversation_id"]
            # Nothing of it is final: the conversation has said nothing yet.
            equal(server.get(f"/v1/conversations/{conversation}/turns").json["data"][0]["messages"], [])
            model.going_on.set()
            rest = stream.until("turn.committed")
        kinds = [event for event, _, _ in rest]
        assert kinds.index("message") > max(i for i, kind in enumerate(kinds) if kind == "delta"), kinds
        deltas = [data for event, data, _ in first + rest if event == "delta"]
        equal("".join(d["text"] for d in deltas), "one two three ")
        equal([d["at"] for d in deltas], [0, 4, 8])
        equal([data["text"] for event, data, _ in rest if event == "message"], ["one two three "])


def test_a_websocket_shows_the_same_words_to_who_asks_and_to_who_follows():
    flow = WRITE.replace("steps:", "slots: {go: {type: text, ask: Go?}}\nsteps:\n  - {id: ask, type: input, gather: [go]}")
    with ModelServer(lambda *_: "one two") as model, Assistant(one(model), write=flow) as server:
        started = server.say("/write")[1]
        caller = {"conversation_id": started["conversation_id"], "token": started["token"]}
        following, asking = WebSocket(server), WebSocket(server)
        following.send(type="subscribe", **caller)
        following.until("subscribed")
        asking.send(type="message", message="go", **caller)
        for seen in (asking.until("turn.committed"), following.until("turn")):
            words = [e["data"]["text"] for e in seen if e["type"] == "delta"]
            equal("".join(words), "one two ")
        following.close()
        asking.close()


def test_who_connects_again_loses_nothing_and_gets_nothing_twice():
    def reply(question, handler):
        handler.begin_stream()
        events = list(chunks("one two three"))
        handler.event(events[0])
        model.going_on.wait(30)
        for event in events[1:]:
            handler.event(event)
        handler.event(b"[DONE]")

    flow = WRITE.replace("steps:", "slots: {go: {type: text, ask: Go?}}\nsteps:\n  - {id: ask, type: input, gather: [go]}")
    with ModelServer(reply) as model, Assistant(one(model), write=flow) as server:
        started = server.say("/write")[1]
        conversation, token = started["conversation_id"], started["token"]
        path = f"/v1/events?conversation={conversation}"
        with server.open_stream("GET", path, token=token) as watching:
            with server.open_stream("POST", "/v1/chat", {"conversation_id": conversation, "message": "go"}, token) as turn:
                turn.until("delta")
                seen = watching.until("delta")
                equal([data["text"] for event, data, _ in seen if event == "delta"], ["one "])
                # Words that are not final have no id to resume from.
                equal([id for event, _, id in seen if event == "delta"], [None])
        # Away in the middle of the answer, and back with the last id that was seen: that of the first turn.
        with server.open_stream("GET", path, token=token, Last_Event_ID="1") as watching:
            model.going_on.set()
            turns, texts = [], []
            for event, data, _ in watching.events():
                if event == "turn":
                    turns.append(data["turn"])
                    texts += [m["text"] for m in data["messages"]]
                if "one two three " in texts:
                    break
            # The open turn was there before, without words; it comes whole, and its words once.
            equal((set(turns), texts.count("one two three ")), ({2}, 1))


def test_a_message_that_plain_code_is_not_sure_of_costs_one_call_and_others_none():
    def reply(question, _):
        equal(task_of(question), "understand")
        return commands(
            {"do": "start_flow", "flow": "order"},
            {"do": "set_slot", "slot": "items", "value": "3 large pepperoni and 1 coke"},
            {"do": "set_slot", "slot": "address", "value": "5 Main St"},
        )

    with ModelServer(reply) as model, Assistant(one(model), order=ORDER) as server:
        text, answer = server.say("order something")
        equal((text, len(model.questions)), ("What would you like?", 0))
        token = {"conversation_id": answer["conversation_id"], "token": answer["token"]}
        server.say("2 pizzas and a coke", **token)
        equal(len(model.questions), 0)

        text, answer = server.say("two large pepperoni and a coke to 5 Main St, actually make it three")
        equal((text, len(model.questions)), ("3 large pepperonis and 1 coke to 5 Main St?", 1))
        understood = server.events_of(answer["conversation_id"], "CommandsUnderstood")
        equal([(e["source"], e["prompt"]) for e in understood], [("main", "understand/2")])
        text, _ = server.say("yes", conversation_id=answer["conversation_id"], token=answer["token"])
        equal((text, len(model.questions)), ("Ordered.", 1))


def test_what_a_model_makes_of_a_message_is_used_only_when_it_makes_sense():
    # What is no JSON, or not of the vocabulary, is asked for once more.
    answers = iter(["no idea", "still no idea", commands({"do": "format_disk"}), commands({"do": "cannot_handle"})])
    with ModelServer(lambda *_: next(answers)) as model:
        with Assistant("understanding: matchers\n" + one(model), order=ORDER) as server:
            expected = server.say("my stomach rumbles")[0]
        equal(len(model.questions), 0)
        with Assistant(one(model), order=ORDER) as server:
            equal([server.say("my stomach rumbles")[0] for _ in range(2)], [expected, expected])
        equal(len(model.questions), 4)


def test_what_is_over_the_days_budget_is_not_asked():
    with ModelServer(lambda *_: "Hello!") as model:
        for budget in ("{tokens: 100}", '{money: "0.000001"}'):
            priced = one(model, price='{input: "5", output: "10"}')
            with Assistant(f"{priced}budget: {budget}\n", write=WRITE) as server:
                equal(server.say("/write")[0], "That did not work (budget).")
        equal(model.questions, [])
        with Assistant(f'{priced}budget: {{money: "1.00", tokens: 10000}}\n', write=WRITE) as server:
            equal(server.say("/write")[0], "Hello!")
            # 20 tokens read for 5 and 5 written for 10 a million.
            assert 'parley_model_cost_total{model="main"} 0.00015' in server.get("/metrics").body


def test_keys_come_from_the_environment_or_a_file_and_are_nowhere_else():
    with ModelServer(lambda *_: "Hello!") as model:
        with Assistant(one(model, key="MY_MODEL_KEY"), write=WRITE) as server:
            equal(server.say("/write")[0], "That did not work (unauthenticated).")
            assert "MY_MODEL_KEY is not set" in server.output, server.output
            server.stop()
            secret = server.root / "key"
            secret.write_text("sk-very-secret-0123456789\n")
            server.environment["MY_MODEL_KEY_FILE"] = str(secret)
            server.start()
            text, answer = server.say("/write")
            equal((text, model.keys[-1]), ("Hello!", "Bearer sk-very-secret-0123456789"))
            log = json.dumps(server.events_of(answer["conversation_id"]))
            assert "very-secret" not in server.output + log + server.get("/metrics").body


def test_one_line_of_the_environment_chooses_the_model():
    with ModelServer(lambda *_: "Hello!") as model:
        environment = {"PARLEY_MODEL": model.url}
        with Assistant("model: builtin\n", environment, write=WRITE) as server:
            equal(server.say("/write")[0], "Hello!")
            equal(model.questions[0]["model"], "scripted")  # the first that the server has
        with Assistant("model: builtin\n", write=WRITE) as server:
            equal(server.say("/write")[0], "That did not work (no_model).")
            assert "model built-in (no key needed)" in server.output, server.output
        with Assistant("", {"USE_LOCAL": "true"}, write=WRITE) as server:
            assert "model vllm" in server.output, server.output
