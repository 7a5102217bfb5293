/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter.h - clocks, what a process has used, and the lines in which a program tells its figures:
 * name, unit and value with tabs between.
 */
#ifndef LIFT_TESTS_BENCH_METER_H
#define LIFT_TESTS_BENCH_METER_H

#include <stddef.h>

double meter_wall_s(void); /* steady */
double meter_cpu_s(void);  /* of this process, all threads */

/* A line on standard output. The name is printf's. */
void meter_tell(double value, const char *unit, const char *name, ...)
	__attribute__((format(printf, 3, 4)));

/* CPU of the threads of a process that have a name (NULL: all), s; 0 where there is none. */
double meter_thread_s(int pid, const char *name);
/* Memory of a process that is no file's, bytes. */
double meter_own_bytes(int pid);
/* What a file takes on its disk, bytes. */
double meter_file_bytes(const char *path);

/* Sorts the values; the one below which so many of 1,000 are. */
double meter_quantile(double *values, size_t n, unsigned permille);

#endif
