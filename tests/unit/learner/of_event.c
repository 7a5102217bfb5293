/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/learner/of_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/catalogue.h"

struct profile *profile_of_event(const struct catalogue *catalogue, const struct event *event)
{
	struct claim claims[ATTRS_MAX];
	struct profile *profile;
	uint32_t n = 0;

	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];
		uint32_t d = catalogue_dimension(catalogue, attr->name);

		if (d != CATALOGUE_NONE)
			claims[n++] = (struct claim){ d, catalogue_value(catalogue, d, attr->value),
						      attr->value };
	}
	profile = profile_new(catalogue_home(catalogue, event->region), event->region, claims, n);
	assert_non_null(profile);
	return profile;
}

struct fact fact_of_event(const struct catalogue *catalogue, const struct event *event,
			  uint32_t profile)
{
	uint32_t module = catalogue_module(catalogue, event->module);

	if (module == CATALOGUE_NONE)
		return (struct fact){ .module = FACT_NO_MODULE,
				      .time = event->time,
				      .type = EVENT_STARTED,
				      .result = { .score = -1, .passed = -1 },
				      .voids_time = EVENT_NO_TIME,
				      .profile = profile };
	return (struct fact){ .module = module,
			      .time = event->time,
			      .type = (uint8_t)event->type,
			      .voids = (uint8_t)event->voids,
			      .result = event->result,
			      .voids_time = event->voids_time,
			      .valid_until = event->valid_until,
			      .profile = profile };
}
