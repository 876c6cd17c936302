"""llama.cpp, which others wrote, serving a model of ours (random_model.py): `with LlamaCpp() as model:`."""
import json
import pathlib
import subprocess
import tempfile

import packages
import random_model
from parley_server import PATIENCE

HERE = pathlib.Path(__file__).resolve().parent


class LlamaCpp:
    """`endless`: its texts only end at their limit."""

    def __init__(self, context=8192, endless=False, key=None):
        self.how = {"context": context, "endless": endless, "key": key}
        self.python = packages.programs("llama_cpp") / "python"

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="parley-model-")
        model = pathlib.Path(self.folder.name) / "random.gguf"
        random_model.write(model)
        self.process = subprocess.Popen(
            [self.python, HERE / "llama_cpp_serve.py", model, json.dumps(self.how)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(pathlib.Path(self.folder.name) / "log", "w"),
            text=True,
        )
        address = self.process.stdout.readline().strip()
        assert address.startswith("http"), (pathlib.Path(self.folder.name) / "log").read_text()
        self.url = f"{address}/v1"
        return self

    def __exit__(self, *_):
        self.kill()
        self.folder.cleanup()

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
