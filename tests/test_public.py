"""The public surface: names, laziness, no torch."""

from __future__ import annotations

import subprocess
import sys
import types

import vidgist


def test_public_names_are_sorted_and_there():
    assert vidgist.__all__ == sorted(vidgist.__all__)
    for name in vidgist.__all__:
        value = getattr(vidgist, name)
        assert not isinstance(value, types.ModuleType), name
        assert value.__doc__, name


def test_the_stage_that_writes_is_reached_without_an_import():
    assert run_python("import vidgist; print(vidgist.render.render.__name__)").stdout == "render\n"


def test_the_evaluation_is_reached_without_an_import():
    code = "import vidgist; print(vidgist.evaluation.evaluate.__name__, vidgist.datasets.Dataset)"
    assert run_python(code).stdout.startswith("evaluate <class")


def test_unknown_names_are_no_attributes():
    assert not hasattr(vidgist, "nonsense")
    assert "summarize" in dir(vidgist)


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)


def test_importing_costs_nothing_and_needs_no_torch():
    heavy = ["numpy", "scipy", "av", "onnxruntime", "h5py", "torch", "PIL"]
    loaded = run_python(f"import sys, vidgist; print([m for m in {heavy} if m in sys.modules])")
    assert loaded.stdout.strip() == "[]"
    loaded = run_python(
        "import sys, vidgist, vidgist.render\n"
        "[getattr(vidgist, n) for n in vidgist.__all__]\n"
        "print('torch' in sys.modules)"
    )
    assert loaded.stdout.strip() == "False"


def test_no_module_hides_a_public_name():
    # Importing a submodule sets an attribute of the package: none may be called like a function.
    result = run_python(
        "import importlib, pkgutil, types, vidgist\n"
        "for module in pkgutil.iter_modules(vidgist.__path__):\n"
        "    if module.name != '__main__':\n"
        "        importlib.import_module('vidgist.' + module.name)\n"
        "print([n for n in vidgist.__all__ if isinstance(getattr(vidgist, n), types.ModuleType)])"
    )
    assert result.stdout.strip() == "[]"
