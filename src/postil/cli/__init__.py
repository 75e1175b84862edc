"""The command line: one module for each command, found by walking this package.

A command's module is imported when it is run (or when help is asked for) and imports what it needs when it runs, so that starting
costs no more than click.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence

import click

from postil.cli._command import TASKS, CorpusCommand
from postil.registry import module, names
from postil.signals import end_in_order


class _Commands(click.Group):
    """Commands as modules of this package; a trailing underscore keeps a name from being a keyword."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name.replace("_", "-") for name in names(__name__)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = module(__name__, name.replace("-", "_")).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        by_task: dict[str, list[tuple[str, str]]] = {task: [] for task in TASKS}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if isinstance(command, CorpusCommand | click.Group):
                by_task[getattr(command, "task", TASKS[-1])].append((name, command.get_short_help_str(limit=90)))
        for task, rows in by_task.items():
            if rows:
                with formatter.section(task):
                    formatter.write_dl(rows)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="postil COMMAND --help says more of each.",
)
@click.version_option(package_name="postil", message="postil %(version)s")
@click.option("-C", "directory", default=".", metavar="DIR", help="Run as if started in DIR.")
@click.pass_context
def postil(ctx: click.Context, directory: str) -> None:
    """Annotated text, kept like code: a corpus is a git repository, and this is the tool around it."""
    ctx.obj = directory


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done and clean, 1 findings, 2 it could not run."""
    from postil.errors import PostilError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        end_in_order()
        status = postil.main(argv if argv is None else list(argv), prog_name="postil", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit:  # click's answer to a closed pipe
        return 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("postil: interrupted", err=True)
        return 130
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.close()
        return 0
    except PostilError as error:
        click.echo(f"postil: {error}", err=True)
        return 2
    except OSError as error:
        click.echo(f"postil: {error.filename or 'the system'}: {error.strerror or error}", err=True)
        return 2
    return status if isinstance(status, int) else 0
