"""All metrics, in the order of a report."""

from eval.metrics.abstention import ABSTENTION, ABSTENTION_SETS, RiskPoint, risk_coverage
from eval.metrics.answers import ANSWERS
from eval.metrics.citations import CITATIONS
from eval.metrics.disagreement import DISAGREEMENT
from eval.metrics.grounding import GROUNDING
from eval.metrics.metric import Metric, Observation, SetMetric
from eval.metrics.official import OFFICIAL, OFFICIAL_SETS
from eval.metrics.operations import OPERATIONS, OPERATIONS_SETS
from eval.metrics.page import markdown
from eval.metrics.ranking import RANKING
from eval.metrics.retrieval import RETRIEVAL
from eval.metrics.robustness import ROBUSTNESS, ROBUSTNESS_SETS

METRICS: tuple[Metric, ...] = (
    *ANSWERS,
    *CITATIONS,
    *GROUNDING,
    *RETRIEVAL,
    *RANKING,
    *ABSTENTION,
    *DISAGREEMENT,
    *ROBUSTNESS,
    *OFFICIAL,
    *OPERATIONS,
)
SET_METRICS: tuple[SetMetric, ...] = (*ABSTENTION_SETS, *ROBUSTNESS_SETS, *OFFICIAL_SETS, *OPERATIONS_SETS)

__all__ = [
    "METRICS",
    "SET_METRICS",
    "Metric",
    "Observation",
    "RiskPoint",
    "SetMetric",
    "as_markdown",
    "risk_coverage",
]


def as_markdown() -> str:
    """The definitions of all metrics, for docs/metrics.md."""
    return markdown([*METRICS, *SET_METRICS])
