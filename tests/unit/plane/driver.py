# SPDX-License-Identifier: Apache-2.0
"""What the reference program says of the open plane of random worlds (release_test.c).

    driver.py LIBRARY

For each line of `days` (a world and a day) the figures of a release, a line each, then an empty line. The learners are
of the namespace `people`, and `secret` is the secret."""
import json
import sys
from collections import defaultdict

import yaml

sys.path.insert(0, sys.argv[1])
import lift_oracle as reference

protection = reference.Protection(reference.read_secret("secret"), "people")
for line in open("days"):
    world, day = line.split()
    with open(world + ".yaml", encoding="utf-8") as f:
        catalogue = reference.Catalogue(yaml.load(f, yaml.BaseLoader))
    today = reference.parse_day(day)
    learners = defaultdict(reference.Learner)
    for e in reference.read_events(world + ".jsonl"):
        if catalogue.day(e["time"]) <= today:
            learners[e["learner"]].add(e)
    found = reference.open_release(catalogue, reference.tabulate(catalogue, learners, today), today, protection)
    for m in sorted(found, key=lambda m: (m["kind"], m["id"], m["region"])):
        print(json.dumps(m, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    print()
