/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/order.h"

#include <stdlib.h>

static int compare_regions(const void *a, const void *b, void *context)
{
	const struct catalogue *catalogue = context;

	return text_compare(text_of(catalogue->regions[*(const uint32_t *)a].code),
			    text_of(catalogue->regions[*(const uint32_t *)b].code));
}

static int compare_subjects(const void *a, const void *b, void *context)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int by = text_compare(text_of(kind_name(subject_kind(x))),
			      text_of(kind_name(subject_kind(y))));

	return by ? by
		  : text_compare(text_of(subject_id(context, x)), text_of(subject_id(context, y)));
}

int order_regions(const struct catalogue *catalogue, uint32_t **ret_regions)
{
	uint32_t *regions = malloc(catalogue->n_regions * sizeof(*regions));

	if (!regions)
		return LIFT_E_MEMORY;
	for (uint32_t r = 0; r < catalogue->n_regions; r++)
		regions[r] = r;
	qsort_r(regions, catalogue->n_regions, sizeof(*regions), compare_regions,
		(void *)catalogue);
	*ret_regions = regions;
	return 0;
}

int order_subjects(const struct catalogue *catalogue, uint32_t **ret_subjects, size_t *ret_n)
{
	uint32_t *subjects;
	size_t n = 0, n_subjects = 0;

	for (enum kind kind = 0; kind < KINDS; kind++)
		n_subjects += kind_subjects(catalogue, kind);
	subjects = malloc(n_subjects * sizeof(*subjects));
	if (!subjects)
		return LIFT_E_MEMORY;
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (uint32_t i = 0; i < kind_subjects(catalogue, kind); i++)
			subjects[n++] = subject_of(kind, i);
	qsort_r(subjects, n, sizeof(*subjects), compare_subjects, (void *)catalogue);
	*ret_subjects = subjects;
	*ret_n = n;
	return 0;
}
