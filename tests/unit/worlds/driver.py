# SPDX-License-Identifier: Apache-2.0
"""What the reference program says of random worlds (worlds_test.c).

    driver.py LIBRARY

For each line of `days` (a world, a day, two days whose minutes are told) the figures, a line each, then an empty line;
and for each programme and learner what is told of the people on a list, then an empty line."""
import json
import re
import sys
from collections import defaultdict

import yaml

sys.path.insert(0, sys.argv[1])
import lift_oracle as reference


def parts(text):
    return text.split("; ") if text else []


def competence(text):
    name, level, last = re.fullmatch(r"(.*?) (\d)(?: (\d{4}-\d\d-\d\d))?", text).groups()
    return [name, int(level), last]


def told(row):
    """What the columns that are added to a list say, as data."""
    record = {k: row[k] for k in ("first", "last", "enrolment", "completed", "withdrawn") if row[k]}
    if row["first"]:
        months = [m.split(" ") for m in parts(row["by_month"])]
        record |= {"months": [[m, int(n)] for m, n in months], "done": parts(row["modules_done"])}
        assert row["done"] == len(record["done"])
        assert row["minutes"] == sum(int(n) for _, n in months)
        assert row["hours"] == sum(int(n) // 60 for _, n in months)
    return record | {"competences": [competence(c) for c in parts(row["competences"])]}


def say(data):
    print(json.dumps(data, ensure_ascii=False))


for line in open("days"):
    world, *days = line.split()
    with open(world + ".yaml", encoding="utf-8") as f:
        catalogue = reference.Catalogue(yaml.load(f, yaml.BaseLoader))
    today, *period = [reference.parse_day(day) for day in days]
    learners, order = defaultdict(reference.Learner), {}
    for e in reference.read_events(world + ".jsonl"):
        order[e["learner"]] = True
        if catalogue.day(e["time"]) <= today:
            learners[e["learner"]].add(e)
    found = reference.metrics(catalogue, learners, today)
    for m in sorted(found, key=lambda m: (m["kind"], m["id"], m["region"])):
        say(m)
    print()
    for pid, programme in catalogue.programmes.items():
        for l in [l for l in order if l in learners]:
            say({**told(reference.added_columns(catalogue, programme, learners[l], period, today)),
                 "programme": pid, "learner": l})
    print()
