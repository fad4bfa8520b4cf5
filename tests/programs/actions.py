# SPDX-License-Identifier: GPL-2.0-only
"""The steps of a driver program, and each one's C. A step knows no rules: their order is not its affair."""

from dataclasses import dataclass, field

from tests.programs.model import Area, Mapping, Span

Lines = list[str]


def place(area: Area, start: int) -> str:
    """Give the pointer to a byte."""
    return f"{area.name} + {start}" if start else area.name


def bus(source: "Area | Mapping", offset: int) -> str:
    """Give the bus address of a byte of a mapping, or of memory that has one by itself."""
    name = f"{source.name}_bus"
    return f"{name} + {offset}" if offset else name


@dataclass
class Step:
    """One step. `marked` lines are those that a finding has to name."""

    def lines(self) -> Lines:
        """Write its C."""
        raise NotImplementedError

    def needs(self) -> Lines:
        """Declare its variables."""
        return []

    def cleanup(self) -> Lines:
        """Undo it, if it was done, where the program gives up."""
        return []


@dataclass
class Allocate(Step):
    """Take memory; `flags` are GFP flags."""

    area: Area
    flags: str

    def needs(self) -> Lines:
        name, lines = self.area.name, [f"u8 *{self.area.name} = NULL;"]
        if self.area.is_coherent:
            lines.append(f"dma_addr_t {name}_bus = 0;")
        if self.area.kind == "cache":
            lines.append(f"struct kmem_cache *{name}_cache = NULL;")
        if self.area.kind == "pool":
            lines.append(f"struct dma_pool *{name}_pool = NULL;")
        return lines

    def lines(self) -> Lines:
        name, size, flags = self.area.name, self.area.size, self.flags
        first: Lines = []
        call = {
            "kmalloc": f"kmalloc({size}, {flags})",
            "kzalloc": f"kzalloc({size}, {flags})",
            "kcalloc": f"kcalloc({self.area.detail}, {size // max(1, self.area.detail)}, {flags})",
            "devm": f"devm_kzalloc(c->dev, {size}, {flags})",
            "pages": f"(u8 *)__get_free_pages({flags}, {self.area.detail})",
            "alloc_pages": f"address_of(alloc_pages({flags}, {self.area.detail}))",
            "exact": f"alloc_pages_exact({size}, {flags})",
            "coherent": f"dma_alloc_coherent(c->dev, {size}, &{name}_bus, GFP_KERNEL)",
            "dmam": f"dmam_alloc_coherent(c->dev, {size}, &{name}_bus, GFP_KERNEL)",
            "cache": f"kmem_cache_alloc({name}_cache, {flags})",
            "pool": f"dma_pool_alloc({name}_pool, GFP_KERNEL, &{name}_bus)",
        }[self.area.kind]
        if self.area.kind == "cache":
            slab = "SLAB_CACHE_DMA" if "GFP_DMA" in flags else "0"
            first = [f'{name}_cache = kmem_cache_create("{name}", {size}, {self.area.detail}, {slab}, NULL);']
        if self.area.kind == "pool":
            first = [f'{name}_pool = dma_pool_create("{name}", c->dev, {size}, {self.area.detail}, 0);']
        if first:
            first += [f"if (!{first[0].split(' ')[0]})", "\tgive_up(c);"]
        return [*first, f"{name} = {call};", f"if (!{name})", "\tgive_up(c);"]

    def cleanup(self) -> Lines:
        return Free(self.area).guarded()


@dataclass
class Free(Step):
    """Give memory back."""

    area: Area
    size: int | None = None  # a wrong one

    def lines(self) -> Lines:
        name, size = self.area.name, self.area.size if self.size is None else self.size
        call = {
            "devm": f"devm_kfree(c->dev, {name})",
            "pages": f"free_pages((unsigned long){name}, {self.area.detail})",
            "alloc_pages": f"__free_pages(virt_to_page({name}), {self.area.detail})",
            "exact": f"free_pages_exact({name}, {size})",
            "coherent": f"dma_free_coherent(c->dev, {size}, {name}, {name}_bus)",
            "dmam": f"dmam_free_coherent(c->dev, {size}, {name}, {name}_bus)",
            "cache": f"kmem_cache_free({name}_cache, {name})",
            "pool": f"dma_pool_free({name}_pool, {name}, {name}_bus)",
        }.get(self.area.kind, f"kfree({name})")
        return [f"{call};", f"{name} = NULL;", *self._container()]

    def _container(self) -> Lines:
        name = self.area.name
        if self.area.kind == "cache":
            return [f"kmem_cache_destroy({name}_cache);", f"{name}_cache = NULL;"]
        if self.area.kind == "pool":
            return [f"dma_pool_destroy({name}_pool);", f"{name}_pool = NULL;"]
        return []

    def guarded(self) -> Lines:
        """Free what is there."""
        free, rest = self.lines(), self._container()
        lines = [f"if ({self.area.name})", f"\t{free[0]}"]
        return lines + ([f"if ({rest[1].split(' ')[0]})", f"\t{rest[0]}"] if rest else [])


