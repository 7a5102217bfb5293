/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <string.h>

#include "clients/cli/text/print.h"

/* "what: why" */
static void tell_daemon(struct telling *telling)
{
	static const struct {
		const char *what, *hint;
	} hints[] = {
		{ "journal: ",
		  "OPERATING.md: \"The journal cannot be written\", \"A damaged journal\"" },
		{ "ledger: ", "OPERATING.md: \"The ledger and the figures\"" },
		{ "rebuild: ", "OPERATING.md: \"The ledger and the figures\"" },
		{ "catalogue: figures of learners would go",
		  "'lift reload --dry-run' says all; bring the file back, or 'lift reload --yes'" },
		{ "configuration: ",
		  "'liftd --check-config' says all errors; mend the file, then 'lift "
		  "reload'" },
		{ "catalogue: ",
		  "'liftd --check-config' says all errors; mend the file, then 'lift "
		  "reload'" },
		{ "release: ", "OPERATING.md: \"Releases\"; 'lift releases' lists what there is" },
		{ "", "OPERATING.md has what to do; 'journalctl -u liftd' has the log" },
	};
	const json_t *troubles = json_object_get(telling->status, "troubles"), *trouble;
	size_t i, k;

	json_array_foreach(troubles, i, trouble)
	{
		const char *text = json_string_value(trouble);

		for (k = 0; strncmp(text, hints[k].what, strlen(hints[k].what)) != 0;)
			k++;
		troubles_tell(telling, true, hints[k].hint, "%s", text);
	}
	if (i == 0 && !json_is_true(json_object_get(telling->status, "healthy")))
		troubles_tell(telling, true, "'journalctl -u liftd' has the log",
			      "liftd is not well, and does not say why");
}

static void tell_damage(struct telling *telling)
{
	const json_t *journal = json_object_get(telling->status, "journal"), *range;
	size_t i;

	json_array_foreach(json_object_get(journal, "damaged"), i, range)
	{
		troubles_tell(telling, true, NULL,
			      "journal: DAMAGED %" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT,
			      json_integer_value(json_array_get(range, 0)),
			      json_integer_value(json_array_get(range, 1)));
	}
}

void troubles_daemon(struct telling *telling)
{
	tell_daemon(telling);
	tell_damage(telling);
}
