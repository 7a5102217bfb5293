/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metric.h - the messages that dashboards read: metric, beat; and their topics.
 */
#ifndef LIFT_PROTO_METRIC_H
#define LIFT_PROTO_METRIC_H

#include "proto/msg.h"

enum { TOPIC_MAX = 512 /* bytes of a topic: "metric/", a region, a kind, an id of up to 400 */ };

struct metric {
	int64_t epoch;	   /* of this run of the daemon and this ledger */
	uint64_t seq;	   /* the tick's number */
	uint64_t n;	   /* of the messages of this topic */
	int64_t time;	   /* ms */
	struct text as_of; /* "YYYY-MM-DD" */
	struct text plane, region, kind, id;
	struct text metrics; /* MessagePack, as metrics.h writes it; empty: nobody counts any more
				(nil) */
	const struct text *sources;
	size_t n_sources;
	uint32_t release; /* that the figures are of, which are protected then, and no source is
			     named; 0: they are exact */
};

/* "metric/<region>/<kind>/<id>" into `to`; its length. */
size_t metric_topic(char to[static TOPIC_MAX], struct text region, struct text kind,
		    struct text id);
void metric_encode(struct msg_writer *writer, const struct metric *metric);

struct beat_source {
	struct text source;
	int64_t last_event;    /* greatest time accepted, ms; 0: none */
	int64_t last_received; /* ms */
	uint64_t missing;      /* numbers */
	int64_t since;	       /* ms, since when the oldest of them; 0: none is missing */
	int64_t expected;      /* ms within which it should have been heard; 0: it is not late */
	int64_t late_since;    /* ms; 0: it is not late */
};

struct beat {
	int64_t epoch;
	uint64_t seq;
	int64_t time;
	struct text as_of;
	bool complete;	  /* each topic of this epoch has been sent */
	uint64_t waiting; /* topics that had changed by now, and go out with later numbers */
	const struct beat_source *sources;
	size_t n_sources;
	uint64_t left_out; /* sources beyond these */
	bool is_open;	   /* it says which release the figures are of, and no source */
	uint32_t release;  /* 0: none yet; then as_of is empty, too */
};
void beat_encode(struct msg_writer *writer, const struct beat *beat);

#endif
