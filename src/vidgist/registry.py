"""Plug-in registries: records by name, declared in modules of ours and by other packages.

A registry holds one family of things that users choose by name: criteria, rules of selection,
outputs, methods that learn, tables of the paper, backbones.  A module of the registry's package
declares its record under the registry's attribute; another package names its record in the
registry's group of entry points::

    [project.entry-points."vidgist.criteria"]
    brightness = "my_package.brightness:CRITERION"

No other change is needed: help, JSON and pages read the registry.  A user may also name an object
where a name is asked for, as ``module:name`` or ``file.py:name``, or hand over a record or a
function in Python; see `Registry.resolve`.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from vidgist.errors import (
    SettingError,
    VidgistError,
    VidgistWarning,
    first_line,
    unknown_value,
)
from vidgist.imports import import_object, is_object_name


class Named(Protocol):
    """A record of a registry: it has a name."""

    @property
    def name(self) -> str: ...  # noqa: D102


R = TypeVar("R", bound=Named)
Result = TypeVar("Result")


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
        record: class of the records, for those that are no entry points.
        wrap: makes a record of a name and a function; None where a function is not enough.
    """

    def __init__(
        self,
        argument: str,
        *,
        group: str,
        package: str,
        attribute: str,
        record: type[R] | None = None,
        wrap: Callable[[str, Callable[..., Any]], R] | None = None,
    ) -> None:
        self._argument = argument
        self._record = record
        self._wrap = wrap
        self._added: dict[str, R] = {}
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
        if name in self._added:
            return self._added[name]
        return self._records[name if name in self._records else plain]

    def __iter__(self) -> Iterator[str]:
        yield from self._records
        yield from self._added

    def __len__(self) -> int:
        return len(self._records) + len(self._added)

    def find(self, name: str) -> R:
        """Return the record of that name.

        Raises:
            SettingError: there is none; the message lists the known names and the nearest.
        """
        if name not in self:
            raise unknown_value(self._argument, name, self._records)
        return self[name]

    def add(self, record: R) -> R:
        """Add a record for the rest of this process; a later one of its name replaces it.

        Raises:
            SettingError: the name is that of a record of vidgist or of an installed package.
        """
        if record.name in self._records:
            raise SettingError(
                f"{self._argument}: the name '{record.name}' is taken; choose another"
            )
        self._added[record.name] = record
        return record

    def resolve(self, value: str | R | Callable[..., Any]) -> R:
        """Return the record that a user means; one that is not known yet is added.

        Args:
            value: the name of a record; ``"module:name"`` or ``"file.py:name"`` of a record or a
                function, which is imported and keeps this text as its name; or a record or a
                function itself.

        Raises:
            SettingError: there is no such record, or it is of another kind, or cannot be imported.
        """
        if not isinstance(value, str):
            return self._adopt(value)
        if value in self or not is_object_name(value):
            return self.find(value)
        try:
            found = import_object(value)
        except Exception as error:
            raise SettingError(
                f"{self._argument}: '{value}' cannot be imported ({first_line(error)}); give a "
                "module or a file of Python and a name in it"
            ) from error
        return self._adopt(found, name=value)

    def _adopt(self, value: Any, *, name: str = "") -> R:
        known = [record for record in self.values() if record is value]
        if known:
            return known[0]
        if self._record is not None and isinstance(value, self._record):
            return self.add(dataclasses.replace(value, name=name) if name else value)  # type: ignore[type-var]
        if self._wrap is None or not callable(value) or isinstance(value, type):
            expected = "" if self._record is None else f" or a {self._record.__name__}"
            kind = f"a function{expected}" if self._wrap else f"a name{expected}"
            raise SettingError(
                f"{self._argument}: expected {kind}, got {name or type(value).__name__}"
            )
        plain = getattr(value, "__name__", "")
        return self.add(self._wrap(name or (plain if plain.isidentifier() else "function"), value))

    def call(self, name: str, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call a function of a record; what one of another package raises becomes one line.

        Raises:
            VidgistError: a function that is not of vidgist fails.
        """
        if name in self._own_records:
            return function(*arguments)
        try:
            return function(*arguments)
        except VidgistError:
            raise
        except Exception as error:
            raise VidgistError(
                f"{self._argument}: '{name}' fails ({type(error).__name__}: {first_line(error)}); "
                "fix it"
            ) from error


def _as_tuple(declared: Any) -> tuple[Any, ...]:
    return tuple(declared) if isinstance(declared, (tuple, list)) else (declared,)


def _warn(point: EntryPoint, why: str) -> None:
    package = point.dist.name if point.dist is not None else point.value
    warnings.warn(
        f"plug-in '{point.name}' of the package {package} is left out: {why}",
        VidgistWarning,
        stacklevel=2,
    )
