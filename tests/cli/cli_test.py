"""The command line as a person meets it: cli_test.py PROGRAM [test …]."""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
SHOP = str(ROOT / "examples" / "shop")
TIER = """\
triggers: {command: /tier}
steps:
  - {id: say, type: message, text: {en: "You have {{context.tier}}.", de: "Sie haben {{context.tier}}."}}
"""
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}


def parley(*words, cwd=ROOT, stdin="", **environment):
    return subprocess.run([PROGRAM, *words], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=60,
                          env=ENVIRONMENT | environment)


def command_names():
    listed = parley("--help").stdout.split("Commands:\n", 1)[1].split("\n\n", 1)[0]
    return [line.strip().split("  ")[0].split() for line in listed.splitlines()]


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class Calling(unittest.TestCase):
    def test_without_a_command_it_says_how_to_begin(self):
        said = parley()
        self.assertEqual(said.returncode, 0)
        self.assertIn("parley init", said.stdout)

    def test_every_command_has_help_with_an_example_that_names_it(self):
        names = command_names()
        self.assertGreater(len(names), 14)
        for name in names:
            with self.subTest(command=name):
                said = parley(*name, "--help")
                self.assertEqual((said.returncode, said.stderr), (0, ""))
                examples = said.stdout.split("Examples:\n", 1)[1]
                self.assertIn("parley " + " ".join(name), examples)
                self.assertEqual(parley("help", *name).stdout, said.stdout)

    def test_wrong_calls_are_usage_errors_with_a_way_out(self):
        cases = [
            ("unknown command", ["tset"], "did you mean 'parley test'?"),
            ("unknown command of a group", ["conv", "shwo"], "did you mean 'parley conv show'?"),
            ("unknown option", ["check", "--jsn"], "did you mean '--json'?"),
            ("missing argument", ["conv", "show"], "ID is missing"),
            ("missing value", ["test", "--name"], "--name"),
            ("one word too many", ["version", "please"], "does not take 'please'"),
            ("unknown code", ["explain", "F020"], "did you mean F0"),
            ("bad regular expression", ["test", SHOP, "--name", "("], "--name is not a regular expression"),
            ("bad format", ["check", SHOP, "--format", "xml"], "human, short, json"),
            ("bad address of a server", ["chat", "--url", "localhost"], "http://"),
            ("context that is no object", ["chat", "--context", "[1]"], "--context is no JSON object"),
            ("context that is no JSON", ["chat", "--context", "{tier}"], "--context is no JSON object: "),
            ("neither id nor all", ["replay"], "--all"),
        ]
        for name, words, expected in cases:
            with self.subTest(name):
                said = parley(*words)
                self.assertEqual((said.returncode, said.stdout), (2, ""))
                self.assertIn(expected, said.stderr)

    def test_folders_and_servers_that_are_not_there_are_configuration_errors(self):
        cases = [
            ("check", ["check", "nowhere"]),
            ("serve", ["serve", "nowhere"]),
            ("chat", ["chat", "nowhere"]),
            ("conversations", ["conv", "list", "--data-dir", "nowhere"]),
            ("server", ["flow", "list", "--url", "http://127.0.0.1:1"]),
        ]
        for name, words in cases:
            with self.subTest(name):
                said = parley(*words)
                self.assertEqual((said.returncode, said.stdout), (3, ""))
                self.assertIn("help: ", said.stderr)

    def test_documents_for_programs_are_json(self):
        for words in (["schema"], ["openapi"], ["version", "--json"], ["explain", "--list", "--json"]):
            with self.subTest(words[0]):
                json.loads(parley(*words).stdout)

    def test_colours_only_on_a_terminal_that_wants_them(self):
        def error_on_terminal(**environment):
            reader, writer = pty.openpty()
            subprocess.run([PROGRAM, "tset"], stderr=writer, env=ENVIRONMENT | environment, timeout=60)
            os.close(writer)
            text = os.read(reader, 10_000).decode()
            os.close(reader)
            return text
        self.assertIn("\x1b[", error_on_terminal(TERM="xterm", NO_COLOR=""))
        self.assertNotIn("\x1b[", error_on_terminal(TERM="xterm", NO_COLOR="1"))
        self.assertNotIn("\x1b[", error_on_terminal(TERM="dumb", NO_COLOR=""))
        self.assertNotIn("\x1b[", parley("tset", TERM="xterm", NO_COLOR="").stderr)


