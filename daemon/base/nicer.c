/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/nicer.h"

#include <sys/resource.h>

void nicer_be(int by)
{
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + by);
}
