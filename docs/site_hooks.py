"""What the site needs beyond MkDocs: pages from outside `docs/`, formulas, the help of commands.

Pages of `docs/` are written so that they also read well beside the code: links to the changelog,
to `research/` or to a source file lead out of `docs/`. On the site these are pages of their own, or
plain text where the target is no page. Formulas become MathML, which browsers show without scripts.
"""

from __future__ import annotations

import html
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "ARCHITECTURE.md": "architecture.md",
    **{
        path.relative_to(ROOT).as_posix(): path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "research").glob("*.md"))
    },
}
"""Path in the repository -> page of the site, of the pages outside `docs/`."""

_FENCE = re.compile(r"(^ *```.*?^ *```[^\n]*$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_MATH = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)
_DEFAULT = re.compile(r"\b(DEFAULT_[A-Z]+|SHIPPED)\b")
_SHORT_CODE = re.compile(r"<code>([^<\n]{1,30})</code>")
_HELP = "<!-- help of every command -->"
_PROTOCOLS = "<!-- every protocol -->"


def on_config(config: Any) -> Any:
    """List every page of `research/` in the navigation: others add some."""
    (project,) = (part["Project"] for part in config.nav if "Project" in part)
    (research,) = (part["Research"] for part in project if "Research" in part)
    research += [page for page in OUTSIDE.values() if "research/" in page and page not in research]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from outside `docs/`."""
    for source, page in OUTSIDE.items():
        files.append(
            File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8"))
        )
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Make links between files of the repository links between pages; fill in what code says."""
    if _HELP in markdown:
        markdown = markdown.replace(_HELP, "\n\n".join(_helps()))
    if page.file.src_uri.startswith("research/") or page.file.src_uri == "changelog.md":
        page.meta["search"] = {"boost": 0.1}  # the pages for users come first
    if _PROTOCOLS in markdown:
        markdown = markdown.replace(_PROTOCOLS, "\n".join(_protocols()))
    pages = {source: page for page, source in _sources(files).items()}
    here = _sources(files)[page.file.src_uri]

    def change(match: re.Match[str]) -> str:
        bang, text, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match.group()
        path, hash_, anchor = target.partition("#")
        source = posixpath.normpath(posixpath.join(posixpath.dirname(here), path))
        found = pages.get(source) or pages.get(source + "/README.md")
        if found is None and (ROOT / source).exists():
            return text  # code: no page of the site
        if found is None:
            return match.group()  # MkDocs says that it leads nowhere
        if re.fullmatch(r"[\w./-]+\.md", text):
            text = _title(source)
        relative = posixpath.relpath(found, posixpath.dirname(page.file.src_uri) or ".")
        return f"{bang}[{text}]({relative}{hash_}{anchor})"

    parts = _FENCE.split(_joined(markdown))
    return "".join(p if i % 2 else _LINK.sub(change, p) for i, p in enumerate(parts))


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Turn formulas into MathML, and names of defaults in signatures into their values.

    Short code is marked, so that no line breaks within the name of an option.
    """
    html = _SHORT_CODE.sub(r'<code class="short">\1</code>', html)
    if page.file.src_uri.startswith("reference/"):
        defaults = _defaults()
        html = _DEFAULT.sub(lambda match: defaults.get(match.group(), match.group()), html)
    return _MATH.sub(lambda match: _mathml(match.group(2), block=match.group(1) == "div"), html)


def _sources(files: Files) -> dict[str, str]:
    """Page of the site -> path in the repository."""
    outside = {page: source for source, page in OUTSIDE.items()}
    return {f.src_uri: outside.get(f.src_uri, f"docs/{f.src_uri}") for f in files}


def _joined(markdown: str) -> str:
    """Put links with code in their text, ``[`a`](b)``, out of the reach of the split at code."""
    return re.sub(r"\[`([^`\n]+)`\]\(", r"[<code>\1</code>](", markdown)


def _title(source: str) -> str:
    """Return the heading of a page, for links that are called by its file."""
    for line in (ROOT / source).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line[2:]
    return source


def _defaults() -> dict[str, str]:
    from vidgist import backbones, defaults
    from vidgist.scoring import bank, presets

    return {
        name: html.escape(repr(value), quote=False)
        for module in (defaults, backbones, bank, presets)
        for name, value in vars(module).items()
        if _DEFAULT.fullmatch(name) and isinstance(value, str | int | float)
    }


def _mathml(text: str, *, block: bool) -> str:
    from latex2mathml.converter import convert

    tex = html.unescape(text.strip())[2:-2].strip()
    return convert(tex, display="block" if block else "inline")


def _helps() -> list[str]:
    import click

    from vidgist.cli import COMMANDS, cli

    texts = []
    for name in COMMANDS:
        context = click.Context(cli, info_name="vidgist")
        command = cli.get_command(context, name)
        assert command is not None
        own = click.Context(command, info_name=name, parent=context, terminal_width=74)
        texts.append(f"## {name}\n\n{COMMANDS[name][1]}\n\n```text\n{command.get_help(own)}\n```")
    return texts


def _protocols() -> list[str]:
    from vidgist.evaluation import PROTOCOLS

    lines = ["| protocol | what is compared | whom it flatters | from |", "|---|---|---|---|"]
    for p in PROTOCOLS.values():
        names = ", ".join(f"`{name}`" for name in (p.name, *p.aliases))
        lines.append(f"| {names} | {p.about} | {p.flatters} | {p.source} |")
    return lines
