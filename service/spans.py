"""OpenTelemetry traces of requests and answers.

Without OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) nothing is imported, traced or sent.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from rag.articles import Answer
from rag.errors import MissingExtra

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
STEPS = ("embed", "retrieve", "answer", "verify")
UNTRACED = "healthz,readyz,metrics"
NS_PER_MS = 1_000_000


class Spans:
    """The spans of answers and of their steps; none without a tracer."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer

    def answered(self, answer: Answer) -> None:
        """Records a span for a finished answer, inside the request's, and one for each step.

        Steps alternate in reality; each is shown as one stretch of its total time, one after another.
        """
        if self._tracer is None:
            return
        from opentelemetry.trace import set_span_in_context

        start = time.time_ns() - int(answer.timings.total * NS_PER_MS)
        facts = {"byline.mode": answer.mode, "byline.answered": answer.answered, "byline.model": answer.model or ""}
        whole = self._tracer.start_span("answer a question", start_time=start, attributes=facts)
        within = set_span_in_context(whole)
        for step in STEPS:
            spent = int(max(0.0, getattr(answer.timings, step)) * NS_PER_MS)
            self._tracer.start_span(step, context=within, start_time=start).end(start + spent)
            start += spent
        whole.end()


def wanted() -> bool:
    """Whether the environment names an endpoint for traces."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def provider() -> Any:
    """A tracer provider for the endpoint in the environment. Raises MissingExtra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise MissingExtra(
            f"{' or '.join(ENDPOINTS)} is set, but OpenTelemetry is not installed: "
            "pip install 'byline[otel]', or unset it."
        ) from None
    made = TracerProvider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "byline")}))
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def trace_requests(app: FastAPI, tracers: Any) -> None:
    """Gives each request a span, inside the one in the client's `traceparent`."""
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(
        app, tracer_provider=tracers, excluded_urls=UNTRACED, exclude_spans=["receive", "send"]
    )
