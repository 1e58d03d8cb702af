"""A model's complaints in the words of the person who wrote the file: place, line, what was wanted, did-you-mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from planeval.plan.documents import Document, Place
from planeval.problems import InputError, Problem

Model = TypeVar("Model", bound=BaseModel)

_WORDING = {
    "missing": "缺少“{key}”",
    "extra_forbidden": "不认识的键“{key}”",
    "string_type": "应写成文字",
    "int_type": "应写成整数",
    "int_parsing": "应写成整数",
    "int_from_float": "应写成整数",
    "float_type": "应写成数字",
    "float_parsing": "应写成数字",
    "finite_number": "应写成数字",
    "bool_type": "应写成 true 或 false",
    "bool_parsing": "应写成 true 或 false",
    "list_type": "应写成列表",
    "tuple_type": "应写成列表",
    "dict_type": "应写成键值",
    "model_type": "应写成键值",
    "model_attributes_type": "应写成键值",
    "literal_error": "不在允许的取值之中",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "too_short": "至少要有一项",
    "greater_than": "数值太小",
    "greater_than_equal": "数值太小",
    "less_than": "数值太大",
    "less_than_equal": "数值太大",
    "string_pattern_mismatch": "写法不对",
}
_LIMITS = {"gt": "大于 {}", "ge": "不小于 {}", "lt": "小于 {}", "le": "不大于 {}"}
_PATTERNS = {
    r"^[a-z][a-z0-9_-]*$": "小写英文字母开头，只用小写字母、数字、下划线和连字符",
    r"^20[0-9]{2}Q[1-4]$": "季度，如 2026Q3",
    r"^[0-9a-f]{64}$": "64 位小写十六进制",
    r"^[0-9A-Za-z_\-]+$": "笔记本文件名，不带 .ipynb",
}


def validate(model: type[Model], document: Document) -> Model:
    """Build the pydantic model, or raise InputError with every fault at its line and a did-you-mean."""
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        raise InputError(explain(error, model, document)) from error


class Shape:
    """The type a value must have, ready to check one and to name the keys it knows."""

    def __init__(self, wanted: Any) -> None:
        self.wanted = wanted
        self.adapter: TypeAdapter[Any] = TypeAdapter(wanted)

    def validate(self, value: Any, place: Place, document: Document) -> Any:
        """The value as this type; `place` is where it stands. Raises InputError with every fault in it."""
        try:
            return self.adapter.validate_python(value)
        except ValidationError as error:
            raise InputError(explain(error, self.wanted, document, place, value)) from error


def explain(
    error: ValidationError, wanted: Any, document: Document, within: Place = (), value: Any = None
) -> Iterator[Problem]:
    """Every fault of a pydantic error as a Problem; `within` is where the validated `value` stands."""
    content = value if within else document.content
    faults = [(fault, _place_in(content, fault)) for fault in error.errors() if not _is_echo(fault)]
    words = {place for fault, place in faults if _is_word_of_choice(fault)}
    for fault, place in faults:
        if fault["type"] != "model_type" or place not in words:
            yield _problem(fault, place, wanted, document, within)


def _is_echo(fault: Any) -> bool:
    """Whether a fault only follows from another: the list is too short because its items have faults of their
    own; the keys are not the word (`none`) that might stand in their place.
    """
    given = fault["input"]
    if fault["type"] == "too_short":
        return isinstance(given, list) and len(given) >= fault["ctx"]["min_length"]
    return _is_word_of_choice(fault) and isinstance(given, dict)


def _place_in(content: Any, fault: Any) -> Place:
    """Where a fault stands in the file: pydantic's path without the steps that are only its own (union branches)."""
    place: list[Any] = []
    steps = list(fault["loc"])
    for number, step in enumerate(steps):
        is_last = number == len(steps) - 1
        if isinstance(content, dict) and step in content:
            content = content[step]
        elif isinstance(content, Sequence) and not isinstance(content, str) and isinstance(step, int):
            content = content[step]
        elif not (is_last and fault["type"] == "missing"):
            continue
        place.append(step)
    return tuple(place)


def _is_word_of_choice(fault: Any) -> bool:
    """Whether the fault belongs to a place that takes a plain word (`none`) or keys."""
    return fault["type"] == "literal_error" and str((fault["loc"] or ("",))[-1]).startswith("literal[")


def _problem(fault: Any, place: Place, wanted: Any, document: Document, within: Place) -> Problem:
    kind, key = fault["type"], str(place[-1]) if place else ""
    reason = str(fault.get("ctx", {}).get("error", "")) if kind == "value_error" else ""
    message = reason or _WORDING.get(kind, "写法不对").format(key=key)
    given = fault["input"]
    told = kind not in ("missing", "extra_forbidden") and isinstance(given, str | int | float | bool)
    remedy = _did_you_mean(key, wanted, place) if kind == "extra_forbidden" else ""
    return document.fault(
        (*within, *place), kind, f"{_said(within + place)}：{message}", value=str(given) if told else "",
        expected=_expected(fault), remedy=remedy or "按提示修改这一行",
    )  # fmt: skip


def _said(place: Place) -> str:
    """A place as words: `tasks 第2项 clause`."""
    return " ".join(f"第{step + 1}项" if isinstance(step, int) else str(step) for step in place) or "文件"


def _expected(fault: Any) -> str:
    context = fault.get("ctx", {})
    if "max_length" in context:
        return f"最多 {context['max_length']} 个字"
    if "pattern" in context:
        return _PATTERNS.get(context["pattern"], "")
    for name, wording in _LIMITS.items():
        if name in context:
            return wording.format(context[name])
    listed = str(context.get("expected", "")).replace("'", "").replace(" or ", "、").replace(", ", "、")
    return f"{listed}，或键值" if _is_word_of_choice(fault) else listed


def _did_you_mean(key: str, wanted: Any, place: Place) -> str:
    known = _known_keys(wanted, place)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"是不是“{close[0]}”" if close else f"这里可用的键：{'、'.join(known)}" if known else ""


def _known_keys(wanted: Any, place: Place) -> list[str]:
    """The keys known at the place of a fault, following the model through lists, dicts and unions."""
    current = _inner_model(wanted)
    for step in place[:-1]:
        if current is not None and step in _fields(current):
            current = _inner_model(_fields(current)[str(step)]) or current
    return list(_fields(current)) if current is not None else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _inner_model(argument))), None)
