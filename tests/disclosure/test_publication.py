"""The last look before a public edition goes out: planted ways to a hidden number are refused, the real one passes."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from linked_cases import decided

from planeval.disclosure import disclose
from planeval.disclosure.public_places import HIDDEN, every_cell
from planeval.disclosure.public_system import PLACES as PLACES_DECIDED
from planeval.disclosure.public_system import RULE, TOTALS, WHOLE
from planeval.disclosure.publication import Print, audit_publication
from planeval.measures.place_contributions import REVENUE, place_tables
from planeval.periods import Period
from planeval.plan.disclosure_decisions import DisclosureRule, Dominance, PublicPlaces, PublicTotals
from planeval.problems import InputError
from planeval.publish.manifest import sha256
from planeval.publish.public_audit import refuse_recoverable
from planeval.publish.tables import csv_bytes, published_tables
from planeval.review import Review

PLACES = "tables/public_places.csv"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(demonstration: Review) -> Files:
    """The tables of the demonstration's public edition."""
    tables = published_tables(disclose(demonstration, "public"))
    return {f"tables/{name}.csv": csv_bytes(table) for name, table in tables.items()}


def rewritten(content: bytes, change: Callable[[dict[str, str]], None]) -> bytes:
    """A CSV file with every row changed."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        change(row)
        writer.writerow(row)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def stands(output: Path, review: str, period: str, files: Files) -> None:
    """Put an edition into an output folder, as if it had been published."""
    folder = output / review / "public"
    outputs = [{"path": name, "sha256": sha256(content)} for name, content in files.items()]
    run = {"plan": "jincheng", "document": "", "review": review, "as_known_on": "", "fingerprint": "", "pages": [],
           "edition": "public", "sample": True, "period": period, "outputs": outputs}  # fmt: skip
    for name, content in {**files, "run.json": json.dumps(run).encode(), "index.html": b""}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def telling(review: Review, table: str, industry: str, zone: str) -> Callable[[dict[str, str]], None]:
    """Print one hidden cell."""
    cells = every_cell(review).set_index(["table", "industry", "zone"])["value"]

    def change(row: dict[str, str]) -> None:
        if (row["table"], row["industry"], row["zone"]) == (table, industry, zone):
            assert row["state"] == HIDDEN
            row["value"] = f"{cells[table, industry, zone]:g}"

    return change


def refused(review: Review, files: Files, output: Path) -> str:
    with pytest.raises(InputError) as stopped:
        refuse_recoverable(review, "public", files, output)
    return str(stopped.value)


def test_the_demonstration_passes_beside_what_was_published_before(
    demonstration: Review, files: Files, tmp_path: Path
) -> None:
    refuse_recoverable(demonstration, "public", files, tmp_path)
    stands(tmp_path, "2026Q3", "2026Q3", files)  # the edition that is to be replaced
    before = {**files, PLACES: rewritten(files[PLACES], lambda row: None)}
    stands(tmp_path, "another", "2026Q3", before)
    refuse_recoverable(demonstration, "public", files, tmp_path)
    refuse_recoverable(demonstration, "internal", {}, tmp_path)


def test_one_more_number_beside_a_hidden_one_is_refused(demonstration: Review, files: Files, tmp_path: Path) -> None:
    """数字经济 in 主区 printed: its industry's total less it is 数字经济 in 金匠园区北区, which one firm dominates."""
    planted = rewritten(files[PLACES], telling(demonstration, "高新技术企业", "数字经济", "主区"))
    said = refused(demonstration, {**files, PLACES: planted}, tmp_path)
    for word in (
        "分产业分区域的高新技术企业",
        "“数字经济”行“金匠园区北区”列",
        "只能是 1",
        "规则要求",
        "上到 3",
        "去掉泄露它的那张表",
    ):
        assert word in said


def test_a_percentage_beside_a_hidden_number_is_refused(demonstration: Review, files: Files, tmp_path: Path) -> None:
    def share(row: dict[str, str]) -> None:
        if (row["table"], row["industry"], row["zone"]) == ("科技型中小企业", "文旅康养", "金匠园区北区"):
            row["share"] = "0.019"  # 1 of 54

    said = refused(demonstration, {**files, PLACES: rewritten(files[PLACES], share)}, tmp_path)
    assert "占全谷" in said and "“文旅康养”行“金匠园区北区”列" in said


