/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/answer.h"

#include "clients/cli/cli.h"
#include "clients/cli/text/print.h"

bool complain_answer(const json_t *answer)
{
	if (json_is_true(json_object_get(answer, "ok")))
		return false;
	complain("refused: %s (%s)", json_text(answer, "text"), json_text(answer, "code"));
	return true;
}
