/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/zone.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/day.h"
#include "proto/grow.h"

#define DAY_S	 INT64_C(86400)
#define LAST_MAX (INT64_C(2932896) * DAY_S) /* 9999-12-31: no change of a table is later */

enum {
	NAME_MAX_BYTES = 64,
	FILE_MAX = 1 << 16,
	CHANGES_MAX = 4096, /* of a file */
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	FIRST_YEAR = 1970, /* of a rule */
	CYCLE_YEARS = 400
};

/* The counts of a header, as they come in it. */
struct header {
	uint64_t ut, std, leap, time, type, letters;
};

static bool take(struct text *bytes, uint64_t size, const uint8_t **ret_taken)
{
	if (bytes->size < size)
		return false;
	*ret_taken = (const uint8_t *)bytes->data;
	*bytes = (struct text){ bytes->data + size, bytes->size - size };
	return true;
}

static bool take_header(struct text *bytes, struct header *ret_header)
{
	const uint8_t *at;

	if (!take(bytes, HEADER_BYTES, &at) || memcmp(at, "TZif", 4) != 0 || at[4] < '2')
		return false;
	*ret_header = (struct header){ get_be(at + 20, 4), get_be(at + 24, 4), get_be(at + 28, 4),
				       get_be(at + 32, 4), get_be(at + 36, 4), get_be(at + 40, 4) };
	return true;
}

/* What stands behind the types; times have 4 bytes in the first block, 8 in the second. */
static uint64_t rest_size(const struct header *header, uint64_t time_bytes)
{
	return header->letters + header->leap * (time_bytes + 4) + header->std + header->ut;
}

/* A change to the offset that there is already is none. */
static int add(struct zone *zone, int64_t from, int32_t offset)
{
	int err;

	/* Where summer ends in the second in which it begins, only the later one is seen. */
	while (zone->n > 1 && zone->changes[zone->n - 1].from >= from)
		zone->n--;
	if (zone->n > 0 && zone->changes[zone->n - 1].offset == offset)
		return 0;
	err = grow(&zone->changes, &zone->room, zone->n + 1, sizeof(*zone->changes));
	if (!err)
		zone->changes[zone->n++] = (struct zone_change){ from, offset };
	return err;
}

static int add_table(struct zone *zone, const struct header *header, const uint8_t *times,
		     const uint8_t *types, const uint8_t *offsets, int64_t *ret_last)
{
	int err = add(zone, INT64_MIN, (int32_t)get_be(offsets, 4));

	*ret_last = INT64_MIN;
	for (size_t i = 0; i < header->time && !err; i++) {
		int64_t at = (int64_t)get_be(times + 8 * i, 8);

		if (types[i] >= header->type || (i > 0 && at <= *ret_last) || at > LAST_MAX)
			return LIFT_E_NOT_FOUND;
		*ret_last = at;
		err = add(zone, at, (int32_t)get_be(offsets + TYPE_BYTES * types[i], 4));
	}
	return err;
}

/* For a whole cycle behind the table: what comes later is as in that. */
static int add_rule(struct zone *zone, const struct zone_rule *rule, int64_t last)
{
	struct zone_change changes[2];
	int32_t year = FIRST_YEAR, month, day;
	int err = 0;

	if (!rule->has_summer)
		return 0;
	if (last > 0)
		day_to_date((int32_t)(last / DAY_S), &year, &month, &day);
	zone->repeats_from = day_of_date(year + 2, 1, 1) * DAY_S;
	for (int32_t y = year; y < year + 2 + CYCLE_YEARS + 1 && !err; y++) {
		zone_rule_year(rule, y, changes);
		for (int i = 0; i < 2 && !err; i++)
			if (changes[i].from > last)
				err = add(zone, changes[i].from, changes[i].offset);
	}
	return err;
}

