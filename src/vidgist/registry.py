"""Plug-in registries: records by name, declared in modules of ours and by other packages.

A registry holds one family of things that users choose by name: criteria, rules of selection,
outputs, methods that learn, tables of the paper, backbones.  A module of the registry's package
declares its record under the registry's attribute; another package names its record in the
registry's group of entry points::

    [project.entry-points."vidgist.criteria"]
    brightness = "my_package.brightness:CRITERION"

No other change is needed: help, JSON and pages read the registry.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
import warnings
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from vidgist.errors import VidgistWarning, first_line, unknown_value


class Named(Protocol):
    """A record of a registry: it has a name."""

    @property
    def name(self) -> str: ...  # noqa: D102


R = TypeVar("R", bound=Named)


class Registry(Mapping[str, R], Generic[R]):
    """Records by name: those of vidgist first, then those of other packages.

    A hyphen may be written for an underscore.

    Records with an attribute ``order`` come in that order, the others after them by the names of
    their modules.  Modules are imported when the registry is first read.

    Args:
        argument: name of the argument that chooses a record, such as ``"criteria"``; errors begin
            with it.
        group: of the entry points, such as ``"vidgist.criteria"``.
        package: whose modules are searched, by its dotted name.
        attribute: under which a module declares a record, or a tuple of records.
    """

    def __init__(self, argument: str, *, group: str, package: str, attribute: str) -> None:
        self._argument = argument
        self._group = group
        self._package = package
        self._attribute = attribute

    @cached_property
    def _own_records(self) -> Mapping[str, R]:
        records: dict[str, R] = {}
        for record in sorted(self._own(), key=lambda r: getattr(r, "order", math.inf)):
            if record.name in records:
                raise AssertionError(f"{self._package}: two records are called {record.name}")
            records[record.name] = record
        return records

    @cached_property
    def _records(self) -> Mapping[str, R]:
        records = dict(self._own_records)
        for point in sorted(entry_points(group=self._group), key=lambda p: p.name):
            for record in self._from_plugin(point):
                if record.name in records:
                    _warn(point, f"the name '{record.name}' is taken")
                else:
                    records[record.name] = record
        return MappingProxyType(records)

    def _own(self) -> Iterator[R]:
        package = importlib.import_module(self._package)
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
            module = importlib.import_module(f"{self._package}.{info.name}")
            yield from _as_tuple(getattr(module, self._attribute, ()))

    def _from_plugin(self, point: EntryPoint) -> tuple[R, ...]:
        try:
            records = _as_tuple(point.load())
            assert all(isinstance(record.name, str) for record in records)
        except Exception as error:  # a broken plug-in must not stop vidgist
            _warn(point, f"cannot be loaded ({first_line(error)})")
            return ()
        return records

    def __getitem__(self, name: str) -> R:
        # Ours are known without the plug-ins, which may import the very module that asks.
        plain = name.replace("-", "_")
        for key in (name, plain):
            if key in self._own_records:
                return self._own_records[key]
        return self._records[name if name in self._records else plain]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def find(self, name: str) -> R:
        """Return the record of that name.

        Raises:
            SettingError: there is none; the message lists the known names and the nearest.
        """
        if name not in self:
            raise unknown_value(self._argument, name, self._records)
        return self[name]


def _as_tuple(declared: Any) -> tuple[Any, ...]:
    return tuple(declared) if isinstance(declared, (tuple, list)) else (declared,)


def _warn(point: EntryPoint, why: str) -> None:
    package = point.dist.name if point.dist is not None else point.value
    warnings.warn(
        f"plug-in '{point.name}' of the package {package} is left out: {why}",
        VidgistWarning,
        stacklevel=2,
    )
