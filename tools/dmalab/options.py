# SPDX-License-Identifier: GPL-2.0-only
"""Options that several commands take, said once."""

from pathlib import Path
from typing import Annotated

import typer

MachineFile = Annotated[Path | None, typer.Option(metavar="FILE", help="A machine file (see dmalab machine --print).")]
RamSize = Annotated[str | None, typer.Option(metavar="SIZE", help="16M to 64G; goes before the machine file.")]
ScenarioName = Annotated[str, typer.Option("--scenario", metavar="NAME", help="One of those of dmalab scenarios.")]
