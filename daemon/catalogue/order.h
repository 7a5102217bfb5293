/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.h - all regions and all subjects of a catalogue in the order in which figures are printed:
 * by kind's name, id, and region's code, as bytes.
 */
#ifndef LIFTD_CATALOGUE_ORDER_H
#define LIFTD_CATALOGUE_ORDER_H

#include "daemon/catalogue/subject.h"

/* Indices that the caller frees: n_regions of them, and *ret_n subjects. LIFT_E_MEMORY. */
int order_regions(const struct catalogue *catalogue, uint32_t **ret_regions);
int order_subjects(const struct catalogue *catalogue, uint32_t **ret_subjects, size_t *ret_n);

#endif
