/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - what the metrics of several kinds have in common, and the way from a kind to
 * its figures.
 */
#ifndef LIFTD_FIGURES_PARTS_H
#define LIFTD_FIGURES_PARTS_H

#include "daemon/figures/metrics.h"

/* A key, and three of n, of and their quotient. */
void write_rate(struct msg_writer *writer, const char *key, int64_t n, int64_t of);
/* Its three keys alone. */
void write_rate_keys(struct msg_writer *writer, int64_t n, int64_t of);
/* The mean of n values in 1/10000. */
void write_mean(struct msg_writer *writer, int64_t sum, int64_t n);

/* active_7d and active_30d; stalled; hours. */
void write_active(const struct figures *figures, struct msg_writer *writer);
void write_stalled(const struct figures *figures, struct msg_writer *writer, int32_t after_days);
void write_hours(const struct figures *figures, struct msg_writer *writer);

/* Of the leaves inside that may be. */
void write_reached(const struct figures *figures, struct msg_writer *writer);

/* minutes and monthly, where there are some: reported, and the nominal ones. */
void write_time(const struct figures *figures, struct msg_writer *writer, int64_t nominal);
/* enrolment and not_started, where somebody is enrolled. */
void write_enrolment(const struct figures *figures, struct msg_writer *writer);

/* The columns of `by` that have names, and minutes where some are reported; values of zeros are
 * left out, dimensions never. */
void write_by(const struct figures *figures, struct msg_writer *writer, const char *const columns[],
	      size_t n_columns);

/* The days of `daily` from one on; those on which nothing happened are not there. */
void write_daily(const struct figures *figures, struct msg_writer *writer, int32_t from,
		 int n_columns);

/* The figures of each kind: METRICS 4, 5, 6, 5. */
void encode_module(const struct figures *figures, struct msg_writer *writer, int32_t daily_from);
void encode_programme(const struct figures *figures, struct msg_writer *writer, int32_t daily_from);
void encode_competence(const struct figures *figures, struct msg_writer *writer,
		       int32_t daily_from);
void encode_people(const struct figures *figures, struct msg_writer *writer, int32_t daily_from);

#endif
