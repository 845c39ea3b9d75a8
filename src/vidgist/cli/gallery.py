"""``vidgist gallery DIR``: an index page over the results of several videos."""

from __future__ import annotations

from pathlib import Path

import click

from vidgist.cli.common import (
    Console,
    common_options,
    for_each,
    one_line,
    output_option,
    print_json,
)
from vidgist.errors import DataError, unreadable
from vidgist.render.document import read_document
from vidgist.render.gallery import find_results, page
from vidgist.system.files import whole_file


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@output_option("The page to write.  [default: DIR/index.html]")
@click.option("--title", help="Heading of the page.  [default: the folder's name]")
@click.option("--overwrite", is_flag=True, help="Replace a page that exists.")
@common_options
def gallery(
    folder: Path,
    output: Path | None,
    title: str | None,
    overwrite: bool,
    console: Console,
    as_json: bool,
) -> int:
    """Write an index page of all results in DIR and its subfolders.

    The page shows each video's cover, durations and links to its results. It is one file and needs
    no network; keep it beside the results.

    \b
    Examples:
      vidgist summarize *.mp4 -o gists/
      vidgist gallery gists/
      vidgist gallery gists/ -o gists/talks.html --title "Talks of 2026" --overwrite
    """
    output = folder / "index.html" if output is None else output
    documents = find_results(folder, unread=lambda error: console.error(str(unreadable(error))))
    results = [result for _, result in for_each(console, documents, read_document)]
    if not results:
        raise DataError(f"{folder}: none of its {len(documents)} results can be read")
    with whole_file(output, overwrite=overwrite) as partial:
        name = title if title is not None else folder.absolute().name or str(folder)
        text = page(results, folder=output.parent, title=name)
        partial.write_text(text, encoding="utf-8", newline="\n")
    if as_json:
        print_json(
            {
                "page": str(output),
                "results": [
                    {
                        "folder": str(result.folder),
                        "video": result.video,
                        "duration": result.duration,
                        "summary": result.summary_duration,
                    }
                    for result in results
                ],
            }
        )
    else:
        console.note(f"{one_line(output)}: {len(results)} of {len(documents)} results")
    return console.failed
