/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/machine.h"

#include <stdlib.h>
#include <sys/statvfs.h>

#include "daemon/base/log.h"

static const uint64_t room_most = 5ull << 30; /* bytes */

uint64_t machine_room_wanted(uint64_t disk_bytes)
{
	return disk_bytes / 10 < room_most ? disk_bytes / 10 : room_most;
}

static void look_at_clock(struct machine *machine, const struct now *now)
{
	int64_t offset_ms = now->utc_ms - now->steady_ms, jump_ms = offset_ms - machine->offset_ms;

	machine->offset_ms = offset_ms;
	if (llabs(jump_ms) < CLOCK_JUMP_MS)
		return;
	stats_add(machine->stats, STAT_clock_jumps, 1);
	log_alert(ALERT_CLOCK_JUMPED, "clock jumped: by_ms=%+lld now_ms=%lld", (long long)jump_ms,
		  (long long)now->utc_ms);
}

/* It is well again only with a quarter more than that: not each file that goes is news. */
static void look_at_disk(struct machine *machine)
{
	struct statvfs disk;
	uint64_t free_bytes, wanted;

	if (statvfs(machine->state, &disk) != 0)
		return; /* the next commit says why */
	free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	wanted = machine_room_wanted((uint64_t)disk.f_blocks * disk.f_frsize);
	if (!machine->disk_told && free_bytes < wanted)
		log_alert(ALERT_DISK_NEARLY_FULL,
			  "the disk is nearly full: path=%s free_mib=%llu wanted_mib=%llu",
			  machine->state, (unsigned long long)(free_bytes >> 20),
			  (unsigned long long)(wanted >> 20));
	else if (machine->disk_told && free_bytes >= wanted + wanted / 4)
		log_alert(ALERT_DISK_WELL, "the disk has room again: path=%s free_mib=%llu",
			  machine->state, (unsigned long long)(free_bytes >> 20));
	else
		return;
	machine->disk_told = !machine->disk_told;
}

/* It never shrinks: said once. */
static void look_at_journal(struct machine *machine)
{
	uint64_t bytes = journal_bytes(machine->journal), most = journal_quota(machine->journal);

	if (machine->journal_told || bytes < most - most / 10)
		return;
	machine->journal_told = true;
	log_alert(ALERT_DISK_NEARLY_FULL,
		  "journal_max_mib is nearly reached: journal_mib=%llu journal_max_mib=%llu",
		  (unsigned long long)(bytes >> 20), (unsigned long long)(most >> 20));
}

static void look(void *context, const struct now *now)
{
	struct machine *machine = context;

	look_at_clock(machine, now);
	if (machine->looks++ % MACHINE_ROOM_LOOKS != 0)
		return;
	look_at_disk(machine);
	look_at_journal(machine);
}

int machine_watch(struct machine *machine, struct loop *loop, const struct now *now)
{
	machine->offset_ms = now->utc_ms - now->steady_ms;
	return loop_add_timer(loop, MACHINE_LOOK_MS, look, machine, NULL);
}
