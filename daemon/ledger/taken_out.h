/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taken_out.h - what a horizon leaves of a learner's facts. Pure.
 *
 * Of what is from before it there stay, by a catalogue:
 * - a fact that has earned a competence which holds on the horizon's day or later, and what takes
 *   facts of such a module back;
 * - of what is claimed of the learner, the region and each attribute, the latest: of its event the
 *   claim alone counts, as if its module were in no catalogue.
 * So what holds, and who somebody is, on any day from the horizon on is what it was. The rule looks
 * at all facts of one learner: it may be asked again, with facts that have come since.
 */
#ifndef LIFTD_LEDGER_TAKEN_OUT_H
#define LIFTD_LEDGER_TAKEN_OUT_H

#include "daemon/learner/learner.h"

/* What is left of a fact where its claims alone count. */
struct fact fact_of_claim(const struct fact *fact);

/* Does what is left of a learner rest on a fact, or on its claims? */
bool learner_rests_on(const struct learner *learner, const struct fact *fact);

/* Leave of a learner's facts what stays. Their profiles are resolved. LIFT_E_MEMORY. */
int learner_retain(struct learner *learner, const struct profiles *profiles, int64_t horizon_ms);

#endif
