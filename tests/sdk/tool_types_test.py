"""`parley tool types`: what it prints compiles, for the demo and for two large documents, and tells right programs from wrong ones."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from packages import ROOT, tsc, typescript
from parley_server import BINARY, PATIENCE, equal

DOCUMENTS = pathlib.Path(os.environ.get("PARLEY_DATA_DIR", ROOT / "../shared/data")) / "openapi"

USE = """\
import type { Tools } from "./types.js";

function call<Id extends keyof Tools>(id: Id, given: Tools[Id]["arguments"]): Tools[Id]["result"] {
  return undefined as never;
}
"""
RIGHT = """\
const charge = call("stripe.charge", { amount: "20.00", currency: "EUR" });
export const id: string | undefined = charge.id;
"""


def printed(folder) -> str:
    done = subprocess.run([BINARY, "tool", "types", str(folder)], capture_output=True, text=True, timeout=PATIENCE)
    equal((done.returncode, done.stderr), (0, ""))
    return done.stdout


def compiled(root, **files):
    for name, text in files.items():
        (root / f"{name}.ts").write_text(text)
    names = [f"{name}.ts" for name in files]
    return tsc("--strict", "--noEmit", "--target", "ES2022", "--module", "NodeNext", *names, cwd=root)


def test_the_types_of_the_demos_tools_tell_right_calls_from_wrong_ones():
    typescript()
    with tempfile.TemporaryDirectory(prefix="parley-types-") as name:
        root = pathlib.Path(name)
        (root / "package.json").write_text('{"type": "module"}')
        types = printed(ROOT / "examples" / "shop")
        right = compiled(root, types=types, use=USE + RIGHT)
        equal((right.returncode, right.stdout), (0, ""))
        mistakes = {"value": ('"EUR"', "978"), "member": ("charge.id", "charge.idd"), "name": ("stripe.charge", "stripe.charg")}
        wrong = {name: USE + RIGHT.replace(*change) for name, change in mistakes.items()}
        refused = compiled(root, types=types, **wrong)
        assert all(f"{name}.ts" in refused.stdout for name in wrong), refused.stdout


def test_the_types_of_large_documents_compile():
    typescript()
    documents = [path for path in (DOCUMENTS / "openai.json", DOCUMENTS / "slack_web_openapi_v2.json") if path.exists()]
    if not documents:
        print(f"left out: there are no documents in {DOCUMENTS}")
        return
    with tempfile.TemporaryDirectory(prefix="parley-types-") as name:
        root = pathlib.Path(name)
        (root / "package.json").write_text('{"type": "module"}')
        for document in documents:
            folder = root / document.stem
            (folder / "tools").mkdir(parents=True)
            (folder / "parley.yaml").write_text("name: Types\n")
            shutil.copy(document, folder / "tools" / document.name)
            done = subprocess.run([BINARY, "tool", "types", str(folder)], capture_output=True, text=True, timeout=PATIENCE)
            equal(done.returncode, 0)
            result = compiled(root, types=done.stdout)
            equal((document.name, result.returncode, result.stdout[:2000]), (document.name, 0, ""))
            assert done.stdout.count("export type") > 300, document.name
