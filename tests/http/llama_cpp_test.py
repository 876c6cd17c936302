"""Models behind a server that others wrote, llama.cpp, as a user meets them. The model is one of random weights, so all sense in its
answers comes from the schemas that Parley sends and llama.cpp holds it to: what comes out is as good as random input.
Left out where its package cannot be had."""
import json
import pathlib
import re
import subprocess

from llama_cpp import LlamaCpp
from models_test import Assistant
from packages import Unreachable
from parley_server import BINARY, SHOP, equal

WRITE = """\
id: write
triggers: [{command: /write}]
steps:
  - {id: text, type: generate, prompt: Greet the customer., max_tokens: 60, on_error: sorry, next: end}
  - {id: sorry, type: message, text: "That did not work ({{error.code}})."}
"""

EXTRACT = """\
id: read
triggers: [{command: /read}]
slots: {words: {type: text, ask: Words?}}
steps:
  - {id: ask, type: input, gather: [words]}
  - {id: read, type: extract, text: "{{words}}", schema: SCHEMA, on_error: sorry, save: found}
  - {id: say, type: message, text: "{{found}}", next: end}
  - {id: sorry, type: message, text: "That did not work ({{error.code}})."}
"""

SORT = """\
id: sort
triggers: [{command: /sort}]
slots: {words: {type: text, ask: Words?}}
steps:
  - {id: ask, type: input, gather: [words]}
  - {id: kind, type: classify, text: "{{words}}", labels: {delivery: late parcels, product: broken, other: else}, save: kind}
  - {id: say, type: message, text: "{{kind.label}} {{kind.confidence}}"}
"""

LOOK = """\
id: look
triggers: [{command: /look}]
steps:
  - id: work
    type: agent
    goal: Charge the customer.
    tools: [shop.charge]
    allow: shop.charge
    max_rounds: 4
    until: result.id != ''
    on_error: sorry
    next: end
  - {id: sorry, type: message, text: "That did not work ({{error.code}})."}
"""

BOOK = """\
id: book
description: Book a table
triggers: [{phrases: [book a table]}]
slots:
  people: {type: integer, ask: How many?, min: 1, max: 20}
  where: {type: choice, choices: [inside, outside], ask: Inside or outside?}
  card: {type: text, ask: Card number?, sensitive: true}
steps:
  - {id: collect, type: input, gather: [people, where, card]}
  - {id: confirm, type: confirm, text: "{{people}} {{where}}?"}
"""

WORDS = ["a vase", "двадцать пять 日本語", '{"a": "quoted" \\word\\}', "x" * 300, "<tool_call>1e999"]


KEY = "sk-a-key-of-the-test"


def with_llama_cpp(**how):
    """Runs the test with a server, or leaves it out and says why."""

    def wrap(test):
        def run():
            try:
                model = LlamaCpp(**how)
            except Unreachable as why:
                print(f"skipped: {test.__name__}: {why}")
                return
            with model:
                test(model)

        run.__name__, run.__module__ = test.__name__, test.__module__
        return run

    return wrap


def settings(model, **more):
    keys = "".join(f", {name}: {value}" for name, value in more.items())
    return f'models: [{{name: main, use: "{model.url}"{keys}}}]\n'


def attempts(server, outcome="ok"):
    found = re.search(rf'parley_model_attempts_total{{model="main",outcome="{outcome}"}} (\d+)', server.get("/metrics").body)
    return int(found.group(1)) if found else 0


@with_llama_cpp()
def test_parley_model_test_finds_it_well(model):
    server = Assistant(settings(model))
    for how in ("json_schema", "json_object"):
        (server.folder / "parley.yaml").write_text(settings(model, structured=how))
        done = subprocess.run([pathlib.Path(BINARY).resolve(), "model", "test"], cwd=server.folder, capture_output=True, text=True, timeout=60)
        equal((done.returncode, done.stdout.count(": ok, ")), (0, 2), done.stdout + done.stderr)


def begins_with(said, shown):
    """Only whole words are shown before the end, since what follows may become a link; and mark-up is taken apart by spaces."""
    return said.replace(" ", "").startswith(shown.replace(" ", "")) and len(shown) > len(said) / 2


@with_llama_cpp()
def test_a_text_is_said_whole_and_while_it_is_written(model):
    for api in ("chat", "responses"):
        with Assistant(settings(model, api=api), write=WRITE) as server:
            text, answer = server.say("/write")
            assert text.strip() and not text.startswith("That did not work"), text
            returned = server.events_of(answer["conversation_id"], "ModelReturned")
            equal([(e["model"], e["output_tokens"] > 0) for e in returned], [("main", True)])
            with server.open_stream("POST", "/v1/chat", {"message": "/write"}) as stream:
                seen = stream.until("turn.committed")
            deltas = [data for kind, data, _ in seen if kind == "delta"]
            said = [data["text"] for kind, data, _ in seen if kind == "message"]
            assert len(deltas) > 2, seen
            shown = "".join(d["text"] for d in deltas)
            assert begins_with(said[0], shown), (said, shown)
            equal([d["at"] for d in deltas], [len("".join(d["text"] for d in deltas[:i])) for i in range(len(deltas))])
            equal(attempts(server), 2)


