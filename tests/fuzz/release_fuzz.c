/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A release's rows, as a damaged disk may have them: what is taken for one lies within the bytes,
 * and is the same when it is written again. And its head: the first bytes of an input.
 */
#include "daemon/plane/file.h"
#include "tests/fuzz/fuzz.h"

static bool lies_within(struct text text, const uint8_t *data, size_t size)
{
	const char *first = (const char *)data;

	return text.data >= first && text.size <= size && text.data + text.size <= first + size;
}

static void read_head(const uint8_t *data, size_t size)
{
	struct release_info info;

	if (size < RELEASE_HEAD || release_head_decode(data, size, &info) != 0)
		return;
	REQUIRE(strlen(info.catalogue) < CATALOGUE_TEXT_DIGEST);
	REQUIRE(info.err == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct release_text text = { 0 };
	struct release_row row;
	size_t at = 0, next;

	read_head(data, size);
	while (at < size && release_row_decode(data, at, size, &row, &next) == 0) {
		REQUIRE(next > at && next <= size && row.kind < KINDS);
		REQUIRE(lies_within(row.region, data, size) && lies_within(row.id, data, size) &&
			lies_within(row.metrics, data, size));
		REQUIRE(release_row_compare(&row, &row) == 0);
		REQUIRE(release_text_add(&text, &row) == 0);
		at = next;
	}
	REQUIRE(text.size == (at ? RELEASE_HEAD + at : 0));
	REQUIRE(at == 0 || memcmp(text.bytes + RELEASE_HEAD, data, at) == 0);
	release_text_free(&text);
	return 0;
}
