# SPDX-License-Identifier: Apache-2.0
"""What it is measured on, and what others used of it meanwhile."""

import os
import platform
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def after(text, key):
    """What stands behind the colon of the first line that begins so."""
    for line in text.splitlines():
        if line.startswith(key):
            return line.split(":", 1)[1].strip()
    return ""


def output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip()


def describe(directory):
    """The machine, the disk that the directory is on, and the commit."""
    here = os.path.dirname(os.path.abspath(__file__))
    changed = output("git", "-C", here, "status", "--porcelain", "--untracked-files=no")
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": output("git", "-C", here, "log", "-1", "--format=%h") + (" and changes" if changed else ""),
        "processor": after(read("/proc/cpuinfo"), "model name"),
        "processors": os.cpu_count(),
        "memory_MiB": int(after(read("/proc/meminfo"), "MemTotal").split()[0]) // 1024,
        "kernel": platform.release(),
        "disk": output("findmnt", "-n", "-o", "SOURCE,FSTYPE", "--target", directory),
        "libraries": {name: output("pkg-config", "--modversion", name) for name in ("libzmq", "lmdb", "libsodium")},
    }


def busy_s():
    """Seconds that all processors together were at work; what a hypervisor took counts, too."""
    fields = [int(field) for field in read("/proc/stat").split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / TICK


def own_s():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Watch:
    """What others use: of all work done that which neither this process did nor a child that has ended."""

    def __init__(self):
        self.start = time.monotonic()
        self.busy = busy_s()
        self.own = own_s()

    def tell(self):
        """Seconds gone, and how much of one processor others had, in per cent."""
        gone = time.monotonic() - self.start
        others = busy_s() - self.busy - (own_s() - self.own)
        return {
            "seconds": round(gone, 1),
            "others_percent": round(100 * max(0, others) / gone),
            "load_average": float(read("/proc/loadavg").split()[0]),
        }