def _call(mapping: Mapping, verb: str, how: str, *arguments: object) -> str:
    """Write a call that maps or unmaps."""
    ending, attrs = ("_attrs", ("DMA_ATTR_SKIP_CPU_SYNC",)) if mapping.skips else ("", ())
    return f"dma_{verb}_{how}{ending}(c->dev, {', '.join(map(str, (*arguments, *attrs)))})"


@dataclass
class Map(Step):
    """Map memory for the device, and look whether that failed."""

    mapping: Mapping
    checks: bool = True

    def needs(self) -> Lines:
        name, mapping = self.mapping.name, self.mapping
        if mapping.how == "sg":
            return [f"struct scatterlist {name}[{len(mapping.spans)}];", f"int {name}_n = 0;"]
        return [f"dma_addr_t {name}_bus = 0;", f"bool {name} = false;"]

    def lines(self) -> Lines:
        mapping, name = self.mapping, self.mapping.name
        if mapping.how == "sg":
            pieces = [
                f"sg_set_buf(&{name}[{index}], {place(area, start)}, {end - start});"
                for index, (area, start, end) in enumerate(mapping.spans)
            ]
            count = len(mapping.spans)
            call = f"{name}_n = {_call(mapping, 'map', 'sg', name, count, mapping.direction)};"
            return [f"sg_init_table({name}, {count});", *pieces, call, f"if (!{name}_n)", "\tgive_up(c);"]
        area, start, end = mapping.spans[0]
        where = place(area, start)
        if mapping.how == "page":
            where = f"virt_to_page({where}), offset_in_page({where})"
        call = _call(mapping, "map", mapping.how, where, end - start, mapping.direction)
        check = [f"if (dma_mapping_error(c->dev, {name}_bus))", "\tgive_up(c);"] if self.checks else []
        return [f"{name}_bus = {call};", *check, f"{name} = true;"]

    def cleanup(self) -> Lines:
        live = f"{self.mapping.name}_n" if self.mapping.how == "sg" else self.mapping.name
        return [f"if ({live})", f"\t{Unmap(self.mapping).lines()[0]}"]


@dataclass
class Unmap(Step):
    """Take a mapping down; what is not None is said wrongly."""

    mapping: Mapping
    size: int | None = None
    direction: str | None = None
    how: str | None = None

    def lines(self) -> Lines:
        mapping, name = self.mapping, self.mapping.name
        direction = self.direction or mapping.direction
        if mapping.how == "sg":
            count = len(mapping.spans) if self.size is None else self.size
            return [f"{_call(mapping, 'unmap', 'sg', name, count, direction)};", f"{name}_n = 0;"]
        size = mapping.length if self.size is None else self.size
        call = _call(mapping, "unmap", self.how or mapping.how, f"{name}_bus", size, direction)
        return [f"{call};", f"{name} = false;"]


@dataclass
class Sync(Step):
    """dma_sync_*(): hand a stretch over; a scatterlist all at once."""

    mapping: Mapping
    for_cpu: bool
    span: Span
    ranged: bool = False
    direction: str | None = None
    extra: int = 0  # bytes too many

    def lines(self) -> Lines:
        mapping, name = self.mapping, self.mapping.name
        whom = "cpu" if self.for_cpu else "device"
        direction = self.direction or mapping.direction
        if mapping.how == "sg":
            return [f"dma_sync_sg_for_{whom}(c->dev, {name}, {len(mapping.spans)}, {direction});"]
        offset, length = self.span.start - mapping.spans[0].start, self.span.length + self.extra
        if self.ranged:
            where = f"{name}_bus, {offset}, {length}"
            return [f"dma_sync_single_range_for_{whom}(c->dev, {where}, {direction});"]
        return [f"dma_sync_single_for_{whom}(c->dev, {bus(mapping, offset)}, {length}, {direction});"]


