"""How a model is replaced where it stands, and where that is left to who knows the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from claude_lint.checks import Repair, View
from claude_lint.checks.code_edits import code_of
from claude_lint.checks.repairs import delete_item, repair, replace_text
from claude_lint.claude.catalog import Model, Platform
from claude_lint.claude.catalog.model_ids import judge
from claude_lint.claude.misnomers import OLD_MAX_TOKENS
from claude_lint.claude.model_roles import holder_name, says_model
from claude_lint.claude.models import ModelUse, uses_the_claude_api
from claude_lint.findings import Safety
from claude_lint.python.syntax import access_path, string_value
from claude_lint.python.values import Origin

_ELEMENTS = (cst.Element, cst.DictElement)
_LONGEST_LABEL = 60
_CHOICES = re.compile(r"\bchoices\s*=|\bChoice\s*\(")
# No model that is left takes part in these.
_TEXT_COMPLETIONS = frozenset({"complete", "completions.create"})


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
    if fix and (
        _is_half_of_a_pair(use, suggestion, view)
        or _is_one_of_a_register(use, suggestion, view)
        or (safety is Safety.UNSAFE and _is_labelled(use, view))
        or _is_for_text_completions(use)
        or _may_be_data(use)
    ):
        return replace(fix, safety=Safety.DISPLAY)
    return fix


def _is_for_text_completions(use: ModelUse) -> bool:
    if use.is_sent:
        return all(request.operation in _TEXT_COMPLETIONS for request in use.requests)
    return OLD_MAX_TOKENS in use.origin.module.lines


def _may_be_data(use: ModelUse) -> bool:
    """Tell whether nothing but the text itself says that it is a model to be used."""
    is_said = says_model(use.name) or uses_the_claude_api(use.origin.module)
    return use.role == "constant" and not is_said


def _is_half_of_a_pair(use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether code where the model is written or sent knows it by this name besides.

    It is compared with, or something stands under it and nothing under its replacement. A test
    expects it elsewhere.
    """
    module = use.origin.module
    if module.source.is_test and not use.is_sent:
        return True
    old, new = (rf"""["']{re.escape(use.prefix + one)}["']""" for one in (use.text, suggestion))
    compared = rf"[!=]=\s*{old}|{old}\s*[!=]="
    modules = {module, *(request.call.module for request in use.requests)}
    return any(
        re.search(compared, one.lines)
        or (re.search(rf"{old}\s*:", one.lines) and not re.search(rf"{new}\s*:", one.lines))
        for one in modules
    ) and not _is_sent_as_key(use, view)


def _is_sent_as_key(use: ModelUse, view: View) -> bool:
    """Tell whether the model is the key of a dict that is sent key by key, and changes there."""
    return any(
        isinstance(entry := use.origin.module.parents.get(node), cst.DictElement)
        and entry.key is node
        and string_value(node) == use.prefix + use.text
        for node in view.requests.by_model
    )


def _is_one_of_a_register(use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether models with the same replacement stand in rows, entries or calls alike."""
    alike = list(_in_rows_alike(use))
    if not use.is_sent or _is_of_an_object(use):
        alike += _in_entries_or_calls_alike(use)
    return any(_is_another_for(node, use, suggestion, view) for node in alike)


def _is_of_an_object(use: ModelUse) -> bool:
    """Tell whether an object of a class is made for the model, and none that itself is a client."""
    module = use.origin.module
    argument = module.parents.get(use.origin.node)
    call = module.parents.get(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call) or any(one.call.node is call for one in use.requests):
        return False
    path = access_path(call.func)
    return path is not None and path[-1].lstrip("_")[:1].isupper()


def _in_rows_alike(use: ModelUse) -> Iterator[cst.CSTNode]:
    """Yield what dicts that are listed with the model's have under the same key."""
    module = use.origin.module
    entry = module.parents.get(use.origin.node)
    row = module.parents.get(entry) if isinstance(entry, cst.DictElement) else None
    around = module.parents.get(row) if isinstance(row, cst.Dict) else None
    if not isinstance(entry, cst.DictElement) or not isinstance(around, _ELEMENTS):
        return
    listed = module.parents[around]
    assert isinstance(listed, (cst.List, cst.Tuple, cst.Set, cst.Dict))
    key = string_value(entry.key)
    for other in listed.elements:
        if isinstance(other, _ELEMENTS) and isinstance(other.value, cst.Dict):
            for one in other.value.elements:
                if isinstance(one, cst.DictElement) and string_value(one.key) == key:
                    yield one.value


def _in_entries_or_calls_alike(use: ModelUse) -> Iterator[cst.CSTNode]:
    """Yield the other values of the model's dict, or what calls like the model's are given."""
    module = use.origin.module
    around = module.parents.get(use.origin.node)
    if isinstance(around, cst.DictElement):
        table = module.parents[around]
        assert isinstance(table, cst.Dict)
        yield from (one.value for one in table.elements)
    elif isinstance(around, cst.Arg):
        call = module.parents[around]
        called = access_path(call.func) if isinstance(call, cst.Call) else None
        for other in list(module.calls):
            if called is not None and access_path(other.func) == called:
                yield from (arg.value for arg in other.args)


def _is_labelled(use: ModelUse, view: View) -> bool:
    """Tell whether the name of its constant, its key or a name beside it tells the version."""
    module = use.origin.module
    entry = module.parents.get(use.origin.node)
    labels: list[str | bytes | None] = [holder_name(module, use.origin.node)]
    if isinstance(entry, cst.DictElement) and entry.value is use.origin.node:
        row = module.parents[entry]
        assert isinstance(row, cst.Dict)
        labels = [string_value(entry.key)]
        if isinstance(module.parents.get(row), _ELEMENTS):
            labels += [string_value(one.value) for one in row.elements if one is not entry]
    names = {"claude", *(model.family for model in view.catalog.snapshots())}
    return any(
        isinstance(label, str)
        and len(label) <= _LONGEST_LABEL
        and re.search(r"\d", label) is not None
        and (re.search(r"\d[._]\d", label) or any(name in label.lower() for name in names))
        for label in labels
    )


def is_typed_in(use: ModelUse) -> bool:
    """Tell whether users type the model: it is one that a command line lets them choose."""
    module = use.origin.module
    calls = [one for one in module.ancestors(use.origin.node) if isinstance(one, cst.Call)]
    return any(_CHOICES.search(code_of(Origin(module, call))) for call in calls)


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
    """Tell whether a literal is another model with the same replacement, and not this one's."""
    text = string_value(node)
    if not isinstance(text, str) or text == use.prefix + use.text:
        return False
    if text == use.prefix + suggestion:
        return True
    # Each platform has a spelling of its own for the same model.
    models = [
        judge(view.catalog, one, Platform.UNKNOWN, view.as_of).model for one in (text, use.text)
    ]
    is_same = None not in models and len({_snapshot(model) for model in models if model}) == 1
    return not is_same and _leads_to(node, use, suggestion, view)


def _snapshot(model: Model) -> str:
    return model.alias_of or model.id


def _leads_to(node: cst.CSTNode, use: ModelUse, suggestion: str, view: View) -> bool:
    """Tell whether a literal is a model with the same replacement."""
    text = string_value(node)
    if not isinstance(text, str) or not text.startswith(use.prefix):
        return False
    text = text.removeprefix(use.prefix)
    return judge(view.catalog, text, use.platform, view.as_of).suggestion == suggestion
