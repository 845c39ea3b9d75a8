"""Objects that a user names by ``module:name`` or ``path/to/file.py:name``."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def is_object_name(text: str) -> bool:
    """Return whether a text is written as ``module:name`` or ``file.py:name``.

    >>> is_object_name("my_package.looks:brightness"), is_object_name("brightness")
    (True, False)
    """
    module, _, name = text.rpartition(":")
    plain = all(part.isidentifier() for part in module.split("."))
    return name.isidentifier() and (plain or module.endswith(".py"))


def import_object(text: str) -> Any:
    """Import the object of a name; the module may also lie in the working directory.

    It runs code: only for names that the user gave, never for those in a file.

    Raises:
        Exception: what the module raises, or the module has no such object.
    """
    module, _, name = text.rpartition(":")
    if module.endswith(".py"):
        return getattr(_import_file(Path(module)), name)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last: a file here must not hide an installed module
    return getattr(importlib.import_module(module), name)


def _import_file(path: Path) -> Any:
    path = path.resolve(strict=True)
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    unique = f"_vidgist_{path.stem}_{digest}"
    if unique not in sys.modules:
        spec = importlib.util.spec_from_file_location(unique, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[unique] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[unique]
            raise
    return sys.modules[unique]
