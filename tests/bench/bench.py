# SPDX-License-Identifier: Apache-2.0
"""Measures a liftd that was built: bench.py BUILD [--only PART,...] [--scale] [--runs N] [--json FILE].

Parts: intake, plain, rich, nordic, facts, live, out; with --scale: learners. Each is repeated, five times as a rule, as
long as its share of ten minutes lasts. README.md says what the figures are.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import figures
from machine import Watch, describe

RATE_S = 16  # that a rate is held: longer than the ledger goes without a commit
# The window of a sender without a key: what encryption costs is to be seen, not what a smaller window does.
LIMITS = "limits: {events: 10000000, bytes: 1073741824, batches: 1024}"


class Bench:
    def __init__(self, build, directory):
        self.build = build
        self.dir = directory
        self.values = {}
        self.started = []  # processes, to be ended whatever happens

    def start(self, command, **kwargs):
        process = subprocess.Popen(command, text=True, **kwargs)
        self.started.append(process)
        return process

    def end(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()

    def add(self, key, value):
        self.values.setdefault(key, []).append(value)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def program(self, name):
        return os.path.join(self.build, "tests/bench", name + "_bench")

    def ask(self, name, *args, env=None):
        """Runs one of the programs: its figures by name."""
        done = subprocess.run([self.program(name), *map(str, args)], stdout=subprocess.PIPE, text=True, check=True,
                              env={**os.environ, "BENCH_DIR": self.dir, **(env or {})})
        return read_figures(done.stdout)

    def disk(self):
        """How fast the disk is now."""
        told = self.ask("intake", "fsync", self.dir, 500)
        for key in ("fsync.p50", "fsync.p99"):
            self.add(key, told[key])


def read_figures(text):
    return {line.split("\t")[0]: float(line.split("\t")[2]) for line in text.splitlines() if line.count("\t") == 2}


class Liftd:
    """A daemon in a directory of its own, which has a catalogue, and perhaps a state."""

    def __init__(self, bench, directory, config=""):
        self.bench = bench
        self.dir = directory
        self.config = os.path.join(directory, "liftd.yaml")
        with open(self.config, "w", encoding="utf-8") as to:
            to.write(f"state: {directory}/state\nruntime: {directory}/run\ncatalogue: {directory}/catalogue.yaml\n")
            to.write(config)
        self.log = open(os.path.join(directory, "log"), "w", encoding="utf-8")
        self.process = bench.start([bench.build + "/liftd", "--config", self.config], stderr=self.log)
        self.pid = self.process.pid
        while not self.lift("status", "--json").stdout:  # its status is 1 where a source is late
            if self.process.poll() is not None:
                sys.exit(open(self.log.name, encoding="utf-8").read())
            time.sleep(0.02)

    def socket(self, name):
        return f"ipc://{self.dir}/run/{name}"

    def lift(self, *args, **kwargs):
        return subprocess.run([self.bench.build + "/lift", "--config", self.config, *args], check=False, text=True,
                              **{"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, **kwargs})

    def applied(self):
        """Wait until the ledger has all."""
        while not re.search(r'"lag": *0[,}]', self.lift("status", "--json").stdout):
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.dir)


def fresh(bench, world):
    """A directory with a world's catalogue, and no state."""
    directory = tempfile.mkdtemp(dir=bench.dir)
    with open(os.path.join(directory, "catalogue.yaml"), "w", encoding="utf-8") as to:
        subprocess.run([bench.program("world"), "catalogue", world], stdout=to, check=True)
    return directory


# ---- intake ----------------------------------------------------------------------------------------

SIZES = {100: 1000000, 10: 300000, 1: 60000}  # events by how many a batch has


