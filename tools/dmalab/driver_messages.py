# SPDX-License-Identifier: GPL-2.0-only
"""What a compiler or linker says of a driver, with a line of ours for what dmalab does not provide."""

import re
from pathlib import Path

_CALL = re.compile(
    r"^(?P<place>[^\n:]+:\d+)(?::\d+)?: error: (?:implicit declaration of function|call to undeclared function) "
    r"[\u2018'`](?P<name>\w+)['\u2019]",
    re.MULTILINE,
)
_HEADER = re.compile(
    r"^(?P<place>[^\n:]+:\d+)(?::\d+)?: fatal error: '?(?P<name>[\w./-]+\.h)'?(?:: No such file| file not found)",
    re.MULTILINE,
)
_GNU_LINK = re.compile(
    r"^(?:\S*ld: )?(?P<place>[^\n]+?): undefined reference to [`'\u2018](?P<name>\w+)['\u2019]", re.MULTILINE
)
_LLD_LINK = re.compile(
    r"undefined symbol: (?P<name>\w+)\n>>> referenced by (?:[^\s]+ \((?P<full>[^)]*:\d+)\)|(?P<place>[^\s]+))",
    re.MULTILINE,
)
_LINKS = (_GNU_LINK, _LLD_LINK)
_SECTION_OFFSET = re.compile(r":?\(\.[\w.]+\+0x[0-9a-f]+\)")

# Names that Linux had, or has since, and the APIs that give them.
_BY_VERSION = {
    "pci_set_dma_mask": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_set_mask()",
    "pci_set_consistent_dma_mask": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_set_coherent_mask()",
    "pci_alloc_consistent": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_alloc_coherent()",
    "pci_free_consistent": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_free_coherent()",
    "pci_map_single": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_map_single()",
    "pci_unmap_single": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_unmap_single()",
    "pci_dma_mapping_error": "up to 5.17: --kernel-api 5.15 or 2.6.24; since then dma_mapping_error()",
    "pcim_iomap_region": "since 6.11: --kernel-api 6.12",
    "pcim_request_region": "since 6.11: --kernel-api 6.12",
    "pcim_request_all_regions": "since 6.11: --kernel-api 6.12",
    "pcim_iomap_range": "since 6.11: --kernel-api 6.12",
    "pcim_intx": "since 6.11: --kernel-api 6.12",
    "min_heap_peek": "since 6.11: --kernel-api 6.12",
    "guard": "since 6.5: --kernel-api 6.6 or 6.12",
    "scoped_guard": "since 6.5: --kernel-api 6.6 or 6.12",
    "no_free_ptr": "since 6.5: --kernel-api 6.6 or 6.12",
    "return_ptr": "since 6.5: --kernel-api 6.6 or 6.12",
    "vm_flags_set": "since 6.3: --kernel-api 6.6 or 6.12; before, vma->vm_flags |= ...",
    "vm_flags_clear": "since 6.3: --kernel-api 6.6 or 6.12",
    "ioremap_nocache": "up to 5.5; since then ioremap()",
}

# What compilers call of themselves, and the flag that they were told it by.
_BY_FLAG = {
    "__stack_chk_fail": "-fstack-protector",
    "__fentry__": "-pg",
    "mcount": "-pg",
    "__tls_get_addr": "__thread",
    "__sanitizer_cov_trace_pc": "-fsanitize-coverage",
    "_GLOBAL_OFFSET_TABLE_": "-fPIC",
}


def explain(text: str, kernel_api: str | None = None) -> str:
    """Add a line for each function or header that is not provided, which says so; each name once."""
    lines, seen = [], set()
    for pattern in (_CALL, _GNU_LINK, _LLD_LINK, _HEADER):
        for found in pattern.finditer(text):
            name = found["name"]
            if name in seen:
                continue
            seen.add(name)
            place = _SECTION_OFFSET.sub("", found["place"] or found["full"])
            what = f"<{name}>" if pattern is _HEADER else _spelt(name, place)
            lines.append(f"{place}: {what} is not provided by dmalab{_hint(name, linked=pattern in _LINKS)}")
    return "\n".join([text, *lines])


def _spelt(name: str, place: str) -> str:
    """Name a function as one, and a variable as the source's line has it."""
    path, _, line = place.rpartition(":")
    try:
        used = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()[int(line) - 1]
    except (OSError, ValueError, IndexError):
        return f"{name}()"
    return name if name in used and not re.search(rf"\b{name}\s*\(", used) else f"{name}()"


def _hint(name: str, *, linked: bool) -> str:
    if name in _BY_VERSION:
        return f" in this kernel API ({_BY_VERSION[name]})"
    if name in _BY_FLAG:
        return f": leave {_BY_FLAG[name]} away"
    if linked:
        return ", nor is it in the driver's files (docs/linux-api.md lists what is provided)"
    return " (docs/linux-api.md lists what is)"
