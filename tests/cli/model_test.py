"""parley model and parley chat with a model, as a person meets them: model_test.py PROGRAM."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / "tests" / "http"))
from model_server import ModelServer, commands, task_of  # noqa: E402

FLOW = """\
id: order
description: Order something to eat
triggers:
  - phrases: [order something]
slots:
  items: {type: list of item, ask: What would you like?}
steps:
  - {id: collect, type: input, gather: [items]}
  - {id: nice, type: generate, prompt: Thank the customer.}
"""


def reply(question, _):
    task = task_of(question)
    if task == "understand":
        return commands({"do": "start_flow", "flow": "order"}, {"do": "set_slot", "slot": "items", "value": "a soup"})
    return "Thank you!" if task == "generate" else json.dumps({"label": "greeting", "confidence": 1})


class Models(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "flows").mkdir()
        (self.folder / "flows" / "order.yaml").write_text(FLOW)

    @property
    def settings(self):
        return (self.folder / "parley.yaml").read_text()

    def parley(self, *words, stdin="", **environment):
        return subprocess.run(
            [PROGRAM, *words], input=stdin, capture_output=True, text=True, timeout=60, cwd=self.folder, env={**os.environ, **environment}
        )

    def names(self, **environment):
        return [one["name"] for one in json.loads(self.parley("model", "list", "--json", **environment).stdout)]

    def test_the_model_for_vectors_is_listed_and_tested(self):
        vectors = lambda question, _: {"data": [{"embedding": [1, 2, 3]} for _ in question["input"]]}  # noqa: E731
        with ModelServer(vectors) as model:
            (self.folder / "parley.yaml").write_text(f'embeddings: {{name: vec, use: "{model.url}#small", retries: 0}}\n')
            self.assertEqual(self.names(), ["vec"])
            self.assertIn("for vectors:\n", self.parley("model", "list").stdout)
            tested = self.parley("model", "test")
            self.assertEqual(tested.returncode, 0, tested.stdout)
            self.assertRegex(tested.stdout, r"^vec: vectors: ok, \d+ ms, 3 dimensions\n$")
            model.stop()
            tested = self.parley("model", "test", "--model", "vec")
            self.assertEqual(tested.returncode, 1)
            self.assertIn("vec: vectors: unreachable", tested.stdout)

    def test_models_are_added_one_behind_the_other(self):
        (self.folder / "parley.yaml").write_text("name: Cafe  # ours\n")
        for model in ("openai/gpt-4o-mini", "ollama/llama3.2", "http://10.0.0.7:8000/v1#qwen"):
            added = self.parley("model", "add", model)
            self.assertEqual((added.returncode, added.stdout), (0, ""), added.stderr)
        self.assertEqual(self.names(), ["openai/gpt-4o-mini", "ollama/llama3.2", "qwen"])
        self.assertEqual(
            self.settings,
            "name: Cafe  # ours\n\nmodels:\n  - openai/gpt-4o-mini\n  - ollama/llama3.2\n  - http://10.0.0.7:8000/v1#qwen\n",
        )
        self.assertEqual(self.parley("check").returncode, 0)

    def test_what_is_no_model_or_cannot_be_added_changes_nothing(self):
        text = "models: [ollama]\n"
        (self.folder / "parley.yaml").write_text(text)
        for model, said in (("olama/x", "did you mean 'ollama'?"), ("vllm", "by hand"), ("gpt 4", "is no model")):
            added = self.parley("model", "add", model)
            self.assertNotEqual(added.returncode, 0)
            self.assertIn(said, added.stderr)
            self.assertEqual(self.settings, text)
        (self.folder / "parley.yaml").write_text("models:\n  - ollama\n")
        self.assertIn("is as it was", self.parley("model", "add", "ollama").stderr)
        self.assertEqual(self.settings, "models:\n  - ollama\n")

    def test_the_environment_chooses_and_keys_are_told_of_but_not_shown(self):
        (self.folder / "parley.yaml").write_text('models: [openai/gpt-4o-mini, {name: spare, use: ollama, price: {input: "0.1", output: "2"}}]\n')
        self.assertEqual(self.names(PARLEY_MODEL="spare"), ["spare"])
        self.assertEqual(self.names(USE_LOCAL="true"), ["vllm"])
        self.assertEqual(self.names(USE_LOCAL="true", PARLEY_MODEL="ollama/x"), ["ollama/x"])
        shown = self.parley("model", "list", OPENAI_API_KEY="").stdout
        self.assertIn("OPENAI_API_KEY is not set", shown)
        self.assertIn("0.10 / 2.00", shown)
        shown = self.parley("model", "list", OPENAI_API_KEY="sk-secret").stdout
        self.assertNotIn("sk-secret", shown)
        self.assertNotIn("is not set", self.parley("model", "list", OPENAI_API_KEY="", OPENAI_KEY="sk-secret").stdout)
        checked = self.parley("doctor", "--json", "--listen", "127.0.0.1:0", OPENAI_API_KEY="")
        models = next(row for row in json.loads(checked.stdout) if row["name"] == "models")
        self.assertEqual((models["ok"], "OPENAI_API_KEY_FILE" in models["advice"]), (False, True))
        wrong = self.parley("model", "list", PARLEY_MODEL="opnai/x")
        self.assertEqual((wrong.returncode, "did you mean 'openai'?" in wrong.stderr), (3, True), wrong.stderr)

    def test_a_model_is_asked_for_a_text_and_a_choice(self):
        with ModelServer(reply) as model:
            tested = self.parley("model", "test", PARLEY_MODEL=model.url)
            self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)
            self.assertEqual(tested.stdout.count(": ok, "), 2)
            model.stop()
            tested = self.parley("model", "test", PARLEY_MODEL=model.url)
            self.assertEqual((tested.returncode, "unreachable" in tested.stdout), (1, True), tested.stdout)
        nothing = self.parley("model", "test")
        self.assertEqual((nothing.returncode, "parley model add" in nothing.stderr), (3, True))

    def test_a_conversation_in_the_terminal_asks_the_model(self):
        with ModelServer(reply) as model:
            said = self.parley("chat", stdin="my stomach rumbles\n", PARLEY_MODEL=f"{model.url}#m")
        self.assertIn("was asked what that means", said.stdout + said.stderr)
        self.assertIn("Thank you!", said.stdout)
        self.assertIn("model.generate was answered by m", said.stdout + said.stderr)


unittest.main()
