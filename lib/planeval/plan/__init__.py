"""The two authorities: what the plan says (`Plan`) and what the evaluators decided (`Method`)."""

from planeval.plan.counting_rule import CountingRule
from planeval.plan.loading import load_method, load_params, load_plan
from planeval.plan.method import Decision, InForce, Method
from planeval.plan.model import Plan, Target, Task, Unit
from planeval.plan.reports import Report, load_reports, part_names
from planeval.plan.review_files import ReviewRequest, latest_review, load_review, review_names

__all__ = [
    "CountingRule",
    "Decision",
    "InForce",
    "Method",
    "Plan",
    "Report",
    "ReviewRequest",
    "Target",
    "Task",
    "Unit",
    "latest_review",
    "load_method",
    "load_params",
    "load_plan",
    "load_reports",
    "load_review",
    "part_names",
    "review_names",
]