def test_a_sentence_on_a_hidden_number_is_refused(demonstration: Review, files: Files, tmp_path: Path) -> None:
    for text in (
        "金匠园区北区的文旅康养企业中，科技型中小企业有 1 家。",
        "文旅康养在金匠园区北区的科技型中小企业占全谷的 1.9%。",
    ):
        page = f"<p>其他。</p><p>{text}</p>".encode()
        said = refused(demonstration, {**files, "12_public.html": page}, tmp_path)
        assert "12_public.html 的一句话" in said
    harmless = "<p>金匠园区北区有 23 家企业。</p><p>科技型中小企业共 54 家，主区和金匠园区北区都有。</p>".encode()
    refuse_recoverable(demonstration, "public", {**files, "12_public.html": harmless}, tmp_path)


def test_an_earlier_edition_that_tells_a_hidden_number_is_refused(
    demonstration: Review, files: Files, tmp_path: Path
) -> None:
    """The same quarter was published once before, with a cell that is hidden now."""
    told = rewritten(files[PLACES], telling(demonstration, "高新技术企业", "数字经济", "主区"))
    stands(tmp_path, "2026Q3-early", "2026Q3", {**files, PLACES: told})
    assert "以前的公开版 2026Q3-early/public" in refused(demonstration, files, tmp_path)
    (tmp_path / "2026Q3-early" / "public" / PLACES).write_bytes(files[PLACES])  # changed after publication
    assert "不能核验" in refused(demonstration, files, tmp_path)


def test_a_number_that_was_corrected_since_gives_nothing_away(
    demonstration: Review, files: Files, tmp_path: Path
) -> None:
    def other(row: dict[str, str]) -> None:
        if (row["table"], row["industry"], row["zone"]) == ("高新技术企业", "数字经济", "主区"):
            row["value"] = "3"  # 4 as known now

    stands(tmp_path, "2026Q3-early", "2026Q3", {**files, PLACES: rewritten(files[PLACES], other)})
    refuse_recoverable(demonstration, "public", files, tmp_path)


def test_the_quarters_of_a_window_give_the_last_one_away(demonstration: Review) -> None:
    """Revenue of four quarters is a public total; with three of them printed before, it tells the fourth."""
    rule = DisclosureRule(threshold=3, p_percent=15, dominance=Dominance(largest=5, percent=5), count_values=3,
                          amount_percent=15)  # fmt: skip
    everything = tuple(target.id for target in demonstration.plan.targets)
    strict = decided(decided(demonstration, RULE, rule), TOTALS, PublicTotals(targets=everything))
    strict = decided(strict, PLACES_DECIDED, PublicPlaces(tables=("revenue",)))
    revenue = demonstration.targets.set_index("target_id").loc["revenue"]
    now = Print("这一版", strict.period, {}, {str(revenue["name"]): float(revenue["value"])})
    before = []
    for quarter in ("2025Q4", "2026Q1", "2026Q2"):
        tables = place_tables(strict.ledger, strict.plan, strict.method, Period.parse(quarter))
        total = math.fsum(next(each for each in tables if each.kind == REVENUE).rows["amount"])
        cells = {("当季营业收入", WHOLE, WHOLE): (float(math.floor(total + 0.5)), None)}
        before.append(Print(f"{quarter}/public", Period.parse(quarter), cells, {}))
    assert audit_publication(strict, now, [], []) == ()
    whole, = (each for each in audit_publication(strict, now, [], before)
              if (each.need.address.row, each.need.address.column) == (WHOLE, WHOLE))  # fmt: skip
    assert whole.need.address.table == "分产业分区域的当季营业收入" and whole.high - whole.low < 110
    assert "指标完成情况" in whole.given_away_by and any("（2026Q2）" in each for each in whole.given_away_by)


def test_what_was_not_looked_at_is_not_published(demonstration: Review, files: Files, tmp_path: Path) -> None:
    assert "没有经过泄露核验" in refused(demonstration, {**files, "tables/extra.csv": b"x\n1\n"}, tmp_path)

    def alone(row: dict[str, str]) -> None:
        row["value"] = "" if row["target_id"] == "fund" else row["value"]

    targets = rewritten(files["tables/targets.csv"], alone)
    assert "却印了完成比例" in refused(demonstration, {**files, "tables/targets.csv": targets}, tmp_path)

    def wrong(row: dict[str, str]) -> None:
        row["value"] = "59" if row["value"] == "58" else row["value"]

    assert "与台账算出的数不同" in refused(demonstration, {**files, PLACES: rewritten(files[PLACES], wrong)}, tmp_path)