@dataclass
class Fill(Step):
    """Let the CPU write data that `seed` decides."""

    span: Span
    seed: int

    def lines(self) -> Lines:
        return [f"fill({place(self.span.area, self.span.start)}, {self.span.length}, {self.seed:#x});"]


@dataclass
class CopyBytes(Step):
    """Let the CPU copy from one place to another."""

    source: Span
    target: Span

    def lines(self) -> Lines:
        target, source = place(self.target.area, self.target.start), place(self.source.area, self.source.start)
        return [f"memcpy({target}, {source}, {self.source.length});"]


@dataclass
class Expect(Step):
    """Let the CPU read, and compare by CRC-32."""

    span: Span
    crc: int

    def lines(self) -> Lines:
        return [f"expect(c, {place(self.span.area, self.span.start)}, {self.span.length}, {self.crc:#010x});"]


@dataclass
class Source:
    """What a device is told to use: `length` bytes from `offset` of what is mapped or coherent; all of a list."""

    of: Area | Mapping
    offset: int
    length: int

    @property
    def is_list(self) -> bool:
        """Say whether it is a mapped scatterlist."""
        return isinstance(self.of, Mapping) and self.of.how == "sg"

    @property
    def pieces(self) -> int:
        """How many pieces it has at most."""
        return len(self.of.spans) if self.is_list and isinstance(self.of, Mapping) else 1

    def spans(self) -> list[Span]:
        """Give the bytes that it stands for."""
        if isinstance(self.of, Area):
            return [Span(self.of, self.offset, self.offset + self.length)]
        if self.is_list:
            return list(self.of.spans)
        area, start, _ = self.of.spans[0]
        return [Span(area, start + self.offset, start + self.offset + self.length)]


@dataclass
class Start(Step):
    """Let a part with a buffer of its own begin a transfer; a list is moved piece by piece, to the end."""

    source: Source
    to_memory: bool
    offset: int  # in the device
    wide: bool = False

    def _call(self, dma_addr: str, offset: str, length: str) -> str:
        ways = f"{str(self.to_memory).lower()}, {dma_addr}, {offset}, {length}, {str(self.wide).lower()}"
        return f"if (part_start(c->part, {ways}))"

    def lines(self) -> Lines:
        name = self.source.of.name
        if not self.source.is_list:
            call = self._call(bus(self.source.of, self.source.offset), hex(self.offset), str(self.source.length))
            return [call, "\tgive_up(c);"]
        call = self._call("sg_dma_address(sg)", "at", "sg_dma_len(sg)")
        return [
            f"at = {self.offset:#x};",
            f"for_each_sg({name}, sg, {name}_n, i) {{",
            f"\t{call}",
            "\t\tgive_up(c);",
            "\tif (part_finish(c->part))",
            "\t\tgive_up(c);",
            "\tat += sg_dma_len(sg);",
            "}",
        ]


@dataclass
class Copy(Step):
    """Let ring_nic begin to copy from pieces to pieces."""

    sources: list[Source]
    targets: list[Source]
    names: tuple[str, str] = field(default=("from", "to"))

    def lines(self) -> Lines:
        lines: Lines = []
        for name, pieces in zip(self.names, (self.sources, self.targets), strict=True):
            lines.append(f"n_{name} = 0;")
            for piece in pieces:
                lines += _add_piece(name, piece)
        return [*lines, "if (part_copy(c->part, from, n_from, to, n_to))", "\tgive_up(c);"]


def _add_piece(array: str, piece: Source) -> Lines:
    if piece.is_list:
        name = piece.of.name
        value = "(struct piece){ sg_dma_address(sg), sg_dma_len(sg) }"
        return [f"for_each_sg({name}, sg, {name}_n, i)", f"\t{array}[n_{array}++] = {value};"]
    value = f"(struct piece){{ {bus(piece.of, piece.offset)}, {piece.length} }}"
    return [f"{array}[n_{array}++] = {value};"]


@dataclass
class Finish(Step):
    """Wait for the end of the transfer under way."""

    def lines(self) -> Lines:
        return ["if (part_finish(c->part))", "\tgive_up(c);"]
