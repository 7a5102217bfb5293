/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"

enum { CLOCK_TIMEOUT_MS = 10000 };

static int take_done(void *context, const json_t *answer)
{
	(void)context, (void)answer;
	return 0;
}

int command_accept_clock(const struct cli *cli, int argc, char **argv)
{
	const struct usage usage = {
		.command = "lift accept-clock",
		.arguments = "",
		.help = "Tells the daemon that its clock is right, where it had been ahead "
			"before: from now on\n"
			"events are judged by it again. Until then batches are refused, to be "
			"sent again (clock).",
	};
	const struct request request = { .op = text_of("accept-clock") };
	struct endpoints endpoints;
	int status;

	if (options_parse(&usage, argc, argv, &status) < 0)
		return status;
	status = endpoints_find(cli, NULL, &endpoints);
	if (status != STATUS_WELL)
		return status;
	status = question_ask(&(struct question){ .endpoint = endpoints.control,
						  .keys = endpoints.keys,
						  .request = &request,
						  .timeout_ms = CLOCK_TIMEOUT_MS,
						  .shape = &shape_of_done,
						  .take = take_done });
	endpoints_clear(&endpoints);
	return status;
}
