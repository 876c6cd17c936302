"""Runs the test_ functions of the named files (all of this folder when none is named) against $PARLEY_BINARY."""
import importlib
import inspect
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def main() -> int:
    names = sys.argv[1:] or sorted(path.name for path in HERE.glob("*_test.py"))
    passed = failed = 0
    for name in names:
        sys.path.insert(0, str((HERE / name).parent))
        module = importlib.import_module(pathlib.Path(name).stem)
        for test_name, test in inspect.getmembers(module, inspect.isfunction):
            if not test_name.startswith("test_") or test.__module__ != module.__name__:
                continue
            try:
                test()
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED {module.__name__}.{test_name}", flush=True)
                traceback.print_exc()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
