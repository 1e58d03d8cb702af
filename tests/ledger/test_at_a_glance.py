"""What is worked out for many texts in one go is what each of them gives alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planeval.ledger.parsing import Unreadable, parse_code, parse_text, reads_as_code, reads_as_text
from planeval.ledger.rules.names import core_name, core_names
from planeval.ledger.rules.values import normal_text, normal_texts

ODD = "\0 \u3000\u200b\u202e\t\nＡａ①ﬁǺ一二甲12<!&#_－（）晋城有限公司ßİ"
TEXTS = st.lists(st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=12), max_size=8)
DROP = ("有限公司", "晋城", "(", "")


@given(TEXTS)
def test_normal_forms(texts: list[str]) -> None:
    """A sign that parts texts, written in one of them, changes nothing."""
    assert normal_texts(texts) == [normal_text(text) for text in texts]


@given(TEXTS)
def test_cores_of_names(names: list[str]) -> None:
    """Words dropped from one name never reach into the next."""
    assert core_names(names, DROP) == [core_name(name, DROP) for name in names]


@given(st.lists(st.text(st.sampled_from("  <aB1\0\t中é＜!"), max_size=5), max_size=4))
def test_texts_that_mean_themselves(texts: list[str]) -> None:
    """Told at a glance only what the parser gives back as it stands."""
    for glance, parse in ((reads_as_text, parse_text), (reads_as_code, parse_code)):
        if glance(texts):
            assert [parse(text) for text in texts] == texts and all(texts)
        else:
            assert not texts or any(_differs(parse, text) for text in texts) or glance is reads_as_code


def _differs(parse: object, text: str) -> bool:
    try:
        return not text or parse(text) != text  # type: ignore[operator]
    except Unreadable:
        return True