class ANewAssistant(InFolder):
    def setUp(self):
        super().setUp()
        self.made = parley("init", "mybot", cwd=self.folder)
        self.bot = self.folder / "mybot"

    def change(self, file, old, new):
        text = (self.bot / file).read_text()
        self.assertIn(old, text)
        (self.bot / file).write_text(text.replace(old, new))

    def test_prints_its_files_and_passes_at_once(self):
        self.assertEqual(self.made.returncode, 0)
        files = sorted(str(path.relative_to(self.folder)) for path in self.bot.rglob("*") if path.is_file())
        self.assertEqual(sorted(self.made.stdout.split()), files)
        self.assertIn("mybot/.gitignore", files)
        self.assertEqual(parley("check", cwd=self.bot).returncode, 0)
        tested = parley("test", cwd=self.bot)
        self.assertEqual(tested.returncode, 0, tested.stdout)
        self.assertIn("4 passed, 0 failed", tested.stdout)

    def test_is_never_written_over_something(self):
        self.change("parley.yaml", "name:", "name: Mine # ")
        again = parley("init", "mybot", cwd=self.folder)
        self.assertEqual(again.returncode, 3)
        self.assertIn("Mine", (self.bot / "parley.yaml").read_text())

    def test_every_mistake_is_shown_at_once(self):
        self.change("flows/hello.yaml", "type: message", "type: mesage")
        self.change("flows/order.yaml", "gather: [items]", "gather: [itms]")
        shown = parley("check", "mybot", cwd=self.folder)
        self.assertEqual(shown.returncode, 1)
        self.assertIn("mybot/flows/hello.yaml:21:", shown.stdout)
        self.assertIn("did you mean 'items'?", shown.stdout)
        self.assertIn("1 error, 2 warnings", shown.stderr)
        brief = parley("check", "mybot", "--format", "short", cwd=self.folder)
        self.assertRegex(brief.stdout, r"(?m)^mybot/flows/hello\.yaml:21:\d+: error\[F0202\]: ")
        found = json.loads(parley("check", "mybot", "--json", cwd=self.folder).stdout)
        self.assertEqual({row["file"] for row in found}, {"mybot/flows/hello.yaml", "mybot/flows/order.yaml"})
        two = json.loads(parley("check", "mybot/flows/order.yaml", "mybot/parley.yaml", "--json", cwd=self.folder).stdout)
        self.assertEqual({row["file"] for row in two}, {"mybot/flows/order.yaml"})
        self.assertEqual(parley("test", cwd=self.bot).returncode, 1)

    def test_a_failing_test_names_its_line_and_what_was_said(self):
        self.change("tests/hello.yaml", "Hello! What is your name?", "Who are you?")
        tested = parley("test", "--junit", "report.xml", cwd=self.bot)
        self.assertEqual(tested.returncode, 1)
        self.assertIn("3 passed, 1 failed", tested.stdout)
        self.assertIn("tests/hello.yaml:5", tested.stdout)
        self.assertIn('expected the bot to say "Who are you?"', tested.stdout)
        self.assertIn('but it said "Hello! What is your name?"', tested.stdout)
        suite = ElementTree.parse(self.bot / "report.xml").getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("4", "1"))
        some = json.loads(parley("test", "--name", "order", "--json", cwd=self.bot).stdout)
        self.assertEqual((some["passed"], some["failed"]), (2, 0))

    def test_coverage_names_the_lines_that_no_test_reaches(self):
        self.change("flows/hello.yaml", "steps:", "steps:\n  - {id: never, type: message, if: 'false', text: Nobody}")
        tested = json.loads(parley("test", "--json", cwd=self.bot).stdout)
        rows = {row["flow"]: row for row in tested["coverage"]}
        self.assertEqual(rows["order"]["missing"], [])
        self.assertEqual((rows["hello"]["missing"], rows["hello"]["missing_lines"]), (["never"], ["16"]))

    def test_can_be_talked_to_through_a_pipe(self):
        said = parley("chat", cwd=self.bot, stdin="/order\n2 pizzas\n1\n")
        self.assertEqual(said.returncode, 0)
        self.assertIn("[1] Yes  [2] No", said.stdout)
        self.assertIn("Done: 2 pizzas.", said.stdout)

    def test_is_talked_to_in_another_language_by_somebody_who_is_known(self):
        (self.bot / "flows/tier.yaml").write_text(TIER)
        said = parley("chat", "--locale", "de", "--context", '{"tier": "gold"}', cwd=self.bot, stdin="/tier\n")
        self.assertIn("Sie haben gold.", said.stdout)

    def test_is_healthy(self):
        said = parley("doctor", "--json", "--listen", "127.0.0.1:0", cwd=self.bot)
        checks = {row["name"]: row for row in json.loads(said.stdout)}
        self.assertIn("synchronous FULL", checks["database"]["found"])
        self.assertEqual(said.returncode, 0, said.stdout)


