"""Names that may mean the same: what is put beside what, and that a crowd of names does not become slow."""

from __future__ import annotations

import time

import pytest

from planeval.ledger.rules.names import alike, close_pairs, core_name

LEGAL = ("有限责任公司", "股份有限公司", "有限公司", "山西省", "山西", "晋城市", "晋城")


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("晋城市示例光电有限公司", "示例光电"),
        ("示例光电（山西）有限责任公司", "示例光电"),
        ("ＡＢ示例－光电 有限公司", "ab示例光电"),
        ("山西有限公司", "山西有限公司"),
    ],
)
def test_what_is_left_of_a_name(name: str, core: str) -> None:
    assert core_name(name, LEGAL) == core


@pytest.mark.parametrize(
    ("one", "other", "close"),
    [
        ("示例光电", "示例光电", True),
        ("示例半导体激光器", "示例半导体激光", True),
        ("示例半导体激光器", "示例半异体激光器", True),
        ("示例科技论坛03", "示例科技论坛03联合举办", True),
        ("示例企业001", "示例企业002", False),
        ("示例一厂机电设备", "示例二厂机电设备", False),
        ("光电", "机电", False),
        ("示例光电", "别家机械设备制造", False),
    ],
)
def test_which_names_are_close(one: str, other: str, close: bool) -> None:
    assert alike(one, other, 0.85) is alike(other, one, 0.85) is close


def test_the_lookup_finds_what_comparing_all_pairs_finds() -> None:
    cores = [
        f"示例{word}{end}"
        for word in ("光电器件", "光电仪器", "激光芯片", "智慧康养")
        for end in ("技术", "技木", "设备制造", "")
    ]
    wanted = {(i, j) for j in range(len(cores)) for i in range(j) if alike(cores[i], cores[j], 0.85)}
    assert set(close_pairs(cores, 0.85)) == wanted
    assert wanted


def test_many_names_stay_quick() -> None:
    """10 000 firms whose names share most of their words: seconds, not the 50 million comparisons of all pairs."""
    words = "光电机能数智云康芯材新星晨远达通华信联创"
    parts = [(number % 20, number // 20 % 20, number // 400 % 20, number // 8000 % 20) for number in range(10_000)]
    names = ["".join(words[place] for place in own) + "科技发展" for own in parts]
    begun = time.process_time()
    sum(1 for _ in close_pairs(names, 0.85))
    assert time.process_time() - begun < 20
