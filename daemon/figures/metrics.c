/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/figures/parts.h"

static void (*const encoders[KINDS])(const struct figures *, struct msg_writer *, int32_t) = {
	[KIND_MODULE] = encode_module,
	[KIND_PROGRAMME] = encode_programme,
	[KIND_COMPETENCE] = encode_competence,
	[KIND_PEOPLE] = encode_people,
};

void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	encoders[subject_kind(figures->subject)](figures, writer, daily_from);
}
