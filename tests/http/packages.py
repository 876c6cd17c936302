"""What a test needs of others, from the package registry: exactly the versions of packages_NAME.txt, in a folder of their own.

They are kept under $PARLEY_TEST_PACKAGES (the build folder, under ctest), so they are fetched once. Where the registry cannot be
reached a test says so and is left out; any other trouble is a failure.
"""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
missing: dict[str, str] = {}  # what was tried in vain, and why
UNREACHABLE = re.compile(r"connection broken|Could not fetch URL|Temporary failure in name resolution|ProxyError", re.I)


class Unreachable(Exception):
    """The registry is; the text says what pip said."""


def programs(name: str) -> pathlib.Path:
    """The folder with `python` and the packages' programs."""
    if name in missing:
        raise Unreachable(missing[name])
    root = pathlib.Path(os.environ.get("PARLEY_TEST_PACKAGES") or pathlib.Path(tempfile.gettempdir()) / "parley-test-packages")
    root.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / f"packages_{name}.txt").read_text()
    folder = root / name
    stamp = folder / "installed.txt"
    with open(root / f"{name}.lock", "w") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            install = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            done = subprocess.run([*install, "--only-binary", ":all:", "-r", HERE / f"packages_{name}.txt"], capture_output=True, text=True)
            if done.returncode != 0 and UNREACHABLE.search(done.stderr):
                missing[name] = f"the package registry cannot be reached: {done.stderr.strip().splitlines()[-1]}"
                raise Unreachable(missing[name])
            assert done.returncode == 0, done.stderr
            stamp.write_text(wanted)
    return folder / "bin"


if __name__ == "__main__":  # for tests that are not written in Python
    try:
        print(programs(sys.argv[1]))
    except Unreachable as why:
        print(why, file=sys.stderr)
        sys.exit(77)
