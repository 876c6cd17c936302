"""What is known of users, behind a real server: facts, what they said in other words, and what models are told of it."""
import json

from model_server import ModelServer, task_of
from models_test import Assistant
from parley_server import equal

TASTE = """\
id: taste
triggers:
  - command: /taste
slots:
  dish: {type: text, ask: What do you like?}
steps:
  - {id: hear, type: input, gather: [dish]}
  - {id: note, type: remember, facts: {prefers: "{{dish}}"}}
  - {id: told, type: message, text: "Noted: {{user.prefers}}."}
"""

ASK = """\
id: ask
triggers:
  - command: /ask
slots:
  question: {type: text, ask: Yes?}
steps:
  - {id: hear, type: input, gather: [question]}
  - {id: look, type: recall, query: "{{question}}", k: 5, save: past, on_empty: none}
  - {id: tell, type: message, text: "You said: {{past.map(p, p.user).join(' | ')}}", next: end}
  - {id: none, type: message, text: I remember nothing of that.}
"""

TALK = """\
id: talk
triggers:
  - command: /talk
slots:
  said: {type: text, ask: Go on., ask_if: always}
steps:
  - {id: listen, type: input, gather: [said]}
  - {id: again, type: goto, step: listen}
"""

WRITE = """\
id: write
triggers:
  - command: /write
slots:
  wish: {type: text, ask: What about?}
steps:
  - {id: hear, type: input, gather: [wish]}
  - {id: text, type: generate, prompt: "Write about {{wish}}."}
"""

SUBJECTS = [("sushi", "dish", "hungry", "eat"), ("train", "journey", "delay")]


def vector(text):
    return [0.1 + sum(word in text for word in words) for words in SUBJECTS] + [0.1]


def reply(question, _):
    if "input" in question:
        data = [{"index": i, "embedding": vector(text)} for i, text in enumerate(question["input"])]
        return {"data": data, "usage": {"prompt_tokens": 4 * len(data)}}
    return "Written." if task_of(question) == "generate" else json.dumps({"commands": [{"do": "cannot_handle"}]})


def talk(server, user, *messages):
    """One conversation; the last answer's text, and its id."""
    answer = {}
    for message in messages:
        more = {key: answer[key] for key in ("conversation_id", "token") if key in answer}
        answer = server.chat(message=message, user_id=user, **more).json
    return answer["text"], answer["conversation_id"]


def test_a_fact_is_known_with_its_source_until_the_user_wants_it_forgotten():
    with Assistant("", taste=TASTE) as server:
        text, conversation = talk(server, "ana", "/taste", "Thai food")
        equal(text, "Noted: Thai food.")
        known = server.get("/v1/users/ana/memory").json
        (fact,) = known["facts"]
        equal((fact["name"], fact["value"], fact["conversation"], fact["turn"]), ("prefers", "Thai food", conversation, 2))
        equal(known["slots"], {})
        text, _ = talk(server, "ana", "what do you know about me?")
        assert "prefers: Thai food" in text, text
        equal(talk(server, "ben", "what do you know about me?")[0], "I have noted nothing about you.")
        server.stop()
        server.start()
        text, _ = talk(server, "ana", "forget everything about me")
        equal(text, "I have forgotten everything that I remembered about you.")
        equal(server.get("/v1/users/ana/memory").json, {"user_id": "ana", "slots": {}, "facts": []})


def test_a_name_that_anybody_can_write_opens_nobodys_memory():
    key = "a-configured-key-of-thirty-characters"
    with Assistant("", taste=TASTE, ask=ASK) as server:
        server.stop()
        server.environment["PARLEY_SERVER__API_KEY"] = key
        server.start()

        def says(message, token=None, **more):
            first = server.chat(token, message=message[0], **more)
            equal(first.status, 200, first.body)
            answer = first.json
            for each in message[1:]:
                answer = server.chat(token or first.json["token"], conversation_id=first.json["conversation_id"], message=each).json
            return answer["text"]

        equal(says(["/taste", "Thai food"], key, user_id="ana"), "Noted: Thai food.")
        told = server.post("/v1/users/ana/token", None, key).json["user_token"]
        equal(server.post("/v1/users/ana/token", None).status, 401)
        for stranger in ({"user_id": "ana"}, {}):
            equal(says(["what do you know about me?"], **stranger), "I have noted nothing about you.")
            equal(says(["/ask", "what do I like"], **stranger), "I remember nothing of that.")
        # Nor does a stranger teach it something about her, or get into what is told of her.
        says(["/taste", "nails"], user_id="ana")
        assert "prefers: Thai food" in says(["what do you know about me?"], user_id="ana", user_token=told)
        wrong = server.chat(message="hello", user_id="ben", user_token=told)
        equal((wrong.status, wrong.error, wrong.json["error"]["param"]), (401, "token_invalid", "user_token"))
        equal([row["user_id"] for row in server.get("/v1/conversations?user_id=ana", key).json["data"]], ["ana", "ana"])


def test_other_words_are_found_no_text_is_sent_twice_and_words_do_when_the_model_is_gone():
    with ModelServer(reply) as model:
        settings = f'embeddings: {{name: vec, use: "{model.url}#small", dimensions: 3, retries: 0}}\n'
        with Assistant(settings, talk=TALK, ask=ASK, taste=TASTE) as server:
            talk(server, "ana", "/talk", "every Friday I have sushi", "the train was late")
            assert "every Friday I have sushi" in talk(server, "ana", "/ask", "am I ever hungry")[0]
            equal({(q["model"], q["dimensions"]) for q in model.questions}, {("small", 3)})
            server.stop()
            server.start()
            assert "every Friday I have sushi" in talk(server, "ana", "/ask", "am I ever hungry")[0]
            # What was said, both sides of it; questions are asked anew.
            sent = [text for question in model.questions for text in question["input"] if "\n" in text]
            assert len(sent) >= 4, sent
            equal(len(sent), len(set(sent)))
            metrics = server.get("/metrics").body
            assert 'parley_model_vectors_missing_total{model="vec"} 0' in metrics, metrics

            model.stop()
            assert "the train was late" in talk(server, "ana", "/ask", "was my train late")[0]
            metrics = server.get("/metrics").body
            assert 'parley_model_vectors_missing_total{model="vec"} 1' in metrics, metrics
            assert "texts go without vectors" in server.output, server.output


def test_a_model_is_told_what_is_known_and_the_log_has_what_it_saw():
    with ModelServer(reply) as model:
        for tokens in (400, 0):
            settings = f'model: "{model.url}#scripted"\nmemory: {{context_tokens: {tokens}}}\n'
            with Assistant(settings, talk=TALK, taste=TASTE, write=WRITE) as server:
                talk(server, "ana", "/talk", "the train was late")
                talk(server, "ana", "/taste", "Thai food")
                model.questions.clear()
                text, conversation = talk(server, "ana", "/write", "my train")
                equal(text, "Written.")
                (asked,) = [q for q in model.questions if task_of(q) == "generate"]
                data = asked["messages"][1]["content"]
                records = server.get(f"/v1/conversations/{conversation}/events").json["data"]
                inputs = [e["input"] for record in records for e in record["effects"] if e["type"] == "CallModel"]
                if tokens == 0:
                    assert "Context" not in data, data
                    equal(["context" in each for each in inputs], [False])
                    continue
                assert "Context:\n<<<\nprefers: Thai food (" in data, data
                assert "] User: the train was late" in data, data
                assert inputs[0]["context"] in data, inputs