static int decode(struct text bytes, struct zone *zone)
{
	struct header header;
	struct zone_rule rule = { 0 };
	const uint8_t *skipped, *times, *types, *offsets;
	int64_t last;
	int err;

	if (!take_header(&bytes, &header) ||
	    !take(&bytes, 5 * header.time + TYPE_BYTES * header.type + rest_size(&header, 4),
		  &skipped) ||
	    !take_header(&bytes, &header) || header.time > CHANGES_MAX || header.type == 0 ||
	    header.leap > 0 || !take(&bytes, 8 * header.time, &times) ||
	    !take(&bytes, header.time, &types) ||
	    !take(&bytes, TYPE_BYTES * header.type, &offsets) ||
	    !take(&bytes, rest_size(&header, 8), &skipped) || bytes.size < 2 ||
	    bytes.data[0] != '\n' || bytes.data[bytes.size - 1] != '\n')
		return LIFT_E_NOT_FOUND;
	if (bytes.size > 2 &&
	    zone_rule_parse((struct text){ bytes.data + 1, bytes.size - 2 }, &rule) != 0)
		return LIFT_E_NOT_FOUND;
	err = add_table(zone, &header, times, types, offsets, &last);
	return err ? err : add_rule(zone, &rule, last);
}

int zone_decode(struct text bytes, struct zone *ret_zone)
{
	struct zone zone = { .repeats_from = INT64_MAX };
	int err = decode(bytes, &zone);

	if (err)
		zone_free(&zone);
	else
		*ret_zone = zone;
	return err;
}

static bool is_name(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || size > NAME_MAX_BYTES || *name == '/')
		return false;
	for (; *name; name++)
		if (!isascii(*name) || (!isalnum(*name) && !strchr("_+-/", *name)))
			return false;
	return true;
}

static int read_file(const char *path, struct text *ret_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = LIFT_E_NOT_FOUND;
	struct stat info;
	char *bytes;

	if (fd < 0)
		return LIFT_E_NOT_FOUND;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
	    info.st_size <= FILE_MAX) {
		bytes = malloc((size_t)info.st_size);
		err = bytes ? 0 : LIFT_E_MEMORY;
		if (!err && read(fd, bytes, (size_t)info.st_size) != info.st_size)
			err = LIFT_E_NOT_FOUND;
		if (err)
			free(bytes);
		else
			*ret_bytes = (struct text){ bytes, (size_t)info.st_size };
	}
	close(fd);
	return err;
}

int zone_read(const char *name, struct zone *ret_zone)
{
	const char *dir = getenv("TZDIR");
	char path[PATH_MAX];
	struct text bytes;
	int err;

	if (!is_name(name) ||
	    snprintf(path, sizeof(path), "%s/%s", dir && *dir ? dir : "/usr/share/zoneinfo",
		     name) >= (int)sizeof(path))
		return LIFT_E_NOT_FOUND;
	err = read_file(path, &bytes);
	if (err)
		return err;
	err = zone_decode(bytes, ret_zone);
	free((char *)bytes.data);
	return err;
}

/* A second of the table at which the zone is as at this one. */
static int64_t in_table(const struct zone *zone, int64_t second)
{
	int64_t from = zone->repeats_from;

	return second < from ? second : from + (second - from) % ZONE_CYCLE_S;
}

const struct zone_change *zone_change_at(const struct zone *zone, int64_t second)
{
	size_t low = 0, high = zone->n;

	second = in_table(zone, second);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->changes[middle].from <= second)
			low = middle;
		else
			high = middle;
	}
	return &zone->changes[low];
}

int64_t zone_second_of_local(const struct zone *zone, int64_t local)
{
	const struct zone_change *last = &zone->changes[zone->n - 1];
	int64_t in = in_table(zone, local), cycles = local - in;
	const struct zone_change *change = zone_change_at(zone, in - DAY_S);

	for (;; change++) {
		int64_t at = in - change->offset;

		if (at < change->from)
			at = change->from;
		if (change == last || at < change[1].from)
			return at + cycles;
	}
}

void zone_free(struct zone *zone)
{
	free(zone->changes);
	*zone = (struct zone){ 0 };
}
