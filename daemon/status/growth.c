/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/growth.h"

#include <sys/statvfs.h>

enum { DAYS_MAX = 36500 /* more is not told apart */ };

static const int64_t day_ms = 86400000;

/* What has come. */
struct influx {
	uint64_t events;
	int64_t ms; /* over how long; 0: too little to go by */
};

/* The number of the first entry that was received at a moment or later, by halves; `last` where
 * all are earlier. */
static int find_since(struct journal_view *view, uint64_t last, int64_t since_ms,
		      uint64_t *ret_number)
{
	uint64_t first = 1;

	while (first < last) {
		uint64_t middle = first + (last - first) / 2;
		int64_t receipt;
		int err = journal_view_receipt(view, middle, &receipt);

		if (err)
			return err;
		if (receipt < since_ms)
			first = middle + 1;
		else
			last = middle;
	}
	*ret_number = first;
	return 0;
}

/* Of the last days, or since the first event where that is later. */
static struct influx find_influx(struct journal_view *view, uint64_t last, int64_t utc_ms)
{
	int64_t since_ms = utc_ms - GROWTH_DAYS * day_ms, first_ms;
	struct influx influx = { 0 };
	uint64_t number;

	if (last == 0 || journal_view_receipt(view, 1, &first_ms) != 0)
		return influx;
	if (first_ms > since_ms)
		since_ms = first_ms;
	if (utc_ms - since_ms < day_ms || find_since(view, last, since_ms, &number) != 0 ||
	    last - number + 1 < GROWTH_EVENTS_MIN)
		return influx;
	return (struct influx){ last - number + 1, utc_ms - since_ms };
}

static double days_for(uint64_t room, double bytes_a_day)
{
	double days = (double)room / bytes_a_day;

	return days < DAYS_MAX ? days : DAYS_MAX;
}

/* Until the disk is full, or the journal has as many bytes as it may. */
static void write_days(const struct status_parts *parts, const struct influx *influx, uint64_t last,
		       uint64_t free_bytes, struct msg_writer *writer)
{
	uint64_t journal = journal_bytes(parts->journal), most = journal_quota(parts->journal);
	double an_event = (double)journal / (double)last;
	double events_a_day = (double)influx->events * (double)day_ms / (double)influx->ms;
	double both = (double)(journal + ledger_bytes(parts->ledger)) / (double)last * events_a_day;
	double days = days_for(free_bytes, both);
	double of_journal = days_for(most > journal ? most - journal : 0, an_event * events_a_day);

	msg_key_int(writer, "bytes_a_day", (int64_t)both);
	msg_key_int(writer, "over_ms", influx->ms);
	msg_key_int(writer, "days", (int64_t)(of_journal < days ? of_journal : days));
}

void growth_write(const struct status_parts *parts, struct journal_view *view, int64_t utc_ms,
		  struct msg_writer *writer)
{
	uint64_t last = journal_view_last(view);
	struct influx influx = { 0 };
	struct statvfs disk;

	msg_str(writer, "disk");
	if (statvfs(parts->config->state, &disk) != 0) {
		msg_nil(writer);
		return;
	}
	if (parts->ledger && !journal_damage(parts->journal))
		influx = find_influx(view, last, utc_ms);
	msg_map_begin(writer);
	msg_key_int(writer, "bytes", (int64_t)((uint64_t)disk.f_blocks * disk.f_frsize));
	msg_key_int(writer, "free", (int64_t)((uint64_t)disk.f_bavail * disk.f_frsize));
	if (influx.ms > 0)
		write_days(parts, &influx, last, (uint64_t)disk.f_bavail * disk.f_frsize, writer);
	msg_map_end(writer);
}
