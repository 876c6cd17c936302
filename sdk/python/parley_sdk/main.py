"""parley-flows: check, push, build and work. Results on stdout, messages on stderr; exit codes as of parley itself."""
from __future__ import annotations

import argparse
import asyncio
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from .compile import Project
from .load import SetupProblem, load, settings_of
from .publish import publish, with_sources, write_folder
from .worker import Worker, WorkerRefused

OK, FINDINGS, USAGE, CONFIGURATION = 0, 1, 2, 3
COMMANDS = {
    "check": "find every mistake, with parley itself, or on a server with --url",
    "push": "publish the flows and declare their tools on a server, all or nothing",
    "build": "write them into an assistant's folder",
    "work": "connect to a server and carry out the calls of the tools, until it is stopped",
}


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fail(message: str, hint: str = "", code: int = CONFIGURATION) -> int:
    note(f"error: {message}")
    if hint:
        note(f"  help: {hint}")
    return code


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="parley-flows",
        description="Flows and tools of a Parley assistant, written in Python. Without PATH, what pyproject.toml says "
        "under [tool.parley], else flows, tools, flows.py and tools.py.",
    )
    commands = made.add_subparsers(dest="command", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.add_argument("paths", nargs="*", metavar="PATH", help="files or folders")
        command.add_argument("--connector", help="what flows call tools by that name none; worker when left out")
        if name != "build":
            command.add_argument("--url", help="the server; PARLEY_URL, else http://127.0.0.1:8080")
            command.add_argument("--key-file", help="an admin's API key; PARLEY_API_KEY when left out")
        if name == "push":
            command.add_argument("--reason", default="parley-flows push", help="why; kept with the versions")
            command.add_argument("--author", default=os.environ.get("USER", ""), help="who; USER when left out")
        if name == "check":
            command.add_argument("--folder", help="the assistant's folder with the other tools; this one, if it has a parley.yaml")
            command.add_argument("--parley", help="the program; PARLEY_BINARY, else parley")
        if name == "build":
            command.add_argument("--out", required=True, help="where to")
        if name == "work":
            command.add_argument("--capacity", type=int, default=16, help="calls at once")
            command.add_argument("--name", help="what the server calls this worker")
    return made


def url_of(options: argparse.Namespace) -> str:
    return options.url or os.environ.get("PARLEY_URL", "http://127.0.0.1:8080")


def key_of(options: argparse.Namespace) -> str:
    if options.key_file is None:
        return os.environ.get("PARLEY_API_KEY", "")
    try:
        return pathlib.Path(options.key_file).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SetupProblem(f"the file {options.key_file} of --key-file cannot be read") from problem


def is_sound(project: Project) -> bool:
    for problem in project.problems:
        note(f"error: {problem.message}\n  --> {problem.source}: {problem.path}")
        if problem.help:
            note(f"  help: {problem.help}")
    if not project.problems and not project.flows and not project.tools:
        raise SetupProblem("there is no flow and no tool here", "order = Flow(steps=[…])")
    return not project.problems


def on_server(project: Project, options: argparse.Namespace, check_only: bool) -> int:
    reason, author = getattr(options, "reason", ""), getattr(options, "author", "")
    answer = publish(project, url_of(options), key_of(options), reason, author, check_only)
    for text in answer.diagnostics:
        note(text)
    if answer.problem:
        return fail(answer.problem)
    if not answer.ok:
        return FINDINGS
    for line in answer.changed:
        print(f"{line}  {'would change' if check_only else 'active'}")
    if not answer.changed:
        print("nothing has changed")
    return OK


def check_here(project: Project, options: argparse.Namespace) -> int:
    folder = options.folder or ("." if pathlib.Path("parley.yaml").exists() else None)
    with tempfile.TemporaryDirectory(prefix="parley-flows-") as out:
        write_folder(project, pathlib.Path(out), pathlib.Path(folder) if folder else None)
        program = options.parley or os.environ.get("PARLEY_BINARY", "parley")
        try:
            done = subprocess.run([program, "check", "."], cwd=out, capture_output=True, text=True)
        except OSError:
            return fail(f"{program} cannot be run", "install parley, name it with --parley, or check on a server with --url")
    sys.stderr.write(with_sources(done.stderr, project))
    sys.stdout.write(with_sources(done.stdout, project))
    return done.returncode


async def work(project: Project, options: argparse.Namespace) -> int:
    if not project.tools:
        raise SetupProblem("there is no tool to work for", "a step calls a function, or a function has @tool")
    name = {"name": options.name} if options.name else {}
    worker = Worker(project, url_of(options), key=key_of(options), capacity=options.capacity, log=note, **name)
    stopping: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if stopping:
            os._exit(FINDINGS)
        note("finishing what is under way; again to stop at once")
        stopping.add(asyncio.create_task(worker.stop()))

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop)
    await worker.run()
    for task in stopping:
        await task
    return OK


def run(options: argparse.Namespace) -> int:
    home = pathlib.Path.cwd()
    flows, connector = settings_of(home)
    project = load(home, options.paths or flows, options.connector or connector)
    if not is_sound(project):
        return FINDINGS
    match options.command:
        case "push":
            return on_server(project, options, check_only=False)
        case "work":
            return asyncio.run(work(project, options))
        case "build":
            write_folder(project, pathlib.Path(options.out))
            return OK
    if options.url or "PARLEY_URL" in os.environ:
        return on_server(project, options, check_only=True)
    return check_here(project, options)


def main() -> int:
    options = parser().parse_args()
    try:
        return run(options)
    except SetupProblem as problem:
        return fail(str(problem), problem.hint)
    except WorkerRefused as problem:
        return fail(f"the server refuses this worker: {problem}")


if __name__ == "__main__":
    sys.exit(main())
