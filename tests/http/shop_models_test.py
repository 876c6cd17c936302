"""The demo assistant with a model and without: what each gives, and how many questions it costs."""
import pathlib
import shutil

from model_server import ModelServer, commands, task_of
from models_test import Assistant, one
from parley_server import equal

SHOP = pathlib.Path(__file__).resolve().parents[2] / "examples" / "shop"
TICKETS = "Your last 3 tickets in short: "


class Shop(Assistant):
    """examples/shop, and what else parley.yaml says."""

    def __init__(self, settings=""):
        super().__init__("")
        shutil.rmtree(self.folder)
        shutil.copytree(SHOP, self.folder, ignore=shutil.ignore_patterns("parley-data"))
        with open(self.folder / "parley.yaml", "a") as file:
            file.write(settings)


def test_tickets_are_summarized_with_a_model_without_one_and_when_it_fails():
    with Shop() as server:
        text, answer = server.say("summarize my tickets")
        picked = text.removeprefix(TICKETS).split("\n")[0]
        assert text.startswith(TICKETS) and len(picked) > 20, text
        equal([e["model"] for e in server.events_of(answer["conversation_id"], "ModelReturned")], ["builtin"])

    def reply(question, _):
        equal(task_of(question), "generate")
        assert "at most three sentences" in question["messages"][1]["content"], question
        return "All is well but the coffee machine."

    with ModelServer(reply) as model, Shop(one(model, retries=0)) as server:
        text, answer = server.say("summarize my tickets")
        assert text.startswith(TICKETS + "All is well but the coffee machine."), text
        equal(len(model.questions), 1)
        equal([e["model"] for e in server.events_of(answer["conversation_id"], "ModelReturned")], ["main"])
        # Gone: the user still gets the sentences that say most, and the log says why.
        model.stop()
        text, answer = server.say("summarize my tickets")
        assert text.startswith(TICKETS) and "All is well" not in text, text
        codes = [e["code"] for e in server.events_of(answer["conversation_id"], "ModelFailed")]
        assert codes in (["unreachable"], ["interrupted"]), codes
        server.wait_for(f'"event":"model failed".*"code":"{codes[0]}"')


# What the user says, what the assistant answers, and how many questions the model has been asked by then.
SURE = [
    ("/order", "What would you like to order?", 0),
    ("two large pepperoni and a coke to 5 Main St, actually make it three", "That is 3 large pepperonis and 1 coke for 17.50 USD.", 0),
    ("change the coke to a beer", "your order is now 3 large pepperonis and 1 beer.", 0),
    ("yes", "Paid. Your receipt is", 0),
]
UNSURE = [
    ("my stomach rumbles, whatever you have with mozzarella on it, for the three of us", "That is 3 pizzas for 28.50 USD.", 1),
    ("yes", "Paid. Your receipt is", 1),
]


def test_an_order_in_free_text_costs_one_question_when_plain_code_is_not_sure_and_none_when_it_is():
    def reply(question, _):
        equal(task_of(question), "understand")
        return commands({"do": "start_flow", "flow": "order"}, {"do": "set_slot", "slot": "items", "value": "3 pizzas"})

    for dialogue in (SURE, UNSURE):
        with ModelServer(reply) as model, Shop(one(model)) as server:
            caller = {}
            for message, expected, asked in dialogue:
                text, answer = server.say(message, **caller)
                caller = {key: answer.get(key, caller.get(key)) for key in ("conversation_id", "token")}
                assert expected in text, (message, text)
                equal((message, len(model.questions)), (message, asked))


def test_without_a_model_an_order_that_plain_code_does_not_understand_is_asked_about():
    with Shop() as server:
        text = server.say(UNSURE[0][0])[0]
        assert "Paid" not in text and text, text
