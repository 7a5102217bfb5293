/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/columns.h"

void columns_make(struct open_columns *columns, const struct catalogue *catalogue)
{
	uint32_t wide[OPEN_MEASURES] = { [OPEN_SCORE] = OPEN_SCORES,
					 [OPEN_GAIN] = OPEN_GAINS,
					 [OPEN_TOOK] = OPEN_DAYS,
					 [OPEN_LEVEL] = CATALOGUE_LEVELS + 1 };

	*columns = (struct open_columns){ 0 };
	for (uint32_t i = 0; i < catalogue->n_programmes; i++)
		if (catalogue->programmes[i].n_targets > wide[OPEN_TARGET])
			wide[OPEN_TARGET] = catalogue->programmes[i].n_targets;
	for (uint32_t i = 0; i < catalogue->n_competences; i++)
		if (catalogue->competences[i].n_requirements > wide[OPEN_REQUIREMENT])
			wide[OPEN_REQUIREMENT] = catalogue->competences[i].n_requirements;
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		columns->value[d + 1] = columns->value[d] + catalogue->dimensions[d].n_values + 1;
	for (int m = OPEN_BY_BASE; m < OPEN_MEASURES; m++)
		wide[m] = columns->value[catalogue->n_dimensions];
	for (int m = 0; m < OPEN_MEASURES; m++)
		columns->at[m + 1] = columns->at[m] + (m < OPEN_SCORE ? 1 : wide[m]);
}

bool open_has_target(const struct target *target)
{
	return (target->measure == MEASURE_PARTICIPANTS || target->measure == MEASURE_COMPLETED) &&
	       target->region == REGION_ALL && !target->each;
}

bool open_has_requirement(const struct requirement *requirement)
{
	return requirement->count == 0;
}

uint32_t open_target(const struct programme *programme, uint32_t i)
{
	const struct target *target = &programme->targets[i], *other;
	uint32_t first = 0;

	for (; first < i; first++) {
		other = &programme->targets[first];
		if (open_has_target(other) && other->measure == target->measure &&
		    where_equal(&other->where, &target->where))
			break;
	}
	return first;
}

uint32_t open_requirement(const struct competence *competence, uint32_t i)
{
	const struct requirement *requirement = &competence->requirements[i], *other;
	uint32_t first = 0;

	for (; first < i; first++) {
		other = &competence->requirements[first];
		if (open_has_requirement(other) && other->level == requirement->level &&
		    where_equal(&other->where, &requirement->where))
			break;
	}
	return first;
}
