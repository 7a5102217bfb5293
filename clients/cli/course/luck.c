/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/luck.h"

uint64_t luck_next(struct luck *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

struct luck luck_of(uint64_t seed, uint32_t one, uint8_t purpose)
{
	struct luck chance = { seed };

	chance.state = luck_next(&chance) ^ (uint64_t)one << 8 ^ (uint64_t)purpose;
	chance.state = luck_next(&chance);
	return chance;
}

uint32_t luck_below(struct luck *chance, uint32_t n)
{
	return (uint32_t)(luck_next(chance) % n);
}

double luck_unit(struct luck *chance)
{
	return (double)(luck_next(chance) >> 11) * 0x1p-53;
}

bool luck_hits(struct luck *chance, double probability)
{
	return luck_unit(chance) < probability;
}

double luck_normal(struct luck *chance)
{
	double sum = luck_unit(chance) + luck_unit(chance);

	sum += luck_unit(chance) + luck_unit(chance);
	return (sum - 2) * 1.7320508;
}
