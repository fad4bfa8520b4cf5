# SPDX-License-Identifier: GPL-2.0-only
"""A run's result as JSON. docs/json.md describes it; what is changed there needs a new SCHEMA."""

import json
from dataclasses import asdict
from typing import Any

from dmalab.machine_spec import DEVICE_TYPES, MachineSpec
from dmalab.result import Result
from emulator.finding import Json
from pykernel.check.reach import ReachRow

SCHEMA = "dmalab.boot/1"
_OPTIONS = ("command_line", "iommu", "coherent", "uninitialized", "kasan", "heap_check")


def write(result: Result) -> str:
    """Give the JSON text: equal runs give equal bytes."""
    return json.dumps(document(result), indent=1, ensure_ascii=False) + "\n"


def document(result: Result) -> dict[str, Json]:
    """Give the JSON values, in the order of docs/json.md."""
    return {
        "schema": SCHEMA,
        "ok": result.exit_code == 0,
        "exit_code": result.exit_code,
        "scenario": result.scenario.name,
        "machine": machine_json(result.spec),
        "virtual_ns": result.now_ns,
        "log": result.console.splitlines(),
        "zones": [zone.as_dict() for zone in result.zones],
        "transfers": [transfer._asdict() | {"ok": transfer.is_ok} for transfer in result.transfers],
        "dropped_transfers": result.dropped_transfers,
        "reach": [_reach_row(row) for row in result.reach],
        "workload": result.workload,
        "checks": [check._asdict() for check in result.checks],
        "findings": [finding.to_json() for finding in result.findings],
        "dropped_findings": result.dropped_findings,
        "hidden_findings": result.hidden,
        "injected": result.injected,
        "stop": None if result.stop is None else result.stop._asdict(),
        "trace_sha256": result.trace_sha256,
    }


def machine_json(spec: MachineSpec) -> dict[str, Json]:
    """Give the machine, as every command's JSON has it."""
    return {
        "ram": spec.ram,
        "policy": spec.policy,
        "kernel": asdict(spec.kernel),
        **{name: getattr(spec, name) for name in _OPTIONS},
        "devices": [{"type": DEVICE_TYPES[type(device)], **device._asdict()} for device in spec.devices],
    }


def _reach_row(row: ReachRow) -> dict[str, Any]:
    return row.as_dict() | {"ok": row.is_ok}
