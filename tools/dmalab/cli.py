# SPDX-License-Identifier: GPL-2.0-only
"""The command `dmalab`: find the subcommand, import its module and no other, run it, give the exit code.

A command's module has one function `command`, annotated for typer, that returns the exit code: 0 all is well, 1 there
are findings or differences, 2 the input is wrong, 3 the machine stopped abnormally.
"""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from dmalab import __version__
from dmalab.exit_codes import BAD_INPUT, OK
from emulator.errors import ConfigError

# A run makes objects by the hundred thousand and hardly a cycle: looking for some as often as Python does by default
# would be a tenth of a boot.
_OBJECTS_PER_COLLECTION = 200_000

COMMANDS = {
    "boot": ("dmalab.boot", "boot the machine, run a scenario, prove the reach of every DMA cache"),
    "run": ("dmalab.run_command", "compile a driver, load it, use it, unload it, and say what was wrong"),
    "new": ("dmalab.new_command", "write a driver to begin with, its test, and a machine file"),
    "audit": ("dmalab.audit_command", "run a scenario, and examine all of the kernel's memory at every checkpoint"),
    "bugs": ("dmalab.bugs_command", "run the corpus of faulty drivers, and show what was seen, and by whom else"),
    "golden": ("dmalab.golden.command", "replay recordings of the real Linux 2.6.24 allocators, and compare"),
    "proc": ("dmalab.proc_command", "run a scenario, and print what /proc says of the guest's memory"),
    "explain": ("dmalab.explain_command", "say what a class of findings means, and how to mend it"),
    "machine": ("dmalab.machine_command", "print the default machine file, or check one"),
    "scenarios": ("dmalab.scenarios_command", "list the scenarios that ship with dmalab"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; without `argv`, that of this process, which then ends."""
    if argv is not None:
        return _run_line(list(argv))
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    code = _run_line(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # a whole machine is given back at once, not object by object: a twentieth of a boot


def _run_line(arguments: list[str]) -> int:
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except ConfigError as error:
        print(f"dmalab: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Whoever read us has gone (`dmalab boot | head`): say nothing, and keep Python from saying it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return 130


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_overview())
        return OK
    if arguments[0] == "--version":
        print(f"dmalab {__version__}")
        return OK
    name = arguments[0]
    if name not in COMMANDS:
        raise ConfigError(f"command: found {name!r}, expected one of {', '.join(COMMANDS)}")
    module_name, summary = COMMANDS[name]
    module = importlib.import_module(module_name)
    return _run(name, module.command, f"{summary[0].upper()}{summary[1:]}.", arguments[1:])


def _run(name: str, command: Callable[..., int], summary: str, arguments: list[str]) -> int:
    """Let typer read the arguments and call the command.

    typer's own way to run an application has opinions on errors, closed pipes and Ctrl-C; `main` has others.
    """
    import typer.main

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=summary)(command)
    prog = f"dmalab {name}"
    parser = typer.main.get_command(app)
    parser.context_settings["help_option_names"] = ["-h", "--help"]
    try:
        with parser.make_context(prog, arguments) as context:
            return int(parser.invoke(context))
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        complaint = " ".join(error.format_message().split()).rstrip(".")
        print(f"{prog}: {complaint} (see {prog} --help)", file=sys.stderr)
        return BAD_INPUT


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(["usage: dmalab COMMAND [options]", "", *lines, "", "dmalab COMMAND --help tells more."])
