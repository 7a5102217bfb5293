# SPDX-License-Identifier: Apache-2.0
# web_openapi.py DOCUMENT ROUTES [ADDRESS]: lift-web's description of itself: it is whole, its examples are what it says, it has
# the paths of the table of routes and no others; and, where there is an address, what a real lift-web answers there is so.
import csv
import gzip
import io
import json
import re
import sys
import urllib.error
import urllib.request

from jsonschema import Draft202012Validator, RefResolver

path, routes, *address = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    text = file.read()
document = json.loads(text)
resolver = RefResolver("", document)
passed = 0


def ok(what):
    global passed
    passed += 1
    print("ok:", what)


def fail(what):
    sys.exit(f"web_openapi.py: {what}")


def check(schema, value, where):
    faults = sorted(Draft202012Validator(schema, resolver=resolver).iter_errors(value), key=lambda f: -len(f.absolute_path))
    if faults:
        worst = faults[0]
        while worst.context:
            worst = max(worst.context, key=lambda f: len(f.absolute_path))
        fail(f"{where}: at {'/'.join(map(str, worst.absolute_path))}: {worst.message[:400]}")


def component(kind, name):
    return {"$ref": f"#/components/{kind}/{name}"}


def each(node, of=()):
    yield of, node
    for key, below in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from each(below, (*of, key))


# The document.
refs = {node["$ref"] for _, node in each(document) if isinstance(node, dict) and isinstance(node.get("$ref"), str)}
for ref in refs:
    resolver.resolve(ref)
for kind, things in document["components"].items():
    for name in things:
        if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in refs and name != "event":
            fail(f"nothing needs {kind}/{name}")
for name, schema in document["components"]["schemas"].items():
    Draft202012Validator.check_schema(schema)
ok("each reference leads to something, and each schema is one")

examples = 0
for where, node in each(document["paths"]):
    if not isinstance(node, dict) or "schema" not in node:
        continue
    for value in [node["example"]] if "example" in node else [one["value"] for one in node.get("examples", {}).values()]:
        check(node["schema"], value, f"the example of {'/'.join(map(str, where))}")
        examples += 1
for kind in ("responses", "parameters"):
    for name, thing in document["components"][kind].items():
        for node in [*thing.get("content", {}).values(), thing]:
            if "example" in node:
                check(node["schema"], node["example"], f"the example of {name}")
                examples += 1
if examples < 15:
    fail(f"there are {examples} examples")
ok(f"{examples} examples are what their schemas say")

with open(routes, encoding="utf-8") as file:
    served = set(re.findall(r'"(/(?:api/v1/|metrics)[a-z.]*)"', file.read()))
if served != set(document["paths"]):
    fail(f"routes.c and the document differ in {sorted(served ^ set(document['paths']))}")
ok("it has the paths that are served, and no others")


# What is answered.
class Answer:
    def __init__(self, what):
        try:
            reply = urllib.request.urlopen(address[0] + what, timeout=60)
        except urllib.error.HTTPError as refusal:
            reply = refusal
        with reply:
            self.status, self.type, self.etag = reply.status, reply.headers.get_content_type(), reply.headers["ETag"]
            self.name = reply.headers.get_filename()
            self.bytes = reply.readline() + reply.readline() if self.type == "text/event-stream" else reply.read()


def ask(what, status, schema=None):
    answer = Answer(what)
    if answer.status != status:
        fail(f"{what}: {answer.status} and not {status}: {answer.bytes[:300]}")
    operation = document["paths"][what.split("?")[0]]["get"]
    reply = operation["responses"].get(str(status))
    if reply is None:
        fail(f"{what}: the document has no {status}")
    if "$ref" in reply:
        reply = resolver.resolve(reply["$ref"])[1]
    if answer.type not in reply["content"]:
        fail(f"{what}: it is {answer.type}, and not {sorted(reply['content'])}")
    if status == 200 and ("ETag" in reply.get("headers", {})) != bool(answer.etag):
        fail(f"{what}: its ETag is {answer.etag}")
    if answer.type.endswith("json"):
        value = json.loads(answer.bytes)
        check(schema or reply["content"][answer.type]["schema"], value, what)
        ok(f"{status} {what}")
        return value
    ok(f"{status} {what}")
    return answer


if address:
    state = ask("/api/v1/state", 200)
    catalogue = ask("/api/v1/catalogue", 200)
    every = ask("/api/v1/figures", 200, component("schemas", "figures"))["figures"]
    if {figure["kind"] for figure in every} != {"people", "programme", "competence", "module"}:
        fail("there are not figures of each kind")
    keys = {key for figure in every for key in figure["metrics"]}
    for key in ("minutes", "monthly", "enrolment", "not_started", "targets", "requirements"):
        if key not in keys:
            fail(f"no figure has {key}: nothing is known of its form")
    day = ask("/api/v1/figures?day=" + sys.argv[4], 200, component("schemas", "figures"))["figures"]
    if not day or any("sources" in figure for figure in day):
        fail("of another day: no figures, or with sources")
    chosen = ask("/api/v1/figures?kind=module&keys=completed,completion_rate.value", 200, component("schemas", "chosen_figures"))["figures"]
    if not chosen or any(set(figure["metrics"]) - {"completed", "completion_rate.value"} for figure in chosen):
        fail("keys choose otherwise")
    region = next(one["code"] for one in catalogue["regions"] if one["code"] not in ("all", "unassigned"))
    module = catalogue["modules"][0]["id"]
    few = ask(f"/api/v1/figures?region={region}&region=all&kind=module&id={module}", 200, component("schemas", "figures"))["figures"]
    if not {figure["region"] for figure in few} <= {region, "all"} or not few:
        fail("region, kind and id choose otherwise")
    ask("/api/v1/figures?kind=nonsense", 400)
    ask("/api/v1/figures?day=2025-02-30", 400)
    if state["outlines"]:
        outlines = ask("/api/v1/outlines", 200)
        pressed = urllib.request.urlopen(urllib.request.Request(address[0] + "/api/v1/outlines", headers={"Accept-Encoding": "gzip"}))
        if pressed.headers["Content-Encoding"] != "gzip" or json.loads(gzip.decompress(pressed.read())) != outlines:
            fail("outlines are not sent short")
        ok("outlines are sent short to who takes gzip")
    else:
        ask("/api/v1/outlines", 404)
    table = ask(f"/api/v1/figures.csv?kind=module&keys=completed&language=nb&region={region}", 200)
    rows = list(csv.reader(io.StringIO(table.bytes.decode())))
    if rows[0] != ["region", "region_name", "kind", "id", "name", "completed"] or len(rows) < 2 or table.name != "figures.csv":
        fail(f"the table begins with {rows[:2]}, and is called {table.name}")
    ask("/api/v1/figures.csv?form=excel&kind=people", 200)
    if not ask("/api/v1/figures.xlsx?kind=people", 200).bytes.startswith(b"PK"):
        fail("the workbook is none")
    event, data = ask("/api/v1/events", 200).bytes.decode().splitlines()
    if event != "event: state" or not data.startswith("data: "):
        fail(f"the first event is {event}, {data}")
    check(component("schemas", "event"), json.loads(data[6:]), "the first event")
    if json.loads(data[6:])["changed"] is not None:
        fail("the first event does not say that all is to be asked for")
    ok("the first event")
    ask("/metrics", 200)
    if ask("/api/v1/openapi.json", 200) != document:
        fail("it serves another document")
print(f"{passed} passed")
