# SPDX-License-Identifier: GPL-2.0-only
"""The guest's code, and where its built parts lie. It knows nothing of who runs them."""

from dataclasses import dataclass
from pathlib import Path

FIRMWARE_DIR = Path(__file__).resolve().parent
BUILD_DIR = FIRMWARE_DIR / "_build"
ROM = BUILD_DIR / "rom.bin"
MODULE_LIBRARY = BUILD_DIR / "module_lib.a"  # what a driver's module takes with it, as far as it needs it


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a kernel image was compiled for; it decides the layout of the allocators' structures."""

    debug_slab: bool = False
    zone_dma: bool = True

    def macros(self) -> list[str]:
        """Name the macros that the C sources find defined."""
        chosen = {"CONFIG_DEBUG_SLAB": self.debug_slab, "CONFIG_ZONE_DMA": self.zone_dma}
        return [name for name, value in chosen.items() if value]


CONFIGURATIONS = tuple(Configuration(debug, dma) for debug in (False, True) for dma in (True, False))


def kernel_name(config: Configuration) -> str:
    """Name a configuration's kernel: `kernel`, `kernel-debug_slab`, `kernel-no_zone_dma`, ..."""
    return "kernel" + "-debug_slab" * config.debug_slab + "-no_zone_dma" * (not config.zone_dma)


def kernel_path(config: Configuration) -> Path:
    """Give the path of a configuration's kernel ELF."""
    return BUILD_DIR / f"{kernel_name(config)}.elf"