class ARunningServer(InFolder):
    def setUp(self):
        super().setUp()
        self.data = str(self.folder / "data")
        parley("init", "mybot", cwd=self.folder)
        self.bot = self.folder / "mybot"
        self.server = subprocess.Popen([PROGRAM, "serve", self.bot, "--listen", "127.0.0.1:0", "--data-dir", self.data, "--no-watch"],
                                       stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT)
        self.addCleanup(self.stop)
        self.url = next(found[0] for line in self.server.stderr if (found := re.findall(r"http://[0-9.:]+", line)))

    def stop(self, how=signal.SIGKILL):
        if self.server.poll() is None:
            self.server.send_signal(how)
            self.server.wait(timeout=30)
        self.server.stderr.close()

    def test_is_talked_to_looked_into_and_replayed(self):
        said = parley("chat", "--url", self.url, stdin="/order\n2 pizzas\n1\n")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("Done: 2 pizzas.", said.stdout)
        helped = parley("chat", "--url", self.url, stdin="/human\n:join Sam\n:reply I am here\n:leave done\n")
        self.assertIn("Sam: I am here", helped.stdout)

        listed = json.loads(parley("conv", "list", "--json", "--data-dir", self.data).stdout)
        self.assertEqual(len(listed), 2)
        shown = parley("conv", "show", listed[1]["id"], "--data-dir", self.data)
        self.assertIn("2 pizzas", shown.stdout)
        self.assertEqual(parley("conv", "show", "nobody", "--data-dir", self.data).returncode, 1)

        german = parley("chat", "--url", self.url, "--locale", "de", "--context", '{"tier": "gold"}', stdin="abbrechen\n")
        self.assertIn("Gerade läuft nichts, was ich abbrechen könnte.", german.stdout)

        stored = parley("flow", "versions", "order", "--json", "--data-dir", self.data)
        self.assertEqual(json.loads(stored.stdout), json.loads(parley("flow", "versions", "order", "--json", "--url", self.url).stdout))
        self.assertEqual(parley("flow", "show", "order", "--url", self.url).stdout, (self.bot / "flows/order.yaml").read_text())

        self.stop()  # as if the power failed
        replayed = parley("replay", "--all", "--data-dir", self.data)
        self.assertEqual(replayed.returncode, 0, replayed.stdout)
        self.assertIn("replayed 3 conversations", replayed.stdout)
        self.assertIn("0 differences", replayed.stdout)


if __name__ == "__main__":
    unittest.main()
