"""A made-up valley and its filings, so that the whole path can be seen before the first real filing arrives.

The plan is real, everything filed is invented: enterprises, universities, platforms, amounts and days.
Every row and every workbook says 示例数据, talents are numbers without a name. The knobs are in `scenario`,
who files and leads what in `assignments`. The story, element by element:

- certificates that expire: 高新技术企业 of late 2022 lapse in late 2025, two thirds of them are recognised
  again under a new number, the rest not; the second batch lapses just before the plan ends (certificates)
- 科技型中小企业 enter anew each year between June and September, so the stock dips in the first half (certificates)
- an entry that is revoked while it would still be valid (certificates)
- a firm that leaves the area with a valid certificate (firms)
- two links of the chains without any firm, and firms that do not say their link (firms)
- a firm filed by two units, in two spellings (firms), and an event filed by two units (projects)
- a platform older than the plan, which counts, and a municipal one, which does not (projects)
- partnerships signed but not yet operating, agreements without an entity, one of them ended (projects)
- achievements at all four stages, moving on over the quarters; a few older than the plan (transfer)
- revenue that grows, with a fourth-quarter season; one firm's row missing in one quarter (firms)
- buildings delivered one after the other, within the stock the plan names, that fill up (premises)
- a fund announced, closed at less, filed at less again, and paid in by instalments, partly from the budget;
  investments at four stages out of what is paid in, one of them sold and partly invested again (capital)
- loans by five banks, booked under the title the firm holds that day (titles), one of them overdue (lending)
- talents who arrive and a few who leave, subsidies paid in time, late, in part or not yet, services asked for
  at one window, some of them still open (people)
- policies used by those the other ledgers name (claims); one review is overdue, one policy serves nobody, one
  is to be revised, one abolished, and its successor comes into force (policies)
- reports on most events, meetings and exchanges in turn (publicity)
- milestones not due yet, and one that is overdue in a quarter and made up in the next (nodes)
- an order for each item that a review found red or yellow, seen with what was known then: most closed, one
  extended before the limit and closed, one made up late, some open in the end, two of those overdue (orders)
- a unit that files late for a quarter, one that does not file for a quarter at all, and a correction that
  supersedes a filing after the next quarter was reviewed (deliveries)
"""

from planeval.sample.writing import write_sample

__all__ = ["write_sample"]
