"""What belongs to a machine or a person at it, and not into anything published: paths, names, keys.

`leaks` is pure: a file's name and bytes and what must not be in them. `refuse_machine_leaks` is what a publication
asks before it promotes anything; it never repeats what it found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from planeval.problems import InputError, Problem
from planeval.publish.file_views import View, views_of

HOME, PLACE, USER, HOST, KEY = "个人文件夹的路径", "本机的路径", "用户名", "主机名", "环境变量里的密钥"
TOKEN, PRIVATE_KEY, PASSWORD, FOREIGN_HOME = "访问令牌", "私钥", "网址里的密码", "某台电脑个人文件夹的路径"
NAMES = (USER, HOST)

SHORTEST_NAME, SHORTEST_CHINESE_NAME = 4, 3
SHORTEST_KEY, SHORTEST_PLAIN_KEY = 8, 16
_SHORTEST_PATH = 4
# Accounts and hosts that name nobody, and are words of other things.
NOBODY = frozenset(
    "admin administrator account alpine centos computer container debian default desktop docker fedora guest home host "
    "jovyan laptop local localdomain localhost machine main nobody none notebook office owner planeval public python "
    "root runner sandbox server service system temp test tester ubuntu user username users vagrant windows work "
    "workstation www-data".split()
)
_IN_WORD = re.compile(rb"[0-9A-Za-z_]")
_SEPARATORS = re.compile(r"[/\\]+")


@dataclass(frozen=True)
class Secret:
    """A text that must not be published. kind: one of the words above, which may be told; the text may not."""

    kind: str
    text: str = field(repr=False)

    @cached_property
    def signs(self) -> tuple[bytes, ...]:
        """How the text may be written: paths with either slash, letters but those of keys in any case."""
        texts = {self.text}
        if self.kind in (HOME, PLACE):
            texts |= {_SEPARATORS.sub("/", self.text), _SEPARATORS.sub(r"\\", self.text)}
        written = {text.encode("utf-8", "ignore") for text in texts}
        return tuple(sorted({text if self.kind == KEY else text.lower() for text in written}))


@dataclass(frozen=True, order=True)
class Leak:
    """A file that says what it must not. part: where inside, empty for its plain text; nothing of the text itself."""

    file: str
    kind: str
    part: str = ""


# Each shape begins with letters and looks back over them, not before them: only so are they searched for at once, in
# pages that carry a font.
_SHAPES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (PRIVATE_KEY, re.compile(rb"-----begin [a-z ]*private key-----")),
    (TOKEN, re.compile(rb"akia(?<![0-9a-z]akia)[0-9a-z]{16}(?![0-9a-z])")),
    (TOKEN, re.compile(rb"gh(?<![0-9a-z]gh)[pousr]_[0-9a-z]{36}")),
    (TOKEN, re.compile(rb"github_pat_[0-9a-z_]{22}")),
    (TOKEN, re.compile(rb"glpat-[0-9a-z_-]{20}")),
    (TOKEN, re.compile(rb"xox(?<![0-9a-z]xox)[abprs]-[0-9a-z-]{10}")),
    (TOKEN, re.compile(rb"eyj(?<![0-9a-z]eyj)[\w-]{10,}\.eyj[\w-]{10,}\.[\w-]{10,}")),
    (PASSWORD, re.compile(rb"://[^\s/:@\"'<>]{1,64}:[^\s/:@\"'<>]{3,64}@[0-9a-z]")),
    (FOREIGN_HOME, re.compile(rb"/home/(?<![\w.]/home/)[\w.\x80-\xff-]{1,64}/")),
    (FOREIGN_HOME, re.compile(rb"/users/(?<![\w.]/users/)[\w.\x80-\xff-]{1,64}/")),
    (FOREIGN_HOME, re.compile(rb":\\users\\(?<=[a-z]:\\users\\)[^\\\s]{1,64}\\")),
)


def leaks(name: str, content: bytes, secrets: Iterable[Secret]) -> tuple[Leak, ...]:
    """What a file holds that must not be published, in its name and in everything that can be read in it."""
    wanted = tuple(secrets)
    found: dict[Leak, None] = {}
    for view in (View("文件名", name.encode("utf-8", "replace")), *views_of(content)):
        lowered = view.content.lower()
        for secret in wanted:
            if (view.is_text or secret.kind not in NAMES) and _stands_in(secret, view.content, lowered):
                found[Leak(name, secret.kind, view.part)] = None
        if view.is_text:
            for kind, shape in _SHAPES:
                if shape.search(lowered):
                    found[Leak(name, kind, view.part)] = None
    return tuple(found)


def _stands_in(secret: Secret, content: bytes, lowered: bytes) -> bool:
    """Whether the text stands there as a word of its own, not inside a longer one."""
    text = content if secret.kind == KEY else lowered
    return any(_is_own_word(text, sign) for sign in secret.signs if sign in text)


def _is_own_word(text: bytes, sign: bytes) -> bool:
    chinese_name = sign[0] >= 0x80  # stands among other Chinese characters without a blank
    start = text.find(sign)
    while start >= 0:
        before, after = text[max(start - 1, 0) : start], text[start + len(sign) : start + len(sign) + 1]
        if chinese_name or not (_IN_WORD.match(before) or _IN_WORD.match(after)):
            return True
        start = text.find(sign, start + 1)
    return False


def is_telling_name(name: str) -> bool:
    """Whether a user or host name points to anybody: not a short one, not one that everybody has."""
    plain = name.strip().lower()
    shortest = SHORTEST_NAME if plain.isascii() else SHORTEST_CHINESE_NAME
    return len(plain) >= shortest and plain not in NOBODY and not plain.isdigit()


def is_telling_key(value: str) -> bool:
    """Whether a value can be a key: not a short one, not a word, a number, a switch or a path."""
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    shortest = SHORTEST_KEY if mixed or re.search(r"[^\w\s./:-]", value) else SHORTEST_PLAIN_KEY
    is_path = value.startswith(("/", "~", "./")) or re.match(r"[A-Za-z]:\\", value)
    return len(value.strip()) >= shortest and not is_path


def is_telling_path(path: str) -> bool:
    """Whether a path points to a place of this machine: not `/`, `/w` or a relative one."""
    parts = [part for part in _SEPARATORS.split(path) if part]
    is_absolute = path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[/\\]", path)
    return bool(is_absolute) and len(path) >= _SHORTEST_PATH and bool(parts) and parts != ["tmp"]


def scrubbed(text: str, secrets: Sequence[Secret]) -> str:
    """A text for a log, without what must not be told: each is replaced by its kind in angle brackets."""
    for secret in sorted(secrets, key=lambda secret: -len(secret.text)):
        edge = "" if secret.kind == KEY or not secret.text.isascii() else r"\b"
        start = "" if secret.kind in (HOME, PLACE) else edge
        flags = re.IGNORECASE if secret.kind in NAMES else 0
        text = re.sub(f"{start}{re.escape(secret.text)}{edge}", f"<{secret.kind}>", text, flags=flags)
    return text


def refuse_machine_leaks(
    files: Mapping[str, bytes], secrets: Sequence[Secret], filed: Callable[[], Iterable[tuple[str, bytes]]]
) -> None:
    """Raises InputError naming every file with a leak and the kind of it; nothing may be published then.

    filed: the inputs and the program's own text, read only when something was found: what units filed, and what is a
    word of the program, does not tell of the machine.
    """
    suspected = {name: content for name, content in files.items() if leaks(name, content, secrets)}
    if not suspected:
        return
    ours, kinds = _not_filed(secrets, tuple(filed()))
    found = [leak for name, content in suspected.items() for leak in leaks(name, content, ours) if leak.kind in kinds]
    if found:
        raise InputError(dict.fromkeys(map(_problem, found)))


def _not_filed(secrets: Sequence[Secret], inputs: Sequence[tuple[str, bytes]]) -> tuple[list[Secret], set[str]]:
    """The secrets that do not stand in the inputs, and the kinds that count; a key of this machine always does."""
    seen = {leak.kind for name, content in inputs for leak in leaks(name, content, ())}
    ours = [
        secret for secret in secrets
        if secret.kind == KEY
        or not any(leak.kind == secret.kind for name, content in inputs for leak in leaks(name, content, (secret,)))
    ]  # fmt: skip
    return ours, ({HOME, PLACE, USER, HOST, KEY} | {kind for kind, _ in _SHAPES}) - seen


def _problem(leak: Leak) -> Problem:
    place = f"（{leak.part}）" if leak.part else ""
    remedy = "查这一页的笔记本、标题和参数，去掉它"
    if leak.kind in NAMES:
        remedy += "；如果只是碰巧同名，换一个系统账户运行"
    elif leak.kind in (KEY, TOKEN, PRIVATE_KEY, PASSWORD):
        remedy += "；密钥、令牌写出来过就应当作废更换"
    return Problem(leak.file, rule="leak", message=f"含有{leak.kind}{place}，不能发布，内容不在这里重复", remedy=remedy)
