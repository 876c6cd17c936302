"""The SDKs as a project would have them: TypeScript installed and compiled in the build folder, Python from its sources.

The packages that the TypeScript compiler needs come from the npm registry, pinned by sdk/typescript/package-lock.json. Where it
cannot be reached the tests that need them say so and are skipped (exit code 77).
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PARLEY_SDK_BUILD", ROOT / "build" / "sdk"))
TYPESCRIPT = BUILD / "typescript"
SKIPPED = 77


def digest(*paths: pathlib.Path) -> str:
    hashed = hashlib.sha256()
    for path in sorted(path for start in paths for path in ([start] if start.is_file() else start.rglob("*"))):
        if path.is_file() and "node_modules" not in path.parts:
            hashed.update(str(path).encode() + path.read_bytes())
    return hashed.hexdigest()


def stamped(name: str, value: str) -> bool:
    """True if this was done before with the same inputs."""
    file = BUILD / f"{name}.stamp"
    return file.exists() and file.read_text() == value


def stamp(name: str, value: str) -> None:
    (BUILD / f"{name}.stamp").write_text(value)


def node_is_new_enough() -> bool:
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return False
    return tuple(map(int, version.strip().lstrip("v").split(".")[:2])) >= (20, 6)


def npm_ci(source: pathlib.Path) -> None:
    wanted = digest(source / "package-lock.json")
    if stamped("npm", wanted):
        return
    try:
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
            cwd=TYPESCRIPT, capture_output=True, text=True, timeout=150,
        )
        problem = done.stderr.strip().splitlines()[-3:] if done.returncode else None
    except (OSError, subprocess.TimeoutExpired) as missing:
        problem = [str(missing)]
    if problem:
        print("skipped: the packages of sdk/typescript cannot be installed from the npm registry:", *problem, sep="\n  ")
        sys.exit(SKIPPED)
    stamp("npm", wanted)


def typescript() -> pathlib.Path:
    """The compiled SDK with its development packages beside it; the first caller makes it."""
    if not node_is_new_enough():
        print("skipped: there is no Node 20.6 or newer here")
        sys.exit(SKIPPED)
    source = ROOT / "sdk" / "typescript"
    TYPESCRIPT.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = digest(source)
        for name in ("src", "test", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.test.json", "globals.d.ts"):
            if (source / name).is_dir():
                shutil.rmtree(TYPESCRIPT / name, ignore_errors=True)
                shutil.copytree(source / name, TYPESCRIPT / name)
            else:
                shutil.copy(source / name, TYPESCRIPT / name)
        npm_ci(source)
        if not stamped("compiled", wanted):
            done = tsc("-p", "tsconfig.json", cwd=TYPESCRIPT)
            assert done.returncode == 0, done.stdout
            stamp("compiled", wanted)
    return TYPESCRIPT


def tsc(*arguments: str, cwd: pathlib.Path) -> subprocess.CompletedProcess:
    compiler = TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc"
    return subprocess.run(["node", str(compiler), *arguments], cwd=cwd, capture_output=True, text=True)


def link_packages(project: pathlib.Path) -> None:
    """node_modules of a project that depends on the SDK and on the compiler."""
    sdk = typescript()
    modules = project / "node_modules"
    (modules / "@parley").mkdir(parents=True)
    (modules / "@parley" / "sdk").symlink_to(sdk)
    for name in ("typescript", "@types", "undici-types"):
        (modules / name).symlink_to(sdk / "node_modules" / name)


class TypeScript:
    name = "TypeScript"
    project = ROOT / "sdk" / "typescript" / "test" / "project"
    source = "src/flows/order.ts"

    def prepare(self, folder: pathlib.Path) -> None:
        shutil.copytree(self.project, folder)
        link_packages(folder)

    def command(self, *arguments: str) -> list[str]:
        return ["node", str(TYPESCRIPT / "dist" / "main.js"), *arguments]

    def environment(self) -> dict[str, str]:
        return {}


class Python:
    name = "Python"
    project = ROOT / "sdk" / "python" / "tests" / "project"
    source = "flows/order.py"

    def prepare(self, folder: pathlib.Path) -> None:
        shutil.copytree(self.project, folder)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "parley_sdk", *arguments]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT / "sdk" / "python")}


LANGUAGES = (TypeScript(), Python())
