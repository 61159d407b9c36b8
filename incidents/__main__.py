"""`python -m incidents`: without arguments a trial on this machine, with a command what an operator needs."""

from __future__ import annotations

import gc
import os
import resource
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger as GunicornLogger

from incidents.adapters import data_files
from incidents.adapters.log_lines import Lines, log_in_lines
from incidents.adapters.official_shapes import BadShapes
from incidents.app import create_app, directory_of
from incidents.cli.site import Wrong, asks_for_help, note_help, settings_of_site
from incidents.config import Settings
from incidents.core.help import BadDirectory
from incidents.core.retention import NotASchedule
from incidents.core.vocabulary import BadVocabulary

_COMMANDS = {
    "audit": "audit",
    "backup": "backup",
    "examples": "examples",
    "geocode": "geocode",
    "import": "batch:import_",
    "init": "setup",
    "keys": "keys",
    "mail": "tick",
    "members": "members",
    "mentions": "mentions",
    "migrate": "setup",
    "move": "backup",
    "places": "places",
    "protect": "protect",
    "release": "release",
    "restore": "backup",
    "retention": "retention",
    "roles": "setup",
    "scan": "scan",
    "seal": "sealed",
    "synthesise": "synthesise",
    "tick": "tick",
    "transliterate": "script",
    "unseal": "sealed",
}
"""The module of incidents.cli that each is in, and what it is called there if not the same."""
_WITHOUT_SITE = {
    "examples",
    "geocode",
    "import",
    "init",
    "mentions",
    "places",
    "protect",
    "release",
    "scan",
    "seal",
    "transliterate",
    "unseal",
}


class _Log(GunicornLogger):
    """gunicorn names the address of whoever sends a request that it cannot read: only level and place are kept."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines())


class _Server(BaseApplication):
    """gunicorn, set up here instead of by a file, with no log of who asked for what."""

    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        app = create_app(self._settings)
        # What is made here stays for good: the places alone are a million objects. Looking through all of them for
        # rubbish took 0.13 s, in the middle of every fifth page of the queue.
        gc.collect()
        gc.freeze()
        return app


def _run(settings: Settings, *, bind: str, workers: int, threads: int = 4, timeout: int = 30) -> None:
    try:
        data_files.shapes(settings.shapes)  # read here, once for all workers
    except BadShapes as wrong:
        raise Wrong(f"INCIDENTS_SHAPES cannot be used: {wrong}") from None
    directory_of(settings)  # a mistake in the operator's file is said here, before there are workers
    log_in_lines()
    # A process that dies leaves no picture of its memory behind, in which the last reports could still stand.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _Server(
        settings,
        {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            # Made once and then forked: workers share its memory, and one that is killed is replaced at once.
            "preload_app": True,
            "threads": threads,
            "timeout": timeout,
            "graceful_timeout": timeout,
            "accesslog": None,
            "loglevel": "error",
            "logger_class": _Log,
            "control_socket_disable": True,
            # Longer addresses and headers than any page of ours has are refused unread.
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            "umask": 0o007,  # a socket for the proxy's group, and for nobody else
        },
    ).run()


class _Commands(click.Group):
    """Loads a command when it is called for: a process that serves has nothing of the others in its memory."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        note_help(ctx, args)
        return super().parse_args(ctx, args)

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *_COMMANDS})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return super().get_command(context, name)
        module, _, called = _COMMANDS[name].partition(":")
        found = getattr(import_module(f"incidents.cli.{module}"), called or name)
        assert isinstance(found, click.Command)  # noqa: S101 (tells mypy what the table names)
        return found


@click.group(cls=_Commands, invoke_without_command=True)
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Where the trial listens.")
@click.pass_context
def cli(context: click.Context, bind: str) -> None:
    """Reports of hate crime, a desk to settle them, and figures that can be trusted.

    Without a command: try it. Makes a trial site in instance/, fills it with invented reports and serves it on
    this machine.
    """
    if context.invoked_subcommand is None:
        from incidents.cli.trial import make_trial_site

        settings = make_trial_site(Path(os.environ.get("INCIDENTS_INSTANCE", "instance")), bind, datetime.now(UTC))
        _run(settings, bind=bind, workers=2)
    elif context.invoked_subcommand not in _WITHOUT_SITE and not asks_for_help(context):
        context.obj = settings_of_site()


@cli.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="An address, or unix:/path/of/a/socket.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Of each worker.")
@click.option("--timeout", default=30, show_default=True, type=click.IntRange(5, 600), help="Seconds for an answer.")
@click.pass_obj
def serve(settings: Settings, bind: str, workers: int, threads: int, timeout: int) -> None:
    """Serve the site behind a proxy of yours. Nothing is logged but what goes wrong, without who asked for it."""
    _run(settings, bind=bind, workers=workers, threads=threads, timeout=timeout)


def main() -> None:
    try:
        cli(prog_name="python -m incidents")
    except BadVocabulary as error:
        raise SystemExit(f"The vocabulary cannot be used:\n{error}") from None
    except BadDirectory as error:
        raise SystemExit(f"The list of who can help cannot be used:\n{error}") from None
    except NotASchedule as error:
        raise SystemExit(f"INCIDENTS_KEEP_DAYS: {error}.") from None


if __name__ == "__main__":
    main()
