"""A made-up valley and its filings, so that the whole path can be seen before the first real filing arrives.

The plan is real, everything filed is invented: enterprises, universities, platforms, amounts and days.
Every row and every workbook says 示例数据. The knobs are in `scenario`. The story, element by element:

- certificates that expire: 高新技术企业 of late 2022 lapse in late 2025, two thirds of them are recognised
  again under a new number, the rest not; the second batch lapses just before the plan ends (certificates)
- 科技型中小企业 enter anew each year between June and September, so the stock dips in the first half (certificates)
- an entry that is revoked while it would still be valid (certificates)
- a firm that leaves the area with a valid certificate (firms)
- a firm filed by two units, in two spellings (firms), and an event filed by two units (projects)
- a platform older than the plan, which counts, and a municipal one, which does not (projects)
- partnerships signed but not yet operating, agreements without an entity, one of them ended (projects)
- achievements at all four stages, moving on over the quarters; a few older than the plan (transfer)
- a fund announced, closed at less, filed at less again, and paid in by instalments (transfer)
- revenue that grows, with a fourth-quarter season; one firm's row missing in one quarter (firms)
- milestones not due yet, and one that is overdue in a quarter and made up in the next (nodes)
- a unit that files late for a quarter, one that does not file for a quarter at all, and a correction that
  supersedes a filing after the next quarter was reviewed (deliveries)
"""

from planeval.sample.writing import write_sample

__all__ = ["write_sample"]
