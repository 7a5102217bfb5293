/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate.h - how many requests, and how many bytes, one name may send in a second.
 *
 * A bucket of each that fills by the second and holds ten of them. The table has an end: of four
 * neighbours the one that was heard longest ago goes, whose bucket is full again by then as a rule.
 */
#ifndef LIFT_HTTP_RATE_H
#define LIFT_HTTP_RATE_H

#include "proto/bytes.h"

enum { HTTP_RATE_SECONDS = 10, HTTP_RATE_SETS = 256 /* of four */ };

struct http_rate;

/* 0: no limit of that. NULL: out of memory. */
struct http_rate *http_rate_new(uint64_t requests_s, uint64_t bytes_s);
void http_rate_free(struct http_rate *rate);
/* A request of so many bytes by this name: 0: it may come in, and is counted; else after how many
 * seconds it may (Retry-After). One larger than the bucket comes in when that is full. */
int http_rate_take(struct http_rate *rate, struct text name, uint64_t bytes, int64_t now_ms);

#endif
