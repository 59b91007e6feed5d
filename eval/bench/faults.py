"""Injects faults into the real system: `python -m eval.bench.faults --rounds 200 --flips 500 --articles 10000`.

kills: SIGKILL of an ingest, of a service that receives articles, or of both, at random moments. flips: one bit of the
library's file is flipped, and everything is read. posts: four clients post the same articles twice at the same time.
disk: the disk is full, then has space again. stores: a Milvus server refuses connections, resets them, hangs,
is slow or killed, and comes back. Exit status 1 if an acknowledged article is lost, doubled or served with changed
text, or an error tells too much or too little.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from eval.bench.fault_disk import fill_the_disk
from eval.bench.fault_flips import turn_bits
from eval.bench.fault_kills import kill_at_random
from eval.bench.fault_posts import post_twice
from eval.bench.fault_store import take_away


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200, help="kills; 0 of a fault: none")
    parser.add_argument("--flips", type=int, default=500, help="bits to flip, one at a time")
    parser.add_argument("--articles", type=int, default=10_000, help="articles that are posted twice at once")
    parser.add_argument("--stores", type=int, default=10, help="times that a Milvus server is taken away")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    given = parser.parse_args()
    print(f"seed {given.seed}\n\n| fault | injected | outcome | bad | seconds |\n|---|---|---|---|---|")
    bad = 0
    # A store outside a folder (Milvus) gets the same test: it is removed and restored during use.
    for name, count, fault in (
        ("kill -9", given.rounds, _kills),
        ("bit flips", given.flips, _flips),
        ("posted twice at once", given.articles, _posts),
        ("disk full", 1, _disk),
        ("Milvus away", given.stores, _stores),
    ):
        if not count:
            continue
        with tempfile.TemporaryDirectory(prefix="byline-faults-") as place:
            began = time.monotonic()
            injected, outcome, failed = fault(Path(place), count, given.seed)
            print(f"| {name} | {injected} | {outcome} | {failed} | {time.monotonic() - began:.0f} |", flush=True)
            bad += failed
    print(f"\narticles lost, doubled or served with other words, and errors badly told: {bad}")
    sys.exit(bad > 0)


def _kills(place: Path, rounds: int, seed: int) -> tuple[str, str, int]:
    found = kill_at_random(place, rounds, seed)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.rounds.items()))
    told = f"{len(found.texts):,} articles acknowledged, {len(found.lost)} lost, {found.not_found} not found"
    return f"{rounds} ({kinds})", told, len(found.lost) + found.not_found


def _flips(place: Path, flips: int, seed: int) -> tuple[str, str, int]:
    found = turn_bits(place, flips, seed)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(found.items()))
    return str(flips), told or "none", found["served wrongly"] + found["broke otherwise"]


def _posts(place: Path, articles: int, seed: int) -> tuple[str, str, int]:
    found = post_twice(place, articles, seed)
    told = f"{found.acknowledged:,} acknowledged, {found.added:,} added, {found.held:,} held, {found.wrong} wrong"
    return f"{articles:,} articles, 4 clients", told, abs(found.held - articles) + found.wrong


def _disk(place: Path, times: int, seed: int) -> tuple[str, str, int]:
    found = fill_the_disk(place)
    if found is None:
        return "0", "not run: a file system cannot be mounted here", 0
    told = f"{found.acknowledged} acknowledged, {found.lost} lost, then: {found.said}"
    return "1", told, found.lost + (not found.goes_on)


def _stores(place: Path, times: int, seed: int) -> tuple[str, str, int]:
    found = take_away(place, times, seed)
    for one in found.bad:
        print(f"badly told: {one}", file=sys.stderr)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.faults.items()))
    told = (
        f"{len(found.texts):,} acknowledged, {found.lost} lost, {found.held:,} held; {found.refused} requests "
        f"refused, {len(found.bad)} badly told; in use again after {found.slowest_return_s:.0f} s at most"
    )
    return f"{times} ({kinds})", told, found.lost + abs(found.held - len(found.texts)) + len(found.bad)


if __name__ == "__main__":
    main()
