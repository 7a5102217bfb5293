/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/mark.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"

enum { MARK_TEXT = 256, DIGEST_HEX = 2 * SECRET_DIGEST_BYTES + 1 };

void compact_path(char ret_path[static PATH_MAX], const char *state, const char *name)
{
	char suffix[STATE_SUFFIX_MAX];

	snprintf(suffix, sizeof(suffix), "%s%s", name ? "/" : "", name ? name : "");
	state_path_beside(ret_path, state, STATE_COMPACT, suffix);
}

int compact_mark_write(const char *state, const struct compact_mark *mark)
{
	char dir[PATH_MAX], aside[PATH_MAX], path[PATH_MAX], text[MARK_TEXT], hex[DIGEST_HEX];

	sodium_bin2hex(hex, sizeof(hex), mark->digest, sizeof(mark->digest));
	snprintf(text, sizeof(text),
		 "liftd compact 1\nedition=%016" PRIx64 "\nlast=%" PRIu64 "\nthrough=%" PRIu64
		 "\nrotates=%d\nledger=%d\nsecret=%s\n",
		 mark->edition, mark->last, mark->through, mark->rotates, mark->has_ledger, hex);
	compact_path(dir, state, NULL);
	compact_path(aside, state, "whole.new");
	compact_path(path, state, "whole");
	return dir_put(dir, aside, path, text_of(text));
}

static int parse(const char *text, struct compact_mark *mark)
{
	char hex[DIGEST_HEX] = "";
	size_t size;
	int rotates, ledger;

	if (sscanf(text,
		   "liftd compact 1\nedition=%16" SCNx64 "\nlast=%" SCNu64 "\nthrough=%" SCNu64
		   "\nrotates=%1d\nledger=%1d\nsecret=%32s\n",
		   &mark->edition, &mark->last, &mark->through, &rotates, &ledger, hex) != 6 ||
	    sodium_hex2bin(mark->digest, sizeof(mark->digest), hex, strlen(hex), NULL, &size,
			   NULL) != 0 ||
	    size != sizeof(mark->digest))
		return LIFT_E_CORRUPT;
	mark->rotates = rotates;
	mark->has_ledger = ledger;
	return 0;
}

int compact_mark_read(const char *state, struct compact_mark *ret_mark)
{
	char path[PATH_MAX], text[MARK_TEXT];
	size_t size;
	FILE *file;
	bool failed;

	compact_path(path, state, "whole");
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	size = fread(text, 1, sizeof(text) - 1, file);
	failed = ferror(file);
	fclose(file);
	text[size] = 0;
	return failed ? LIFT_E_IO : parse(text, ret_mark);
}
