/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <string.h>

#include "clients/cli/text/print.h"

enum {
	DISK_DAYS_WRONG = 7, /* until it is full */
	DISK_DAYS_NOTED = 30,
	DISK_NOTED_MIB = 5 << 10, /* from here on the daemon's log says so, too, */
	DISK_NOTED_SHARE = 10,	  /* unless the disk is so small that this part of it is less */
	DISK_FREE_MIB = 256,	  /* with less there is no backup, */
	DISK_FREE_SHARE = 20,	  /* unless the disk is so small that this part of it is less */
};

/* Fewer MiB are free than these, and than this part of the disk. */
static bool has_less(const json_t *disk, json_int_t mib, json_int_t share)
{
	json_int_t left = json_number(disk, "free");

	return left >> 20 < mib && left < json_number(disk, "bytes") / share;
}

static void tell_disk(struct telling *telling)
{
	static const char hint[] = "remove old backups, or give the state a larger disk; a journal "
				   "that may be larger: 'man liftd.yaml', journal_max_mib";
	const json_t *disk = json_object_get(telling->status, "disk");
	json_int_t days = json_number(disk, "days");
	bool ignored = troubles_is_ignored(telling, "disk", "disk");
	bool few_days = json_is_integer(json_object_get(disk, "days")) && days < DISK_DAYS_NOTED;

	if (!json_is_object(disk))
		return;
	if (few_days)
		troubles_tell(telling, !ignored && days < DISK_DAYS_WRONG, hint,
			      "disk: full in about %" JSON_INTEGER_FORMAT
			      " day%s, at the pace of the last week: %" JSON_INTEGER_FORMAT
			      " MiB a day",
			      days, days == 1 ? "" : "s", json_number(disk, "bytes_a_day") >> 20);
	if (has_less(disk, DISK_NOTED_MIB, DISK_NOTED_SHARE))
		troubles_tell(telling, !ignored && has_less(disk, DISK_FREE_MIB, DISK_FREE_SHARE),
			      hint, "disk: only %" JSON_INTEGER_FORMAT " MiB are free",
			      json_number(disk, "free") >> 20);
}

#define NAMES_HINT                                                   \
	"beyond it events with other ones are refused (names): see " \
	"names_per_source, 'man liftd.yaml'"

static const struct limit_words {
	const char *what, *words, *hint;
} limit_words[] = {
	{ "modules", "names of modules that the catalogue does not have", NAMES_HINT },
	{ "regions", "names of regions that the catalogue does not have", NAMES_HINT },
	{ "values", "names of values that the catalogue does not have", NAMES_HINT },
	{ "profiles", "profiles with names that the catalogue does not have", NAMES_HINT },
	{ "streams", "streams",
	  "beyond it new ones are refused: 'lift publish --stream' goes on with one" },
	{ "gaps", "streams with missing numbers",
	  "beyond it no other may have a gap: send what is missing, or 'lift stream close'" },
	{ "ranges", "ranges of numbers above the first gap of a stream",
	  "beyond it batches are refused (holes): send what is missing, or 'lift stream close'" },
	{ "sources", "sources", "beyond it new ones are refused (names)" },
	{ "journal", "bytes of the journal",
	  "beyond it batches are refused (disk): 'man liftd.yaml', journal_max_mib" },
	{ "descriptors", "connections for which there are descriptors",
	  "beyond it new ones are refused: fewer clients, or a higher LimitNOFILE" },
};

/* A limit that this version does not know has its own name for it. */
static struct limit_words words_of(const char *what)
{
	for (size_t i = 0; i < sizeof(limit_words) / sizeof(limit_words[0]); i++)
		if (strcmp(limit_words[i].what, what) == 0)
			return limit_words[i];
	return (struct limit_words){ what, what, "beyond it more are refused" };
}

static void tell_limits(struct telling *telling)
{
	const json_t *limit;
	size_t i;

	json_array_foreach(json_object_get(telling->status, "limits"), i, limit)
	{
		json_int_t used = json_number(limit, "used"), most = json_number(limit, "most");
		struct limit_words words = words_of(json_text(limit, "what"));
		const char *source = json_text(limit, "source");
		const char *stream = json_text(limit, "stream");

		troubles_tell(telling, !troubles_is_ignored(telling, "limits", source), words.hint,
			      "%s%s%s%s%s: %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
			      " %s (%.0f %%)",
			      *source ? "source " : "", source, *source ? "" : "all sources",
			      *stream ? ", stream " : "", stream, used, most, words.words,
			      most ? 100.0 * (double)used / (double)most : 100.0);
	}
}

void troubles_room(struct telling *telling)
{
	tell_disk(telling);
	tell_limits(telling);
}
