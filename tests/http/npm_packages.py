"""Packages of npm that tests use as the other side, pinned and kept in the build folder. Missing only where the registry cannot be reached."""
import os
import pathlib
import re
import shutil
import subprocess

BUILD = pathlib.Path(os.environ["PARLEY_BINARY"]).resolve().parent.parent


def installed(*packages):
    """The node_modules folder with them, or None after saying why not."""
    if not shutil.which("node") or not shutil.which("npm"):
        print("skipped: node and npm are not installed")
        return None
    folder = BUILD / "npm" / re.sub(r"[^A-Za-z0-9.@-]+", "_", "+".join(packages))
    done = folder / "complete"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        result = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages], cwd=folder, capture_output=True, text=True, timeout=150
        )
        if result.returncode != 0:
            print("skipped: npm cannot install the packages: " + (result.stderr.strip().splitlines() or ["?"])[-1])
            return None
        done.write_text("")
    return folder / "node_modules"
