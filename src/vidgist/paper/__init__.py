"""Tables and figures of the paper, and some of our own: each in a module that declares ``TABLE``.

To add one, declare a `PaperTable` under the name ``TABLE`` in a module of this package, or in
another package that names it in the entry point group ``vidgist.tables``.
"""

from vidgist.paper.context import BenchmarkResult, Context, PaperTable
from vidgist.registry import Registry

__all__ = ["TABLES", "BenchmarkResult", "Context", "PaperTable"]

TABLES: Registry[PaperTable] = Registry(
    "benchmark", group="vidgist.tables", package="vidgist.paper", attribute="TABLE"
)
"""Name -> table or figure."""
