# SPDX-License-Identifier: Apache-2.0
"""The dashboard of PROTOCOL.md, told of epochs in every order in which they can come."""
import msgpack

import dashboard

answer = []  # of a snapshot: topics and bodies


class Socket:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def send(self, request):
        pass

    def poll(self, timeout_ms):
        return bool(answer)

    def recv_multipart(self):
        topic, body = answer.pop(0)
        return topic.encode(), msgpack.packb(body)


RANA, VEGA, BODO = (f"metric/{region}/people/all" for region in ("rana", "vega", "bodo"))


class Dashboard(dashboard.Dashboard):
    def socket(self, kind, name):
        return Socket()

    def beat(self, epoch, seq, complete=True):
        self.published("beat", {"epoch": epoch, "seq": seq, "complete": complete, "sources": []})

    def has(self):
        return {topic: (body["epoch"], body["n"], body["metrics"])
                for topic, body in self.topics.items()}


def metric(epoch, seq, n, metrics):
    return {"epoch": epoch, "seq": seq, "n": n, "metrics": metrics}


def snapshot(epoch, seq, *messages, complete=True):
    end = {"epoch": epoch, "seq": seq, "complete": complete, "next": None}
    answer[:] = [*messages, ("end", end)]


figures, more = {"started": 1}, {"started": 2}
board = Dashboard("nowhere")
snapshot(7, 4, (RANA, metric(7, 3, 2, figures)), (VEGA, metric(7, 4, 1, figures)))
board.beat(7, 4)
assert len(board.has()) == 2 and not board.missed

# What was published before the snapshot, and is read behind it, is older.
board.published(RANA, metric(7, 2, 1, more))
board.published(BODO, metric(7, 4, 1, more))
board.published(VEGA, metric(7, 5, 2, more))
assert board.has() == {RANA: (7, 2, figures), VEGA: (7, 2, more)}

# Another epoch, a smaller number: nothing goes, and nothing is asked, before it is complete.
snapshot(3, 1)
board.beat(3, 1, complete=False)
assert answer and len(board.has()) == 2 and board.missed
board.published(VEGA, metric(3, 2, 1, figures))
assert board.has()[VEGA] == (3, 1, figures)

# Answers that are late, that are ahead, and that have only a part: none of them counts.
for epoch, complete in (7, True), (5, True), (3, False):
    snapshot(epoch, 9, (RANA, metric(epoch, 9, 9, more)), complete=complete)
    board.beat(3, 2)
    assert board.missed and board.has()[RANA] == (7, 2, figures), epoch

# One that breaks off does not, either.
answer[:] = [(RANA, metric(3, 2, 9, more))]
board.beat(3, 2)
assert board.missed and board.has()[RANA] == (7, 2, figures)

# The whole of it: what it does not have is gone.
snapshot(3, 2, (VEGA, metric(3, 2, 1, figures)))
board.beat(3, 2)
assert not board.missed and board.has() == {VEGA: (3, 1, figures)}

# What has changed since: nothing else goes.
board.beat(3, 4)
assert board.missed
snapshot(3, 5, (BODO, metric(3, 3, 1, figures)))
board.beat(3, 5)
assert not board.missed and len(board.has()) == 2

# A gap in a topic's numbers.
board.published(VEGA, metric(3, 6, 3, more))
assert board.missed and board.has()[VEGA] == (3, 3, more)
print("all as it should be")