@with_llama_cpp()
def test_answers_are_held_to_their_schemas(model):
    schemas = {
        "types": {"n": {"type": "integer"}, "on": {"type": "boolean"}, "none": {"type": "null"}, "t": {"type": "string", "maxLength": 20}},
        "bounds": {"n": {"type": "integer", "minimum": 3, "maximum": 9}, "low": {"type": "integer", "minimum": -5, "maximum": -1}},
        "choices": {"kind": {"enum": ["a", "b c", "ä", 7, None]}, "is": {"const": "this"}},
        "lists": {"l": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 5}, "minItems": 1, "maxItems": 3}},
        "parts": {"p": {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"], "additionalProperties": False}},
        "either": {"e": {"anyOf": [{"type": "boolean"}, {"enum": ["maybe"]}]}},
        "a pattern": {"code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"}},
        "a date": {"day": {"type": "string", "format": "date"}},
    }
    flows = {}
    for name, properties in schemas.items():
        schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
        flow = name.replace(" ", "_")
        flows[flow] = EXTRACT.replace("id: read\n", f"id: {flow}\n", 1).replace("/read", f"/{flow}").replace("SCHEMA", json.dumps(schema))
    with Assistant(settings(model), **flows, sort=SORT) as server:
        for command in [*flows, "sort"]:
            for words in WORDS:
                answer = server.say(f"/{command}")[1]
                text = server.say(words, conversation_id=answer["conversation_id"], token=answer["token"])[0]
                assert not text.startswith("That did not work"), (command, words, text, server.output)
                if command == "sort":
                    assert " " in text, (words, text, answer)
                    label, confidence = text.split(" ")
                    assert label in ("delivery", "product", "other") and 0 <= float(confidence) <= 1, text
        # Nothing had to be asked twice: each answer fitted at once.
        equal((attempts(server), "did not fit" in server.output), (len(WORDS) * (len(flows) + 1), False))


@with_llama_cpp()
def test_whatever_is_made_of_messages_stays_in_the_vocabulary_and_replays(model):
    with Assistant(settings(model), book=BOOK, write=WRITE) as server:
        asked, seen = 0, set()
        for start in ((), ("book a table",), ("book a table", "4")):
            for words in WORDS:
                answer = {}
                for message in (*start, f"zzz {words}"):
                    caller = {key: answer[key] for key in ("conversation_id", "token") if key in answer}
                    text, answer = server.say(message, **caller)
                    assert text, (start, words, server.output)
                understood = server.events_of(answer["conversation_id"], "CommandsUnderstood")[-1]
                asked += understood.get("source") == "main"
                for command in understood["commands"]:
                    seen.add(command["do"])
                    assert command.get("flow") in (None, "book", "write"), command
                    assert command.get("slot") in (None, "people", "where"), command
        assert asked > len(WORDS) and {"set_slot", "deny"} <= seen, (asked, seen)
        server.stop()
        replayed = subprocess.run(
            [BINARY, "replay", "--all", "--data-dir", server.root / "data"], capture_output=True, text=True, timeout=60
        )
        assert "0 differences" in replayed.stdout, replayed.stdout + replayed.stderr


@with_llama_cpp()
def test_it_calls_tools_with_arguments_that_fit(model):
    assistant = Assistant(settings(model), look=LOOK)
    (assistant.folder / "tools" / "shop.yaml").write_text(SHOP)
    with assistant as server:
        text, answer = server.say("/look")
        returned = server.events_of(answer["conversation_id"], "ToolReturned")
        equal([e["result"] for e in returned], [{"id": "test_1"}], str(server.events_of(answer["conversation_id"])))


@with_llama_cpp(context=512, key=KEY)
def test_what_it_refuses_is_said_for_what_it_is(model):
    cases = {"no key": ({}, "/write", "unauthenticated"), "a long text": ({"key": "MODEL_KEY"}, "/long", "context_too_long")}
    long = WRITE.replace("id: write", "id: long").replace("/write", "/long").replace("Greet the customer.", "word " * 300)
    for name, (more, message, code) in cases.items():
        environment = {"MODEL_KEY": KEY}
        with Assistant(settings(model, **more), environment, write=WRITE, long=long) as server:
            text = server.say(message)[0]
            equal((name, text), (name, f"That did not work ({code})."))
            server.wait_for(f'"model failed".*"code":"{code}"')
            assert KEY not in server.output, server.output


@with_llama_cpp(endless=True)
def test_when_it_dies_in_the_middle_of_an_answer_another_one_answers(model):
    long = WRITE.replace("max_tokens: 60", "max_tokens: 4000")
    with LlamaCpp() as spare:
        both = f'models: [{{name: main, use: "{model.url}#random", retries: 0}}, {{name: spare, use: "{spare.url}#random"}}]\n'
        with Assistant(both, write=long) as server:
            with server.open_stream("POST", "/v1/chat", {"message": "/write"}) as stream:
                first = stream.until("delta")
                model.kill()
                rest = stream.until("turn.committed")
            conversation = first[0][1]["conversation_id"]
            equal([e["model"] for e in server.events_of(conversation, "ModelReturned")], ["spare"])
            # The second text began anew, and is what was said in the end, but for its last word.
            shown = ""
            for kind, data, _ in first + rest:
                if kind == "delta":
                    shown = shown[: data["at"]] + data["text"]
            (said,) = [data["text"] for kind, data, _ in rest if kind == "message"]
            assert begins_with(said, shown), (said, shown)
            assert 'parley_model_fallbacks_total{model="spare"} 1' in server.get("/metrics").body
