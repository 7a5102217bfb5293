/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "daemon/journal/walk/internal.h"

void walk_tell(struct journal_walk *walk, uint64_t first, uint64_t last, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	journal_damage_add(&walk->damage, first, last, format, args);
	va_end(args);
}
