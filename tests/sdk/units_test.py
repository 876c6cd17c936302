"""The SDKs' own tests, the type check of a project, and the package that pip would install."""
import os
import pathlib
import subprocess
import sys
import tempfile

from packages import ROOT, TypeScript, tsc, typescript
from parley_server import equal

PYTHON = ROOT / "sdk" / "python"


def test_the_typescript_sdk_passes_its_own_tests():
    sdk = typescript()
    compiled = tsc("-p", "tsconfig.test.json", cwd=sdk)
    equal((compiled.returncode, compiled.stdout), (0, ""))
    tested = subprocess.run(["node", "--test", "build-test/test/"], cwd=sdk, capture_output=True, text=True)
    assert tested.returncode == 0 and "# fail 0" in tested.stdout, tested.stdout


def test_a_project_type_checks_as_its_authors_write_it():
    with tempfile.TemporaryDirectory(prefix="parley-sdk-") as root:
        folder = pathlib.Path(root) / "project"
        TypeScript().prepare(folder)
        right = tsc("-p", ".", cwd=folder)
        equal((right.returncode, right.stdout), (0, ""))
        order = folder / "src" / "flows" / "order.ts"
        order.write_text(order.read_text().replace('gather: ["item"]', "gathr: [1]"))
        wrong = tsc("-p", ".", cwd=folder)
        assert wrong.returncode != 0 and "order.ts" in wrong.stdout, wrong.stdout


def test_the_python_sdk_passes_its_own_tests():
    environment = {**os.environ, "PYTHONPATH": str(PYTHON)}
    command = [sys.executable, "-W", "error", "-m", "unittest", "discover", "-s", str(PYTHON / "tests")]
    tested = subprocess.run(command, cwd=PYTHON, capture_output=True, text=True, env=environment)
    assert tested.returncode == 0 and "OK" in tested.stderr, tested.stderr
