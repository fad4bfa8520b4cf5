# SPDX-License-Identifier: GPL-2.0-only
"""The C source of a module that holds programs."""

from collections.abc import Sequence

from tests.programs.actions import Allocate, Copy, Map, Step

_ENTRIES = 15  # pieces that a ring of ring_nic holds
MARK = "/* BUG */"


def function(name: str, steps: Sequence[Step], marked: Step | None = None) -> str:
    """Write a program as a function. The first line of `marked` gets a mark."""
    done = [step for step in steps if isinstance(step, Allocate | Map)]
    lines = [line for step in done for line in step.needs()]
    if any(isinstance(step, Copy) for step in steps):
        lines += [f"struct piece from[{_ENTRIES}], to[{_ENTRIES}];", "unsigned int n_from, n_to;"]
    lines += ["struct scatterlist *sg __maybe_unused;", "int i __maybe_unused;", "u32 at __maybe_unused;"]
    body = []
    for step in steps:
        own = step.lines()
        if step is marked:
            own[0] += f" {MARK}"
        body += own
    ending = ["if (part_finish(c->part))", "\tc->wrong++;"]
    for step in reversed(done):
        ending += step.cleanup()
    text = "".join(f"\t{line}\n" for line in lines) + "\n" + "".join(f"\t{line}\n" for line in body)
    text += "out:\n" + "".join(f"\t{line}\n" for line in ending)
    return f"static int {name}(struct context *c)\n{{\n{text}\treturn 0;\n}}\n"


def module(device: str, functions: Sequence[tuple[str, str]]) -> str:
    """Write a whole source of (name, text) functions."""
    table = "".join(f'\t{{ "{name}", {name} }},\n' for name, _ in functions)
    texts = "\n".join(text for _, text in functions)
    return (
        "// SPDX-License-Identifier: GPL-2.0-only\n"
        f'#include "{device}.h"\n\n{texts}\n'
        f"const struct program programs[] = {{\n{table}}};\n"
        "const unsigned int nr_programs = ARRAY_SIZE(programs);\n"
    )
