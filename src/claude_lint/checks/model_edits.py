"""How a model is replaced where it stands, and where that is left to who knows the code."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.repairs import delete_item, repair, replace_text
from claude_lint.claude.catalog.model_ids import judge
from claude_lint.claude.models import ModelUse
from claude_lint.findings import Safety
from claude_lint.python.syntax import access_path, string_value


def replacement(use: ModelUse, suggestion: str | None, safety: Safety, view: View) -> Repair | None:
    """Put another model in the place of one, or take it out of a list that would have it twice.

    That is only shown where other code would have to change with it.
    """
    if suggestion is None or use.is_librarys:
        return None
    if would_double(use, suggestion, view):
        fix = repair(view, "Delete it", Safety.UNSAFE, delete_item(use.origin))
    else:
        edits = replace_text(use.origin, use.prefix + suggestion)
        fix = Repair(f"Replace with `{suggestion}`", safety, edits)
    if fix and (_is_half_of_a_pair(use) or _is_one_of_a_register(use, suggestion, view)):
        return replace(fix, safety=Safety.DISPLAY)
    return fix


def _is_half_of_a_pair(use: ModelUse) -> bool:
    """Tell whether the file compares with this model, or is a test, which expects it elsewhere."""
    source = use.origin.module.source
    if source.is_test and not use.is_sent:
        return True
    literal = rf"""["']{re.escape(use.prefix + use.text)}["']"""
    compared = rf"[!=]=\s*{literal}|{literal}\s*[!=]="
    return re.search(compared, source.text) is not None


def _is_one_of_a_register(use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether calls like the one that is given the model are given others for it as well."""
    module = use.origin.module
    argument = module.parents.get(use.origin.node)
    call = module.parents.get(argument) if isinstance(argument, cst.Arg) else None
    if use.is_sent or not isinstance(call, cst.Call):
        return False
    called = access_path(call.func)
    return called is not None and any(
        access_path(other.func) == called
        and any(_is_another_for(arg.value, use, suggestion, view) for arg in other.args)
        for other in list(module.calls)
    )


def would_double(use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether its list or set has a model's replacement, or gets it for one before it."""
    element = view.module.parents.get(use.origin.node)
    listed = view.module.parents.get(element) if element is not None else None
    if not isinstance(element, cst.Element) or not isinstance(listed, (cst.List, cst.Set)):
        return False
    elements = list(listed.elements)
    place = elements.index(element)
    return any(
        string_value(one.value) == use.prefix + suggestion
        or (number < place and _leads_to(one.value, use, suggestion, view))
        for number, one in enumerate(elements)
        if number != place
    )


def _is_another_for(node: cst.CSTNode, use: ModelUse, suggestion: str, view: View) -> bool:
    text = string_value(node)
    return text != use.prefix + use.text and (
        text == use.prefix + suggestion or _leads_to(node, use, suggestion, view)
    )


def _leads_to(node: cst.CSTNode, use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether a literal is a model with the same replacement."""
    text = string_value(node)
    if not isinstance(text, str) or not text.startswith(use.prefix):
        return False
    text = text.removeprefix(use.prefix)
    return judge(view.catalog, text, use.platform, view.as_of).suggestion == suggestion
