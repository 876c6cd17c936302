"""How an assistant speaks: its own tone and length, what users choose within its range, and what steps keep."""
from model_server import ModelServer, task_of
from models_test import Assistant, one
from parley_server import equal

HELLO = """\
id: hello
triggers: [{command: /hello}]
steps:
  - {id: greet, type: message, text: {tone: {formal: Good day., neutral: Hello., casual: Hey!}}}
  - {id: terms, type: message, tone: formal, text: {tone: {formal: Our terms apply., casual: Usual stuff applies.}}}
"""
WRITE = """\
id: write
triggers: [{command: /write}]
steps:
  - {id: text, type: generate, prompt: Greet the customer.}
"""


def test_a_user_moves_the_slider():
    with Assistant("tone: 45\ntone_range: [10, casual]\n", hello=HELLO) as server:
        style = server.get("/v1/assistant").json["style"]
        equal(style, {"tone": 45, "tone_min": 10, "tone_max": 100, "tones": {"formal": 0, "neutral": 50, "casual": 100}, "length": "normal"})
        said, answer = server.say("/hello")
        equal(said, "Hello.\nOur terms apply.")
        caller = {"conversation_id": answer["conversation_id"], "token": answer["token"]}
        for tone, greeting in ((90, "Hey!"), ("formal", "Good day."), (None, "Good day."), ("70", "Hello."), (0, "Good day.")):
            equal(server.say("/hello", tone=tone, **caller)[0], f"{greeting}\nOur terms apply.")
        # Without a word: the next answer knows.
        equal(server.chat(tone="casual", **caller).json["messages"], [])
        equal(server.say("/hello", **caller)[0], "Hey!\nOur terms apply.")
        chosen = server.events_of(answer["conversation_id"], "StyleChosen")
        equal([e["tone"] for e in chosen], [90, "formal", "70", 0, "casual"])
        # From the first message on.
        equal(server.say("/hello", tone="casual")[0], "Hey!\nOur terms apply.")


def test_what_is_no_tone_is_refused_with_those_that_are():
    with Assistant("tones: {stiff: 0, loose: 100}\ntone: stiff\n", hello="id: hello\nsteps: [{id: a, type: message, text: Hi}]\n") as server:
        for tone in ("casual", 101, -1, {"a": 1}, True):
            answer = server.chat(message="hi", tone=tone)
            equal((answer.status, answer.error), (400, "invalid_field"), answer.body)
            assert "stiff, loose" in answer.body, answer.body
        answer = server.chat(message="hi", length="endless")
        equal((answer.status, answer.error), (400, "invalid_field"), answer.body)


def test_models_are_told():
    def reply(question, _):
        equal(task_of(question), "generate")
        return "Hello!"

    with ModelServer(reply) as model:
        with Assistant(one(model) + "tone: casual\nlength: detailed\n", write=WRITE) as server:
            answer = server.say("/write")[1]
            server.say("/write", tone=0, length="short", conversation_id=answer["conversation_id"], token=answer["token"])
            server.say("/write", length="short", locale="de")
        told = [question["messages"][0]["content"] for question in model.questions]
        assert "casual and playful, in the language 'en'. Explain" in told[0], told[0]
        assert "formal and reserved, in the language 'en'. Write as little" in told[1], told[1]
        assert "casual and playful, in the language 'de'. Write as little" in told[2], told[2]