def load(bench, endpoint, batch, pid=0, env=None):
    events = SIZES[batch]
    return bench.ask("intake", "load", endpoint, "plain", events, events // 5, batch, pid, env=env)


def measure_liftd(bench, batch):
    liftd = Liftd(bench, fresh(bench, "plain"))
    told = load(bench, liftd.socket("intake"), batch, liftd.pid)
    window = bench.ask("intake", "window", liftd.socket("intake"))["window"]
    liftd.stop()
    return told, int(window)


def measure_limit(bench, batch, window):
    directory = tempfile.mkdtemp(dir=bench.dir)
    endpoint = f"ipc://{directory}/limit"
    process = bench.start([bench.program("limit"), endpoint, directory, str(batch), str(window)])
    told = load(bench, endpoint, batch, process.pid)
    process.kill()
    process.wait()
    shutil.rmtree(directory)
    return told


def key_of(directory, name):
    with open(os.path.join(directory, name + ".key"), encoding="utf-8") as file:
        return dict(re.findall(r'^(\w+): *"(.*)"', file.read(), re.M))


def measure_tcp(bench, has_curve):
    directory = fresh(bench, "plain")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    config = f'intake: ["ipc://{directory}/run/intake", "{endpoint}"]\nsecurity: {"curve" if has_curve else "none"}\n'
    env = None
    if has_curve:
        for name in ("server", "bench"):
            subprocess.run([bench.build + "/lift", "keygen", "--dir", directory, name], stdout=subprocess.DEVNULL,
                           check=True)
        server, own = key_of(directory, "server"), key_of(directory, "bench")
        with open(os.path.join(directory, "keys.yaml"), "w", encoding="utf-8") as to:
            to.write(f'keys:\n  - {{name: bench, public: "{own["public"]}", publish: {{sources: [bench]}}, {LIMITS}}}\n')
        config += f"keys: {directory}/keys.yaml\nserver_key: {directory}/server.key\n"
        env = {"LIFT_BENCH_KEYS": f"{server['public']} {own['public']} {own['secret']}"}
    liftd = Liftd(bench, directory, config)
    told = load(bench, endpoint, 100, liftd.pid, env)
    liftd.stop()
    return told["acknowledged"]


def intake(bench):
    for batch in SIZES:
        told, window = measure_liftd(bench, batch)
        limit = measure_limit(bench, batch, window)
        bench.add(f"acknowledged.{batch}", told["acknowledged"])
        bench.add(f"limit.{batch}", limit["acknowledged"])
        bench.add(f"ratio.{batch}", told["acknowledged"] / limit["acknowledged"])
        bench.add(f"intake.cpu.{batch}", told["cpu.intake"])
        bench.add(f"client.cpu.{batch}", told["cpu.client"])
    tcp, curve = measure_tcp(bench, False), measure_tcp(bench, True)
    bench.add("tcp.100", tcp)
    bench.add("curve.100", curve)
    bench.add("curve.more", 1e6 / curve - 1e6 / tcp)


# ---- rooms -----------------------------------------------------------------------------------------


def rooms_of(world):
    def rooms(bench):
        for key, value in bench.ask("room", world).items():
            bench.add(key, value)

    return rooms


def backlog(bench, *args):
    return bench.ask("room", *args, "--rooms", "backlog")[args[0] + ".backlog"]


def facts(bench):
    """The same backlog, one stretch, onto learners who have few facts, or many."""
    few, many = (
        backlog(bench, "rich", "--anyone", "--learners", 10000, "--built", built, "--events", built + 20000)
        for built in (50000, 2000000))
    bench.add("facts.ratio", many / few)


def learners(bench):
    """Of a cohort that goes on, in a ledger of few learners, or many; and a daemon that has many."""
    few = backlog(bench, "plain", "--anyone", "--learners", 10000, "--built", 30000, "--events", 95536)
    directory = bench.path("many")
    many = backlog(bench, "plain", "--learners", 10000000, "--built", 30000000, "--events", 31000000,
                   "--dir", directory)
    bench.add("learners.ratio", many / few)
    liftd = Liftd(bench, directory)
    bench.ask("intake", "rate", liftd.socket("intake"), "plain", 10000, 30, 10, 31000000, 10000000)
    liftd.applied()
    status = open(f"/proc/{liftd.pid}/status", encoding="utf-8").read()
    bench.add("own.10m", int(re.search(r"RssAnon:\s*(\d+)", status)[1]) / 1024)
    liftd.stop()


# ---- live ------------------------------------------------------------------------------------------


class Live:
    """A daemon whose ledger has some learners; each run goes on where the one before has ended."""

    LEARNERS = 200000

    def __init__(self):
        self.liftd = None
        self.first = 5 * self.LEARNERS

    def rate(self, bench, a_second, batch):
        told = bench.ask("intake", "rate", self.liftd.socket("intake"), "plain", a_second, RATE_S, batch, self.first,
                         self.LEARNERS, self.liftd.pid)
        self.first += a_second * RATE_S
        self.liftd.applied()
        return told

    def __call__(self, bench):
        if not self.liftd:
            directory = bench.path("live")
            bench.ask("room", "plain", "--rooms", "build", "--learners", self.LEARNERS, "--events", self.first,
                      "--dir", directory)
            self.liftd = Liftd(bench, directory)
            self.liftd.applied()
            time.sleep(3)  # its first tick has all topics
        bench.disk()
        probe = bench.start([bench.program("publish"), "probe", self.liftd.socket("intake"),
                             self.liftd.socket("publish"), str(RATE_S)], stdout=subprocess.PIPE)
        told = self.rate(bench, 10000, 10)
        bench.add("metric", read_figures(probe.communicate()[0])["metric.p99"])
        bench.add("ack.10000", told["ack.p99"])
        bench.add("live.ledger", told["cpu.ledger"])
        bench.disk()
        bench.add("ack.50000", self.rate(bench, 50000, 100)["ack.p99"])

    def close(self):
        if self.liftd:
            self.liftd.stop()


# ---- what goes out -----------------------------------------------------------------------------------


class Out:
    """A daemon with many regions and modules, most of which have figures."""

    def __init__(self):
        self.liftd = None
        self.count = 20000

    def burst(self, bench):
        """Somewhere there are other headcounts: a new epoch, in which all topics are sent."""
        path = os.path.join(self.liftd.dir, "catalogue.yaml")
        text = open(path, encoding="utf-8").read()
        with open(path, "w", encoding="utf-8") as to:
            to.write(text.replace(f"{{count: {self.count}}}", f"{{count: {self.count - 1}}}", 1))
        self.count -= 1
        listener = bench.start([bench.program("publish"), "burst", self.liftd.socket("publish")],
                               stdout=subprocess.PIPE)
        listener.stdout.readline()
        time.sleep(1.5)
        self.liftd.lift("reload")
        return read_figures(listener.communicate()[0])

    def __call__(self, bench):
        if not self.liftd:
            directory = bench.path("out")
            bench.ask("room", "nordic", "--rooms", "build", "--learners", 300000, "--events", 600000, "--dir", directory)
            self.liftd = Liftd(bench, directory)
            self.liftd.applied()
            time.sleep(8)
        told = self.burst(bench)
        told.update(bench.ask("publish", "snapshot", self.liftd.socket("snapshot")))
        start = time.monotonic()
        with open(bench.path("rows"), "w", encoding="utf-8") as to:
            self.liftd.lift("export", stdout=to)
        told["export"] = time.monotonic() - start
        with open(bench.path("rows"), encoding="utf-8") as rows:
            told["export.rows"] = sum(1 for _ in rows)
        for key, value in told.items():
            bench.add(key, value)

    def close(self):
        if self.liftd:
            self.liftd.stop()


# ---- all of it ---------------------------------------------------------------------------------------

# part, what it does, and its share of the time, s
PARTS = {
    "intake": (intake, 120),
    "plain": (rooms_of("plain"), 60),
    "rich": (rooms_of("rich"), 75),
    "nordic": (rooms_of("nordic"), 90),
    "facts": (facts, 20),
    "live": (Live(), 160),
    "out": (Out(), 70),
}
SCALE = {"learners": (learners, 1)}


def repeat(bench, name, measure, share_s, runs):
    """As often as there is time for, once at least."""
    watch, longest, done = Watch(), 0, 0
    while done < runs and (done == 0 or time.monotonic() - watch.start + longest < share_s):
        start = time.monotonic()
        measure(bench)
        longest = max(longest, time.monotonic() - start)
        done += 1
    if hasattr(measure, "close"):
        measure.close()
    told = {"part": name, "runs": done, **watch.tell()}
    print("{part:<9}{runs} runs in {seconds} s; load average {load_average}, others used {others_percent} % of a "
          "processor".format(**told), file=sys.stderr, flush=True)
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build")
    parser.add_argument("--only", help="parts, with commas between")
    parser.add_argument("--scale", action="store_true", help="what takes longer than ten minutes instead")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", help="where the figures go, too")
    args = parser.parse_args()
    parts = SCALE if args.scale else PARTS
    only = args.only.split(",") if args.only else list(parts)
    for name in only:
        if name not in parts:
            parser.error(f"there is no part {name!r}: expected {', '.join(parts)}")
    if args.runs < 1:
        parser.error("--runs must be 1 at least")
    below = os.environ.get("BENCH_DIR", "/var/tmp")
    if not os.path.isdir(below):
        parser.error(f"BENCH_DIR must be a directory, not {below!r}")
    bench = Bench(os.path.abspath(args.build), tempfile.mkdtemp(prefix="liftd-bench.", dir=below))
    told = {"machine": describe(bench.dir), "parts": []}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    try:
        bench.disk()
        for name in only:
            told["parts"].append(repeat(bench, name, *parts[name], args.runs))
        bench.disk()
    finally:
        bench.end()
        shutil.rmtree(bench.dir, ignore_errors=True)
    told["figures"] = list(figures.rows_of(bench.values))
    told["all"] = bench.values
    path = args.json or os.path.join(bench.build, "bench", time.strftime("%Y%m%d-%H%M%S.json"))
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as to:
        json.dump(told, to, indent=1)
    machine = told["machine"]
    print("{time}, commit {commit}: {processors} x {processor}, {memory_MiB} MiB, {disk}, Linux {kernel}".format(**machine))
    print("\n".join(figures.table(told["figures"])))
    print(f"as JSON: {path}")


if __name__ == "__main__":
    main()
