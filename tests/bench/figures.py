# SPDX-License-Identifier: Apache-2.0
"""The figures: what each is called, what it should be, and the table of what was measured."""

import statistics

MORE, LESS, NONE = "at least", "at most", ""

# key, what it is, its unit, which way is better, the target (a number, or a function of all medians)
ROWS = [
    ("ratio.100", "acknowledged / the limit, 100 events a batch", "", MORE, 0.5),
    ("ratio.10", "acknowledged / the limit, 10 a batch", "", MORE, 0.6),
    ("ratio.1", "acknowledged / the limit, 1 a batch", "", MORE, 0.6),
    ("acknowledged.100", "acknowledged, one platform, 100 a batch", "events/s", MORE, 800000),
    ("acknowledged.10", "acknowledged, one platform, 10 a batch", "events/s", MORE, 500000),
    ("acknowledged.1", "acknowledged, one platform, 1 a batch", "events/s", MORE, 200000),
    ("limit.100", "the limit, 100 a batch", "events/s", NONE, None),
    ("limit.10", "the limit, 10 a batch", "events/s", NONE, None),
    ("limit.1", "the limit, 1 a batch", "events/s", NONE, None),
    ("intake.cpu.100", "thread intake meanwhile, 100 a batch", "us CPU/event", NONE, None),
    ("intake.cpu.1", "thread intake meanwhile, 1 a batch", "us CPU/event", NONE, None),
    ("tcp.100", "acknowledged over TCP, 100 a batch", "events/s", NONE, None),
    ("curve.100", "the same with CURVE", "events/s", NONE, None),
    ("curve.more", "CURVE, 100 a batch: time more", "us/event", LESS, 0.3),
    ("plain.backlog", "applied in a backlog, 1 million learners: plain", "events/s", MORE, 400000),
    ("rich.backlog", "applied in a backlog: rich catalogue", "events/s", MORE, 300000),
    ("nordic.backlog", "applied in a backlog: 745 municipalities", "events/s", MORE, 180000),
    ("live.ledger", "live at 10,000 events/s: thread ledger", "us CPU/event", LESS, 15),
    ("rich.stretches", "applied in stretches of 100: rich", "events/s", MORE, 100000),
    ("plain.stretches", "applied in stretches of 100: plain", "events/s", NONE, None),
    ("nordic.stretches", "applied in stretches of 100: 745 municipalities", "events/s", NONE, None),
    ("facts.ratio", "applied at 200 facts a learner / at 5", "", MORE, 0.8),
    ("learners.ratio", "applied at 10 million learners / at 10,000", "", MORE, 0.3),
    ("plain.build", "ledger built anew: plain", "events/s", MORE, 800000),
    ("rich.build", "ledger built anew: rich", "events/s", MORE, 450000),
    ("nordic.build", "ledger built anew: 745 municipalities", "events/s", MORE, 200000),
    ("ack.10000", "ack p99 at 10,000 events/s, 10 a batch", "ms", LESS, lambda m: max(5, 3 * m["fsync.p99"])),
    ("ack.50000", "ack p99 at 50,000 events/s, 100 a batch", "ms", LESS, lambda m: max(10, 3 * m["fsync.p99"])),
    ("metric", "event to metric p99 at 10,000 events/s, a tick of 1 s", "ms", LESS, 1100),
    ("export", "export of all rows (export.rows)", "s", LESS, 2),
    ("export.rows", "rows of the export", "rows", NONE, None),
    ("snapshot", "snapshot of all topics (snapshot.topics)", "s", LESS, 1),
    ("snapshot.topics", "topics of the snapshot", "topics", NONE, None),
    ("snapshot.page", "the slowest page of a snapshot", "ms", NONE, None),
    ("burst", "a tick of all topics (burst.topics)", "s", LESS, 3),
    ("burst.topics", "topics of that tick", "topics", NONE, None),
    ("burst.beats", "longest time between beats meanwhile", "s", LESS, 1.5),
    ("own.10m", "memory of its own at 10 million learners", "MiB", LESS, 250),
    ("plain.journal", "bytes an event: journal", "bytes", LESS, 32),
    ("rich.ledger", "bytes an event: ledger, rich", "bytes", LESS, 180),
    ("nordic.ledger", "bytes an event: ledger, 745 municipalities", "bytes", LESS, 350),
    ("plain.ledger", "bytes an event: ledger, plain", "bytes", NONE, None),
    ("plain.intake", "the room of intake alone, 100 a batch: plain", "events/s", NONE, None),
    ("rich.intake", "the room of intake alone: rich", "events/s", NONE, None),
    ("fsync.p50", "fdatasync of 4 KiB on this disk, p50", "ms", NONE, None),
    ("fsync.p99", "fdatasync of 4 KiB on this disk, p99", "ms", NONE, None),
]


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def reached(better, target, median):
    if target is None:
        return None
    return median >= target if better == MORE else median <= target


def rows_of(values):
    """The rows of which there is something, in the order above."""
    medians = {key: statistics.median(of) for key, of in values.items() if of}
    for key, title, unit, better, target in ROWS:
        if key not in medians:
            continue
        if callable(target):
            target = target(medians) if "fsync.p99" in medians else None
        yield {
            "key": key,
            "figure": title,
            "unit": unit,
            "median": medians[key],
            "least": min(values[key]),
            "most": max(values[key]),
            "runs": len(values[key]),
            "target": target,
            "better": better,
            "reached": reached(better, target, medians[key]),
            "values": values[key],
        }


def table(rows):
    lines = [["figure", "unit", "median", "least..most", "runs", "target", "reached"]]
    for row in rows:
        target = f"{row['better']} {number(row['target'])}" if row["target"] is not None else ""
        lines.append([
            row["figure"], row["unit"], number(row["median"]), f"{number(row['least'])}..{number(row['most'])}",
            str(row["runs"]), target, {True: "yes", False: "no", None: ""}[row["reached"]],
        ])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |"
