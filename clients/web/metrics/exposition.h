/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exposition.h - figures as Prometheus reads them, family by family: OpenMetrics 1.0, or the older
 * text format 0.0.4. Never more than so many series: what is beyond is counted.
 */
#ifndef LIFT_WEB_METRICS_EXPOSITION_H
#define LIFT_WEB_METRICS_EXPOSITION_H

#include <jansson.h>
#include <stdio.h>

#include "proto/bytes.h"

enum exposition_type { EXPOSITION_GAUGE, EXPOSITION_COUNTER, EXPOSITION_INFO };

struct exposition_family {
	const char *name; /* without what the type puts behind: _total, _info */
	const char *help;
	enum exposition_type type;
};

struct exposition_label {
	const char *name;
	struct text value;
};

struct exposition {
	FILE *out;
	bool is_openmetrics;
	size_t series, series_max, left_out;
	struct exposition_family family; /* the one that is being written */
	bool is_begun;			 /* its head is there */
};

/* What follows is of this family; one without samples is not mentioned. */
void exposition_begin(struct exposition *exposition, enum exposition_type type, const char *name,
		      const char *help);
void exposition_put(struct exposition *exposition, const struct exposition_label *labels, size_t n,
		    double value);
/* The same of a number, times `factor`, or of a boolean; anything else is no sample. */
void exposition_put_json(struct exposition *exposition, const struct exposition_label *labels,
			 size_t n, const json_t *value, double factor);
/* A family of one sample without labels. */
void exposition_one(struct exposition *exposition, const char *name, const char *help,
		    double value);
void exposition_one_json(struct exposition *exposition, enum exposition_type type, const char *name,
			 const char *help, const json_t *value, double factor);
/* How many were left out, and the end. */
void exposition_end(struct exposition *exposition);

#endif
