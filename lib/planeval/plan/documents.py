"""Reading a params file strictly: every fault at once, with its file and line, in Chinese.

YAML is read with a small set of scalar kinds (true/false, null, decimal numbers; everything else is
text), so that `no`, `012`, `12:30` and dates stay what was written. Duplicate keys, tags, anchors and
references are refused: one line says one thing, and no file can say more than it shows.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from planeval.problems import InputError, Problem

Place = tuple[Hashable, ...]
_LIMIT_BYTES = 2_000_000
_DEEPEST = 20


@dataclass(frozen=True)
class Document:
    """A params file: its name as shown, its content, and the line (from 1) of each key and item."""

    shown: str
    content: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that stands in the file."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def fault(
        self, place: Place, rule: str, message: str, *, value: str = "", expected: str = "", remedy: str = ""
    ) -> Problem:
        """A Problem at the line of a place."""
        return Problem(self.shown, "", f"第 {self.line(place)} 行", message, value, expected, remedy, rule)


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader that resolves only true/false, null and decimal numbers, and notes where the forbidden stands."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.forbidden: list[tuple[int, str, str]] = []

    def fetch_tag(self) -> None:
        self._note("!", "YAML 标签")
        super().fetch_tag()

    def fetch_anchor(self) -> None:
        self._note("&", "YAML 锚点")
        super().fetch_anchor()

    def fetch_alias(self) -> None:
        self._note("*", "YAML 引用")
        super().fetch_alias()

    def fetch_directive(self) -> None:
        self._note("%", "YAML 指令")
        super().fetch_directive()

    def _note(self, sign: str, name: str) -> None:
        self.forbidden.append((self.get_mark().index, sign, name))


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]+$", "-0123456789"),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_document(path: Path, shown: str) -> Document:
    """The content of a YAML file with the lines of its entries; `shown` is its name in messages.

    Raises InputError: file missing, not UTF-8, not YAML, duplicate keys, tags or references, nested
    more than 20 deep, more than 2 MB.
    """
    return _Reading(_read_text(path, shown), shown).document()


def _read_text(path: Path, shown: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        problem = Problem(shown, rule="missing_file", message="文件不存在", remedy=_nearest_file(path))
        raise InputError([problem]) from error
    except OSError as error:
        problem = Problem(
            shown, rule="unreadable_file", message="文件读不出来", remedy="检查它是不是文件、有没有读取权限"
        )
        raise InputError([problem]) from error
    if len(raw) > _LIMIT_BYTES:
        raise InputError([Problem(shown, rule="size", message="参数文件超过 2 MB", remedy="拆分或删去多余内容")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError([Problem(
            shown, cell=f"第 {line} 行", rule="encoding", message="不是 UTF-8 编码", expected="UTF-8",
            remedy="用编辑器另存为 UTF-8 编码",
        )]) from error  # fmt: skip


def _nearest_file(path: Path) -> str:
    names = sorted(sibling.name for sibling in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    if close:
        return f"是不是“{close[0]}”"
    return f"现有文件：{'、'.join(names)}" if names else "先建立这个文件"


def _hidden(text: str) -> str:
    """The first control, bidi or zero-width character of a text, '' when there is none; a line end or tab is none."""
    if text.isprintable():
        return ""
    kinds = ("Cc", "Cf", "Cs")
    return next((char for char in text if char not in "\n\t" and unicodedata.category(char) in kinds), "")


class _Reading:
    """One text on its way to a Document: gathers lines and faults."""

    def __init__(self, text: str, shown: str) -> None:
        self.text = text
        self.shown = shown
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Place, int] = {(): 1}
        self.problems: list[Problem] = []

    def document(self) -> Document:
        node = self.compose()
        content = None if node is None else self.construct(node, ())
        if self.problems:
            raise InputError(self.problems)
        return Document(self.shown, content, self.lines)

    def compose(self) -> yaml.Node | None:
        """The text's tree. Raises InputError when it has none, or one that must not be followed."""
        try:
            loader = _PlainLoader(self.text)
        except yaml.reader.ReaderError as error:
            self.fault(error.position, "yaml", "有不能出现的控制字符", "删去这个字符")
            raise InputError(self.problems) from error
        try:
            node: yaml.Node | None = loader.get_single_node()
        except RecursionError:
            self.fault(loader.get_mark().index, "yaml", f"嵌套超过 {_DEEPEST} 层", "减少嵌套")
        except yaml.MarkedYAMLError as error:
            self.note_forbidden(loader)
            if not self.problems:
                mark = error.problem_mark or error.context_mark
                remedy = "检查这一行的缩进、冒号和引号；以特殊符号开头的文字要加引号"
                self.fault(mark.index if mark else 0, "yaml", "不是合法的 YAML", remedy)
        else:
            self.note_forbidden(loader)
        if self.problems:
            raise InputError(self.problems)
        return node

    def note_forbidden(self, loader: _PlainLoader) -> None:
        for index, sign, name in loader.forbidden:
            self.fault(
                index, "yaml_tag", f"参数文件里不能用{name}（{sign}）", f"删去；如果是文字，整段加引号：'{sign}…'"
            )

    def fault(self, index: int, rule: str, message: str, remedy: str, value: str = "", expected: str = "") -> None:
        cell = f"第 {self.line_at(index)} 行"
        self.problems.append(Problem(self.shown, "", cell, message, value, expected, remedy, rule))

    def line_at(self, index: int) -> int:
        """The line as an editor counts it; YAML itself would count other characters as line ends too."""
        return bisect_left(self.breaks, index) + 1

    def construct(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, self.line_at(node.start_mark.index))
        if len(place) > _DEEPEST:
            self.fault(node.start_mark.index, "yaml", f"嵌套超过 {_DEEPEST} 层", "减少嵌套")
            return None
        if isinstance(node, yaml.SequenceNode):
            return [self.construct(item, (*place, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self.construct_mapping(node, place)
        value = _PlainLoader("").construct_object(node)
        if isinstance(value, str) and (hidden := _hidden(value)):
            self.fault(
                node.start_mark.index, "hidden", f"含有看不见的字符（U+{ord(hidden):04X}）", "删去，只留看得见的文字"
            )
        return value

    def construct_mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            index = key_node.start_mark.index
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(index, "yaml", "键应是一个词，不能是列表或键值", "检查冒号和括号")
                continue
            key = str(key_node.value)
            if key in content:
                expected = f"每个键只出现一次（第 {self.lines[(*place, key)]} 行已有）"
                self.fault(index, "duplicate_key", "同一层里键重复", "删去其中一个", key, expected)
                continue
            self.lines[(*place, key)] = self.line_at(index)
            content[key] = self.construct(value_node, (*place, key))
        return content
