"""parley expr as people and programs meet it: expr_test.py PROGRAM DATA_DIR [test …]."""
import json
import math
import pathlib
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
CASES = pathlib.Path(sys.argv.pop(1)) / "cel" / "conformance.jsonl"


def expr(*words, stdin=""):
    return subprocess.run([PROGRAM, "expr", *words], input=stdin, capture_output=True, text=True, timeout=60)


def answers(text):
    said = expr("eval", "--jsonl", stdin=text)
    return [json.loads(line) for line in said.stdout.splitlines()]


def same(a, b):
    """Equal as values: a map's order does not count, and NaN is NaN."""
    (kind, left), (other, right) = *a.items(), *b.items()
    if kind != other:
        return False
    if kind == "double":
        left, right = float(left), float(right)
        return left == right or math.isnan(left) and math.isnan(right)
    if kind == "list":
        return len(left) == len(right) and all(map(same, left, right))
    if kind == "map":
        return len(left) == len(right) and all(any(same(k, l) and same(v, w) for l, w in right) for k, v in left)
    return left == right


class ForPeople(unittest.TestCase):
    def test_an_expression_is_evaluated_with_the_names_given(self):
        cases = [
            (["1 + 2 * 3"], "7"),
            (["country in ['DE', 'FR'] && total > 200.0", "--set", 'country="DE"', "--set", "total=250"], "true"),
            (["items.map(i, i.name)", "--set", 'items=[{"name": "Ada"}, {"name": "Bob"}]'], '["Ada","Bob"]'),
            (["{'a': 1u, 'b': timestamp('2026-11-23T00:00:00Z')}"], '{"a":1,"b":"2026-11-23T00:00:00Z"}'),
        ]
        for words, expected in cases:
            with self.subTest(words[0]):
                said = expr("eval", *words)
                self.assertEqual((said.stdout.strip(), said.stderr, said.returncode), (expected, "", 0))

    def test_mistakes_say_where_and_what_to_do(self):
        cases = [
            ("syntax", ["total >\n  and 3"], 1, ["F0301", "^", " 2 |"]),
            ("unknown function", ["siez([1])"], 1, ["did you mean size()?"]),
            ("fails when evaluated", ["1 / 0"], 1, ["division by zero"]),
            ("unknown name", ["total > 3"], 1, ["there is no \"total\""]),
            ("text without quotes", ["a", "--set", "a=DE"], 2, ["--set 'a=\"DE\"'"]),
            ("no value", ["a", "--set", "a"], 2, ["NAME=JSON"]),
            ("no expression", [], 2, ["which expression?"]),
            ("two sources", ["1", "--jsonl"], 2, ["exclude each other"]),
        ]
        for name, words, code, expected in cases:
            with self.subTest(name):
                said = expr("eval", *words)
                self.assertEqual((said.returncode, said.stdout), (code, ""))
                for part in expected:
                    self.assertIn(part, said.stderr)


class Checking(unittest.TestCase):
    def test_the_type_is_printed(self):
        said = expr("check", "items.map(i, i.size())", "--type", "items=list(string)")
        self.assertEqual((said.stdout, said.stderr, said.returncode), ("list(int)\n", "", 0))

    def test_what_must_fail_is_shown_with_a_way_out(self):
        cases = [
            ("operands", ["total > 'a'", "--type", "total=number"], 1, ["error[F0352]", "number and string"]),
            ("field", ["user.nme"], 1, ["error[F0354]", "^^^^^^^^"]),
            ("never equal", ["1 == 'a'"], 1, ["warning[F0356]"]),
            ("bad type", ["1", "--type", "a=integer"], 2, ["list(string)"]),
        ]
        for name, words, code, expected in cases:
            with self.subTest(name):
                said = expr("check", *words)
                self.assertEqual((said.returncode, said.stdout), (code, ""))
                for part in expected:
                    self.assertIn(part, said.stderr)

    def test_every_function_is_listed(self):
        rows = json.loads(expr("functions", "--json").stdout)
        self.assertIn("startsWith", expr("functions").stdout)
        self.assertGreater(len(rows["functions"]), 60)


class ForPrograms(unittest.TestCase):
    @unittest.skipUnless(CASES.exists(), "cel/conformance.jsonl is not in the data folder")
    def test_the_conformance_cases_pass(self):
        text = CASES.read_text(encoding="utf-8")
        cases = [json.loads(line) for line in text.splitlines()]
        got = answers(text)
        self.assertEqual([row["id"] for row in got], [case["id"] for case in cases])
        for case, row in zip(cases, got):
            with self.subTest(case["id"]):
                if "error" in case:
                    self.assertIsInstance(row.get("error"), str, row)
                else:
                    self.assertTrue("value" in row and same(row["value"], case["value"]), row)

    def test_a_bad_line_has_its_own_error_and_does_not_stop_the_rest(self):
        lines = ['{"id": 1, "expr": "1"}', "nonsense", "", "[]", '{"id": "no expression"}', '{"id": "b", "expr": "x", "bindings": {"x": 1}}',
                 '{"id": "deep", "expr": "' + "(" * 1000 + '"}', '{"id": "last", "expr": "x + 1", "bindings": {"x": {"int": "41"}}}']
        got = answers("\n".join(lines))  # also without a final newline
        self.assertEqual([row["id"] for row in got], [1, None, None, "no expression", "b", "deep", "last"])
        self.assertEqual(got[0], {"id": 1, "value": {"int": "1"}})
        for row in got[1:-1]:
            self.assertIsInstance(row["error"], str, row)
        self.assertEqual(got[-1], {"id": "last", "value": {"int": "42"}})

    def test_a_mistake_in_an_expression_says_its_line_and_column(self):
        self.assertRegex(answers('{"id": 1, "expr": "1 +\\n  )"}')[0]["error"], r"^2:3: ")

    def test_each_line_is_answered_before_the_next_is_asked(self):
        with subprocess.Popen([PROGRAM, "expr", "eval", "--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
            for number in range(3):
                asked.stdin.write(json.dumps({"id": number, "expr": f"{number} * 2"}) + "\n")
                asked.stdin.flush()
                self.assertEqual(json.loads(asked.stdout.readline()), {"id": number, "value": {"int": str(number * 2)}})
            asked.stdin.close()
        self.assertEqual(asked.returncode, 0)


unittest.main()
