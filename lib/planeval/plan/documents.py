"""Reading a params file strictly: every fault at once, with its file and line, in Chinese.

YAML is read with a small set of scalar kinds (true/false, null, decimal numbers; everything else is
text), so that `no`, `012`, `12:30` and dates stay what was written. Duplicate keys are refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from planeval.problems import InputError, Problem

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[Hashable, ...]
_LIMIT_BYTES = 2_000_000

_WORDING = {
    "missing": "缺少“{key}”",
    "extra_forbidden": "不认识的键“{key}”",
    "string_type": "应写成文字",
    "int_type": "应写成整数",
    "float_type": "应写成数字",
    "bool_type": "应写成 true 或 false",
    "list_type": "应写成列表",
    "dict_type": "应写成键值",
    "model_type": "应写成键值",
    "literal_error": "不在允许的取值之中",
    "string_too_short": "不能为空",
    "too_short": "至少要有一项",
    "greater_than": "数值太小",
    "greater_than_equal": "数值太小",
}


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader that resolves only true/false, null and decimal numbers."""


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_document(path: Path, shown: str) -> tuple[Any, dict[Place, int]]:
    """The content of a YAML file and the line (from 1) on which each key and item stands.

    `shown` is the file's name in messages. Raises InputError: file missing, not UTF-8, not YAML,
    duplicate keys, more than 2 MB.
    """
    text = _read_text(path, shown)
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            [
                Problem(
                    shown,
                    cell=f"第 {line} 行",
                    rule="yaml",
                    message=f"不是合法的 YAML：{error.problem}",
                    remedy="检查这一行的缩进、冒号和引号",
                )
            ]
        ) from error
    lines: dict[Place, int] = {(): 1}
    problems: list[Problem] = []
    content = None if node is None else _construct(node, (), lines, problems, shown)
    if problems:
        raise InputError(problems)
    return content, lines


def _read_text(path: Path, shown: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            [Problem(shown, rule="missing_file", message="文件不存在", remedy=_nearest_file(path))]
        ) from error
    if len(raw) > _LIMIT_BYTES:
        raise InputError([Problem(shown, rule="size", message="参数文件超过 2 MB", remedy="拆分或删去多余内容")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            [
                Problem(
                    shown,
                    rule="encoding",
                    message="不是 UTF-8 编码",
                    expected="UTF-8",
                    remedy="用编辑器另存为 UTF-8 编码",
                )
            ]
        ) from error


def _nearest_file(path: Path) -> str:
    names = sorted(sibling.name for sibling in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    if close:
        return f"是不是“{close[0]}”"
    return f"现有文件：{'、'.join(names)}" if names else "先建立这个文件"


def _construct(node: yaml.Node, place: Place, lines: dict[Place, int], problems: list[Problem], shown: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*place, index), lines, problems, shown) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(node, place, lines, problems, shown)
    loader = _PlainLoader("")
    if node.tag.startswith("!"):
        problems.append(
            Problem(
                shown,
                cell=f"第 {node.start_mark.line + 1} 行",
                rule="yaml_tag",
                value=node.tag,
                message="参数文件里不能有 YAML 标签",
                remedy="删去这个标签",
            )
        )
        return None
    return loader.construct_object(node)


def _construct_mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], problems: list[Problem], shown: str
) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in content:
            problems.append(
                Problem(
                    shown,
                    cell=f"第 {line} 行",
                    rule="duplicate_key",
                    value=key,
                    message="同一层里键重复",
                    expected=f"每个键只出现一次（第 {lines[(*place, key)]} 行已有）",
                    remedy="删去其中一个",
                )
            )
            continue
        lines[(*place, key)] = line
        content[key] = _construct(value_node, (*place, key), lines, problems, shown)
    return content


def validate(model: type[Model], content: Any, lines: dict[Place, int], shown: str) -> Model:
    """Build the pydantic model, or raise InputError with every fault at its line and a did-you-mean."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(explain(error, model, lines, shown)) from error


def explain(
    error: ValidationError,
    model: type[BaseModel] | None,
    lines: dict[Place, int],
    shown: str,
    within: Place = (),
) -> Iterator[Problem]:
    """Every fault of a pydantic error as a Problem; `within` is where the validated value stands."""
    for fault in error.errors():
        place: Place = (*within, *fault["loc"])
        kind = fault["type"]
        key = str(place[-1]) if place else ""
        reason = str(fault.get("ctx", {}).get("error", "")) if kind == "value_error" else ""
        message = reason or _WORDING.get(kind, fault["msg"]).format(key=key)
        given = fault["input"]
        value = str(given) if isinstance(given, str | int | float | bool) and kind != "missing" else ""
        yield Problem(
            shown,
            cell=f"第 {nearest_line(place, lines)} 行",
            rule=kind,
            message=f"{'.'.join(map(str, place)) or '文件'}：{message}",
            value=value if kind != "extra_forbidden" else "",
            expected=_expected(fault),
            remedy=_did_you_mean(kind, key, place, model) or "按提示修改这一行",
        )


def _expected(fault: Any) -> str:
    context = fault.get("ctx", {})
    for name in ("expected", "ge", "gt", "min_length"):
        if name in context:
            return str(context[name]).replace("'", "").replace(" or ", "、").replace(", ", "、")
    return ""


def _did_you_mean(kind: str, key: str, place: Place, model: type[BaseModel] | None) -> str:
    if kind != "extra_forbidden" or model is None:
        return ""
    known = _known_keys(model, place)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f"是不是“{close[0]}”" if close else f"这里可用的键：{'、'.join(known)}" if known else ""


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys the model knows at the place of a fault (following lists, dicts and unions)."""
    current: Any = model
    for step in place[:-1]:
        if isinstance(current, type) and issubclass(current, BaseModel) and step in current.model_fields:
            current = _inner_model(current.model_fields[str(step)].annotation)
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        inner = _inner_model(argument)
        if inner is not None:
            return inner
    return None


def nearest_line(place: Place, lines: dict[Place, int]) -> int:
    """The line of a place, or of the nearest thing around it that stands in the file."""
    while place not in lines:
        place = place[:-1]
    return lines[place]
