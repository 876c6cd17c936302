import json
import unittest
from typing import Annotated, Any, Literal, TypedDict

from parley_sdk import Call, Context, Flow, compile_modules, declarations, keyed, read, tool
from parley_sdk.schema import schema_of

SOURCE = "flows/order.py"


def one(**names: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(SOURCE, names)]


def documents(**names: Any) -> list[dict[str, Any]]:
    return [json.loads(flow.text) for flow in compile_modules(one(**names)).flows]


class Flows(unittest.TestCase):
    def test_a_flow_is_named_by_its_id_else_by_its_variable(self):
        names = [flow["id"] for flow in documents(escalate_flow=Flow(steps=[]), order=Flow(steps=[]), x=Flow(id="y", steps=[]))]
        self.assertEqual(names, ["escalate", "order", "y"])

    def test_a_function_becomes_a_tool_and_its_step_a_call_with_what_the_conversation_knows(self):
        def sync(ctx):
            return None

        project = compile_modules(one(escalate_flow=Flow(steps=[{"id": "sync_labels", "type": "tool", "call": sync}])))
        (step,) = json.loads(project.flows[0].text)["steps"]
        self.assertEqual(step["call"], "worker.escalate_sync_labels")
        self.assertEqual(step["with"], {"slots": "{{ slots }}", "context": "{{ context }}"})
        made = project.tools["worker.escalate_sync_labels"]
        self.assertIs(made.run, sync)
        self.assertTrue(made.wrapped)
        self.assertEqual(made.declaration["effect"], "unsafe")

    def test_the_arguments_that_a_step_gives_are_those_that_its_function_gets(self):
        step = {
            "id": "charge", "type": "tool", "call": keyed(lambda ctx: 1, timeout="2s"), "with": {"amount": "{{ total }}"},
            "compensate": lambda ctx: 2,
        }
        project = compile_modules(one(pay=Flow(steps=[step])))
        declaration = project.tools["worker.pay_charge"].declaration
        self.assertEqual(declaration["parameters"], {"type": "object", "properties": {"amount": {}}})
        self.assertEqual((declaration["effect"], declaration["timeout"]), ("keyed", "2s"))
        self.assertIn("worker.pay_charge_undo", project.tools)

    def test_steps_inside_of_steps_agents_and_declared_tools_are_found_too(self):
        @tool(effect="read")
        def look():
            """Look."""

        desk = tool(lambda: 2, name="desk.file")
        flow = Flow(id="all", steps=[
            {"type": "loop", "max": 2, "steps": [{"id": "inner", "type": "tool", "call": read(lambda ctx: 3)}]},
            {"type": "agent", "goal": "help", "tools": [look, desk, "stripe.charge"]},
        ])
        project = compile_modules([("tools.py", {"look": look}), (SOURCE, {"flow": flow}), (SOURCE, {"again": flow})])
        self.assertEqual(project.problems, [])
        self.assertEqual(sorted(project.tools), ["desk.file", "worker.all_inner", "worker.look"])
        self.assertEqual(json.loads(project.flows[0].text)["steps"][1]["tools"], ["worker.look", "desk.file", "stripe.charge"])
        self.assertEqual(sorted(declarations(project)), ["desk", "worker"])

    def test_what_cannot_be_a_document_is_told_with_its_place(self):
        rows = [
            ({"type": "tool", "call": print}, "flow.steps[0].call: a step with a function needs an id"),
            ({"type": "message", "text": print}, "flow.steps[0].text: a function can only stand as `call` of a tool step"),
            ({"type": "set", "values": {"n": float("nan")}}, "flow.steps[0].values.n: nan is no number of a flow"),
            ({"type": "set", "values": {"n": {1}}}, "flow.steps[0].values.n: a set cannot be part of a flow"),
        ]
        for step, said in rows:
            with self.subTest(said):
                (problem,) = compile_modules(one(flow=Flow(steps=[step]))).problems
                self.assertEqual(f"{problem.path}: {problem.message}", said)
        twice = compile_modules(one(a=Flow(id="f", steps=[]), b=Flow(id="f", steps=[]))).problems
        self.assertEqual([problem.message for problem in twice], ["there is another flow 'f'"])
        odd = compile_modules(one(a=tool(lambda: 1, name="a b"), b=tool(lambda: 1, name="x"), c=tool(lambda: 1, name="x"))).problems
        self.assertEqual(
            [problem.message for problem in odd],
            ["'worker.a b' cannot be the name of a tool", "there is another tool 'worker.x'"],
        )
        with self.assertRaises(TypeError):
            keyed(lambda ctx: 1, exampel=1)


class Item(TypedDict):
    name: str


class Tools(unittest.TestCase):
    def test_parameters_come_from_annotations(self):
        rows = [
            (str, {"type": "string"}),
            (int | None, {"type": ["integer", "null"]}),
            (list[float], {"type": "array", "items": {"type": "number"}}),
            (dict[str, int], {"type": "object"}),
            (Literal["a", "b"], {"enum": ["a", "b"]}),
            (Annotated[bool, "Whether."], {"type": "boolean", "description": "Whether."}),
            (list[int] | str, {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]}),
            (Item, {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
            (Any, {}),
        ]
        for annotation, schema in rows:
            with self.subTest(annotation):
                self.assertEqual(schema_of(annotation), schema)

    def test_a_decorated_function_is_a_tool_and_still_a_function(self):
        @tool(effect="read", timeout="5s")
        def add(a: int, about: Call, b: int = 2):
            """Add two
            numbers.

            More is not told."""
            return a + b

        self.assertEqual((add.name, add.description, add.takes_call), ("add", "Add two numbers.", "about"))
        self.assertEqual(add.parameters, {
            "type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"],
        })
        self.assertEqual(add(1, about=None), 3)
        with self.assertRaises(TypeError):
            tool(lambda *many: 1)

    def test_a_context_has_its_arguments_as_items_and_attributes(self):
        context = Context({"ticket": {"title": "x"}}, call="about")
        self.assertEqual((context.ticket["title"], context["ticket"], context.call), ("x", {"title": "x"}, "about"))
        with self.assertRaises(AttributeError):
            context.nothing


if __name__ == "__main__":
    unittest.main()
