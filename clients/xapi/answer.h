/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - answers, each with the headers that xAPI wants in all of them.
 */
#ifndef LIFT_XAPI_ANSWER_H
#define LIFT_XAPI_ANSWER_H

#include "clients/xapi/work/work.h"

/* {"error": TEXT}; retry_s > 0: Retry-After. */
__attribute__((format(printf, 4, 5))) void answer_problem(struct http_exchange *exchange,
							  unsigned status, int retry_s,
							  const char *format, ...);
/* A JSON value, which is given away. */
void answer_json(struct http_exchange *exchange, unsigned status, json_t *json);
/* What came of a request: once all that it gives is on disk, or it has failed. */
void answer_work(const struct work *work);

#endif
