# SPDX-License-Identifier: GPL-2.0-only
"""A run's result as text: boot log, transfers, reach proof, picture of memory, findings, one closing line."""

from collections.abc import Iterator

from dmalab import picture
from dmalab.machine_spec import format_size
from dmalab.result import Result, Stop, Transfer
from dmalab.text import Style, count, table
from emulator.finding import Json
from pykernel.check.reach import ReachRow


def write(result: Result, style: Style) -> str:
    """Give the whole report."""
    parts = [result.console.rstrip("\n").split("\n")] if result.console else []
    if result.stop is not None:
        parts.append(stop_lines(result.stop, style))
    if result.transfers:
        parts.append([_title("transfers", style), *transfer_lines(result, style)])
    if result.reach:
        parts.append([_title("reach of the DMA caches", style), *_reach(result.reach, style)])
    if result.zones:
        parts.append([_title(f"memory, {format_size(result.spec.ram)}", style), *picture.draw(result.zones, style)])
    if result.checks:
        parts.append([_title("checks", style), *_checks(result, style)])
    if result.injected:
        words = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in result.injected.items())
        parts.append([_title("trouble on purpose", style), words])
    parts.append([*finding_lines(result, style), *_hidden(result)])
    parts.append([closing_line(result, style)])
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _title(text: str, style: Style) -> str:
    return style.paint(text, "bold")


def transfer_lines(result: Result, style: Style) -> list[str]:
    """List the transfers, one a line."""
    headers = (
        "time",
        "device",
        "direction",
        ">bus address",
        ">bytes",
        "memory",
        ">object",
        "zone",
        "mapping",
        "result",
    )
    rows = [
        (
            f"{each.now_ns / 1e9:.6f}",
            each.device,
            "from RAM" if each.to_device else "to RAM",
            f"{each.dma_addr:#x}",
            str(each.length),
            each.owner,
            ""
            if each.first is None
            else f"{each.first:#x}{f'+{each.phys - each.first:#x}' * (each.phys != each.first)}",
            each.zone or "",
            each.mapping or "none",
            _result_word(each),
        )
        for each in result.transfers
    ]
    head, *lines = table(headers, rows)
    colours = ["green" if each.is_ok else "red" for each in result.transfers]
    painted = [style.paint(line, colour) for line, colour in zip(lines, colours, strict=True)]
    more = [f"and {result.dropped_transfers} more, not shown"] if result.dropped_transfers else []
    return [style.paint(head, "dim"), *painted, *more]


def _result_word(transfer: Transfer) -> str:
    if transfer.outcome != "ok":
        return transfer.outcome
    if transfer.result is None:
        return "moved"
    return "ok" if transfer.result == 0 else f"error {-transfer.result}"


def _reach(rows: list[ReachRow], style: Style) -> list[str]:
    """One line a cache, one column a device."""
    devices = list(dict.fromkeys((row.device, row.reach) for row in rows))
    headers = (
        "cache",
        ">slabs",
        ">objects",
        ">highest byte",
        ">bound",
        *(f"{name} {reach:#x}" for name, reach in devices),
    )
    by_cache: dict[str, list[ReachRow]] = {}
    for row in rows:
        by_cache.setdefault(row.cache, []).append(row)
    shown = [group for group in by_cache.values() if group[0].slabs or not all(row.is_ok for row in group)]
    lines = [
        (
            group[0].cache,
            str(group[0].slabs),
            str(group[0].objects),
            "" if group[0].highest is None else f"{group[0].highest:#x}",
            "none" if group[0].bound is None else f"{group[0].bound:#x}",
            *(_verdict(row) for row in group),
        )
        for group in shown
    ]
    head, *body = table(headers, lines)
    colours = [() if all(row.is_ok for row in group) else ("red",) for group in shown]
    result = [style.paint(line, *colour) for line, colour in zip(body, colours, strict=True)]
    empty = len(by_cache) - len(shown)
    more = [f"{count(empty, 'cache')} without slabs: ok, what they will have is bounded"] if empty else []
    return [*([style.paint(head, "dim")] if shown else []), *result, *more]


def _verdict(row: ReachRow) -> str:
    if row.offender is not None:
        return f"BEYOND at {row.offender:#x}"
    return "ok" if row.is_ok else f"{row.verdict.upper()}{f': {row.doubt}' if row.doubt else ''}"


def _checks(result: Result, style: Style) -> list[str]:
    return [
        style.paint(f"{'ok' if check.ok else 'FAILED':6}  {check.sentence}", "green" if check.ok else "red")
        for check in result.checks
    ]


def finding_lines(result: Result, style: Style) -> Iterator[str]:
    """Write the findings, each with its details."""
    if not result.findings:
        yield _title("no findings", style)
        return
    yield _title(count(len(result.findings) + result.dropped_findings, "finding"), style)
    for finding in result.findings:
        yield style.paint(str(finding).split("\n")[0], "red")
        for name, value in finding.details.items():
            yield from _detail(name, value)
    if result.dropped_findings:
        yield f"and {result.dropped_findings} more, not shown"


def _hidden(result: Result) -> Iterator[str]:
    """Say how many findings were kept back, and by what."""
    for kind, number in result.hidden.get("ignored", {}).items():
        yield f"ignored by policy: {number} of {kind}"
    for rule in result.hidden.get("suppressed", []):
        words = ", ".join(f"{name} {value}" for name, value in rule.items() if name != "count")
        yield f"suppressed: {rule['count']} by {words or 'a rule for all'}"


def _detail(name: str, value: Json) -> Iterator[str]:
    """Write one detail of a finding: numbers in hex, lists and tables a line for each entry."""
    rows = value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        rows = [f"{key} {_hex(each)}" for key, each in value.items()]
    yield f"  {name.replace('_', ' ')}: {_hex(rows[0]) if rows else 'none'}"
    yield from (f"    {_hex(row)}" for row in rows[1:])


def _hex(value: Json) -> str:
    return hex(value) if isinstance(value, int) and value > 9 else str(value)


def stop_lines(stop: Stop, style: Style) -> list[str]:
    """Say why the machine could not go on: registers, backtrace, last events."""
    names = list(stop.registers.items())
    rows = [names[first : first + 3] for first in range(0, len(names), 3)]
    return [
        style.paint(f"the machine stopped: {stop.reason}", "red", "bold"),
        *("  ".join(f"{name.upper():>6} {value:016x}" for name, value in row) for row in rows),
        "backtrace:" if stop.backtrace else "no backtrace",
        *(f"  {line}" for line in stop.backtrace),
        "last events:",
        *(f"  {line}" for line in stop.last_events),
    ]


def closing_line(result: Result, style: Style) -> str:
    """Give the verdict in one line."""
    code = result.exit_code
    verdict = {0: style.paint("ok", "green", "bold"), 1: style.paint("FAILED", "red", "bold")}.get(
        code, style.paint("STOPPED", "red", "bold")
    )
    caches = {row.cache: row for row in result.reach}
    beyond = sum(not row.is_ok for row in result.reach)
    said = [
        count(len(result.transfers) + result.dropped_transfers, "transfer"),
        count(len(result.findings) + result.dropped_findings, "finding"),
    ]
    if result.reach:
        objects = sum(row.objects for row in caches.values())
        proof = f"{beyond} not proved" if beyond else "all within reach"
        said.append(f"{count(objects, 'object')} of {count(len(caches), 'DMA cache')} {proof}")
    said.append(f"{result.now_ns / 1e9:.6f} s")
    return f"{result.scenario.name}: {verdict}: {', '.join(said)}, trace {result.trace_sha256[:12]}"
