/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift access: all that is held on one person.
 */
#include <stdlib.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum { ACCESS_TIMEOUT_MS = 600000 /* the daemon first applies what it has */ };

static int print_answer(json_t *answer)
{
	static const char *const ours[] = { "v", "ok", "more" };
	static const char *const lists[] = { "facts", "quarantine", "entries" };
	char *line;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!json_is_array(json_object_get(answer, lists[i])) ||
		    !json_is_string(json_object_get(answer, "source")))
			return complain_not_understood("something of what is held is not there");
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		json_object_del(answer, ours[i]);
	line = json_line(answer);
	if (!line) {
		complain("%s", lift_err_text(LIFT_E_MEMORY));
		return STATUS_SYSTEM;
	}
	print_json_line(stdout, line);
	free(line);
	return STATUS_WELL;
}

int command_access(const struct cli *cli, int argc, char **argv)
{
	const char *source = NULL, *learner = NULL;
	const struct option_row rows[] = {
		{ "source", "NAME", "whose id it is", OPTION_TEXT, &source, 0, 0 },
		{ "learner", "ID", "the person's id there", OPTION_TEXT, &learner, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift access",
		.arguments = "",
		.help = "Prints all that is held on one person, one object of JSON: what counts, "
			"the events as\n"
			"they came, and those that were refused. Who asks is noted ('lift audit').",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	struct endpoints endpoints;
	struct text id;
	json_t *answer;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	if (!source || !learner)
		return complain_usage(&usage, "who? --source NAME --learner ID");
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	id = text_of(learner);
	answer = question_ask_whole(
		&(struct question){ .endpoint = endpoints.control,
				    .keys = endpoints.keys,
				    .request = &(struct request){ .op = text_of("access"),
								  .source = text_of(source),
								  .n_learners = 1,
								  .ids = &id },
				    .timeout_ms = ACCESS_TIMEOUT_MS,
				    .shape = &shape_of_access },
		&status);
	if (answer)
		status = print_answer(answer);
	json_decref(answer);
	endpoints_clear(&endpoints);
	return status;
}
