"""展望灯: P(target reached), its 80 % interval, and how such forecasts have done."""

from planeval.judge.outlook.calibration import Calibration, forecast_row, score_forecasts
from planeval.judge.outlook.pipeline import PipelineFacts
from planeval.judge.outlook.verdict import METHOD_NAMES, Outlook, judge_next_quarter, judge_outlook, least_value

__all__ = [
    "METHOD_NAMES", "Calibration", "Outlook", "PipelineFacts", "forecast_row", "judge_next_quarter", "judge_outlook",
    "least_value", "score_forecasts",
]  # fmt: skip
