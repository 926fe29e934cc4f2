"""Where nodes stand: positions of one unit from one pass of code generation, when asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst
from libcst.metadata.position_provider import PositionProvidingCodegenState

from claude_lint.findings import Span
from claude_lint.python.module import Module, Unit


@dataclass
class _Positions:
    """What the code generator of LibCST writes positions into."""

    _computed: dict[cst.CSTNode, object] = field(default_factory=dict)


def span(module: Module, node: cst.CSTNode) -> Span:
    """Return where a node stands in the module's text, without its layout and parentheses."""
    unit = module.unit(node)
    if unit is None:
        raise LookupError("the node was not parsed in this module")
    if unit.positions is None:
        unit.positions = _positions(unit)
    line, column, end_line, end_column = unit.positions[node]
    offset = unit.line_offset
    return Span(line + offset, column + 1, end_line + offset, end_column + 1)


def _positions(unit: Unit) -> dict[cst.CSTNode, tuple[int, int, int, int]]:
    assert unit.root is not None
    provider = _Positions()
    state = PositionProvidingCodegenState(
        default_indent=unit.root.default_indent,
        default_newline=unit.root.default_newline,
        provider=provider,  # type: ignore[arg-type]
    )
    unit.root._codegen(state)
    found: dict[cst.CSTNode, tuple[int, int, int, int]] = {}
    for node, place in provider._computed.items():
        start, end = place.start, place.end  # type: ignore[attr-defined]
        found[node] = (start.line, start.column, end.line, end.column)
    return found
