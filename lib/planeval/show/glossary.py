"""用词: the words the pages use for one thing each, so that two pages never name it differently."""

from __future__ import annotations

from planeval.review import Review
from planeval.show.html import Fragment, definition_list

_WORDS = (
    ("完成", "任务节点按要求做完，由责任单位报送。在时限以内为按期完成，过后补做为逾期完成。"),
    ("办结", "督办事项、服务事项办完，由承办单位反馈。督办在时限以内为按期办结，过后为逾期补办。"),
    ("销号", "工作专班核验以后，督办事项结案。办结而没有核验的还没有销号。"),
    ("未报送", "该报而没有收到，情况不得而知；不等于零，也不等于没有完成。"),
    ("未到期", "时限在本季末以后，现在不作判断。"),
    ("没有计入", "报送中有错误的行或文件，退回更正，不进任何合计。"),
    ("更正和补报", "单位后来的报送改变以前的数；以前的评估仍按当时所知，改动列在“修订”。"),
    ("口径", "一个数怎样数出来。方案没有写明的，由评估人员决定，与方案原文分开列。"),
    ("应达比例", "到本季末应当完成目标的多少：有节点的按到期节点，没有的按序时进度。"),
    ("进度灯、展望灯、证据灯", "分别看现在到了哪里、到期能否达到、数有多可信；各自判断，不合并成一个。"),
)


def glossary(review: Review) -> Fragment:
    """The words and what each means, the same for every plan."""
    return definition_list(_WORDS)
