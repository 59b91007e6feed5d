"""The metrics by which replies are scored, in the order in which a report shows them. Scoring and reports call it."""

from eval.metrics.abstention import ABSTENTION
from eval.metrics.answers import ANSWERS
from eval.metrics.metric import Metric, Observation, SetMetric

METRICS: tuple[Metric, ...] = (*ANSWERS, *ABSTENTION)
SET_METRICS: tuple[SetMetric, ...] = ()

__all__ = ["METRICS", "SET_METRICS", "Metric", "Observation", "SetMetric"]
