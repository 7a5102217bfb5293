/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told.h - one learner's facts as a text, and what they contribute as another.
 */
#ifndef LIFT_TESTS_TOLD_H
#define LIFT_TESTS_TOLD_H

#include "daemon/catalogue/subject.h"
#include "daemon/tally/tally.h"

#define BIT(facet) (UINT64_C(1) << (facet))

/*
 * A learner has done `facts`: "completed a 2026-03-29T00:30:00+01:00, withdrawn b@bodo ...". Behind
 * a word there may be minutes, `attended:90`, and the last day on which it is valid,
 * `completed>2026-06-30`. A fact says that its learner is a nurse of the night at home in rana;
 * with @bodo a carer in bodo; with @nord somebody in nord.
 *
 * Fails where the tallies of one kind in some facets (BIT), hours summed, are not as expected.
 */
void told_check(const char *why, const char *catalogue_text, const char *facts, enum kind kind,
		uint64_t facets, const char *expected);

#endif
