"""Prometheus metrics of the service.

Each service has its own registry. Labels are names of routes, keys, models and steps, never content of requests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from rag.articles import Answer
from rag.desk import CUT_SHORT

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
STEPS = ("embed", "retrieve", "answer", "verify")
LAG_SAMPLED_EVERY_S = 0.01
LAG_WINDOW_S = 60.0


class Metrics:
    """The metrics of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = self._counter("http_requests", "Requests answered", "route", "method", "status")
        self._by_key = self._counter("key_requests", "Requests answered, by the name of their key", "key")
        self._seconds = self._histogram("http_request_seconds", "Time until a response was sent", "route")
        self._step_seconds = self._histogram("answer_step_seconds", "Time of each step of an answer", "step")
        self._answers = self._counter("answers", "Answers sent", "mode", "answered")
        self._refused = self._counter("statements_refused", "Drafted sentences that failed the check")
        self._failed = self._counter("statements_failed", "Steps of answers that crashed and were left out")
        self._timed_out = self._counter("answers_cut_short", "Answers cut short by BYLINE_ANSWER_TIMEOUT_S")
        self._tokens = self._counter("llm_tokens", "Tokens used by language models", "model", "kind")
        self._cost = self._counter("llm_cost_usd", "Cost of language models in US dollars", "model")
        self._turned_away = self._counter("requests_turned_away", "Requests refused by a limit", "reason")
        self._cache = self._counter("answer_cache", "Lookups in the cache of answers", "result")
        self._articles = self._gauge("articles", "Articles in the library")
        self._generation = self._gauge("library_generation", "Number of the library's newest change")
        self._lag = self._gauge(
            "event_loop_lag_seconds", "Longest delay of the event loop in the last one to two minutes"
        )
        self._lags = [0.0, 0.0]  # of the previous minute and of this one
        self._lag.set_function(lambda: max(self._lags))

    def pool(self, name: str, under_way: Callable[[], int], most: int) -> None:
        """Adds gauges for a pool's requests in progress and its limit."""
        self._gauge(f"{name}_under_way", f"Requests in progress or waiting: {name}").set_function(under_way)
        self._gauge(f"{name}_limit", f"Limit of requests in progress or waiting: {name}").set(most)

    def responded(self, route: str, method: str, status: int, key: str | None, seconds: float) -> None:
        """Records a response."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if key is not None:
            self._by_key.labels(key).inc()

    def turned_away(self, reason: str) -> None:
        """Records a request that was refused by a limit: busy, rate or concurrency."""
        self._turned_away.labels(reason).inc()

    def looked_up(self, *, found: bool) -> None:
        """Records a lookup in the cache of answers."""
        self._cache.labels("hit" if found else "miss").inc()

    def answered(self, answer: Answer) -> None:
        """Records an answer."""
        self._answers.labels(answer.mode, str(answer.answered).lower()).inc()
        for step, spent_ms in asdict(answer.timings).items():
            if step in STEPS and spent_ms > 0:
                self._step_seconds.labels(step).observe(spent_ms / 1000)
        self._refused.inc(answer.refused)
        self._failed.inc(answer.failed)
        self._timed_out.inc(CUT_SHORT in answer.notes)
        model = answer.model or "none"
        self._tokens.labels(model, "prompt").inc(answer.usage.prompt_tokens)
        self._tokens.labels(model, "completion").inc(answer.usage.completion_tokens)
        self._cost.labels(model).inc(max(0.0, answer.usage.cost_usd))

    def library(self, articles: int, generation: int) -> None:
        """Records the library's state."""
        self._articles.set(articles)
        self._generation.set(generation)

    async def watch_the_loop(self) -> None:
        """Measures the delay of the event loop, forever."""
        began = time.monotonic()
        while True:
            asleep = time.monotonic()
            await asyncio.sleep(LAG_SAMPLED_EVERY_S)
            now = time.monotonic()
            if now - began > LAG_WINDOW_S:
                began, self._lags = now, [self._lags[1], 0.0]
            self._lags[1] = max(self._lags[1], now - asleep - LAG_SAMPLED_EVERY_S)

    def shown(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"byline_{name}", about, labels, registry=self._registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"byline_{name}", about, registry=self._registry)

    def _histogram(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(f"byline_{name}", about, labels, buckets=SECONDS, registry=self._registry)
