/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/file.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "proto/grow.h"

static const char magic[] = "liftopen";

enum {
	AT_FORMAT = sizeof(magic) - 1,
	AT_NUMBER = AT_FORMAT + 4,
	AT_DAY = AT_NUMBER + 4,
	AT_MADE = AT_DAY + 4,
	AT_APPLIED = AT_MADE + 8,
	AT_CATALOGUE = AT_APPLIED + 8,
	AT_ROWS = AT_CATALOGUE + CATALOGUE_TEXT_DIGEST - 1,
	AT_SIZE = AT_ROWS + 8,
	AT_DIGEST = AT_SIZE + 8,
	HEAD_DIGEST = RELEASE_HEAD - AT_DIGEST,
};
static_assert(HEAD_DIGEST == crypto_generichash_BYTES_MIN, "as BLAKE2b has it at least");

void release_path(char ret_path[static PATH_MAX], const char *state, uint32_t number)
{
	char name[16];

	snprintf(name, sizeof(name), "/%06u", number);
	state_path_beside(ret_path, state, STATE_RELEASES, name);
}

static void digest(uint8_t *to, size_t to_size, const uint8_t *bytes, size_t size)
{
	crypto_generichash(to, to_size, bytes, size, NULL, 0);
}

/* Writing. */

void release_text_free(struct release_text *text)
{
	free(text->bytes);
	*text = (struct release_text){ 0 };
}

static int reserve(struct release_text *text, size_t more)
{
	return grow(&text->bytes, &text->room, text->size + more, 1);
}

static void append(struct release_text *text, struct text bytes)
{
	if (bytes.size)
		memcpy(text->bytes + text->size, bytes.data, bytes.size);
	text->size += bytes.size;
}

int release_text_add(struct release_text *text, const struct release_row *row)
{
	size_t before = text->size ? 0 : RELEASE_HEAD;
	uint8_t *to;
	int err = reserve(text, before + RELEASE_HEAD_ROW + row->region.size + row->id.size +
					row->metrics.size);

	if (err)
		return err;
	text->size += before;
	to = text->bytes + text->size;
	put_be(to, row->kind, 1);
	put_be(to + 1, row->region.size, 2);
	put_be(to + 3, row->id.size, 2);
	put_be(to + 5, row->metrics.size, 4);
	text->size += RELEASE_HEAD_ROW;
	append(text, row->region);
	append(text, row->id);
	append(text, row->metrics);
	text->n_rows++;
	return 0;
}

static void encode_head(uint8_t *head, const struct release_info *info, size_t file_size)
{
	memcpy(head, magic, AT_FORMAT);
	put_be(head + AT_FORMAT, RELEASE_FORMAT, 4);
	put_be(head + AT_NUMBER, info->number, 4);
	put_be(head + AT_DAY, (uint64_t)info->day, 4);
	put_be(head + AT_MADE, (uint64_t)info->made_ms, 8);
	put_be(head + AT_APPLIED, info->applied, 8);
	memcpy(head + AT_CATALOGUE, info->catalogue, CATALOGUE_TEXT_DIGEST - 1);
	put_be(head + AT_ROWS, info->n_rows, 8);
	put_be(head + AT_SIZE, file_size, 8);
	digest(head + AT_DIGEST, HEAD_DIGEST, head, AT_DIGEST);
}

int release_text_write(struct release_text *text, const char *state, struct release_info *info)
{
	char dir[PATH_MAX], path[PATH_MAX], aside[PATH_MAX];
	size_t size = text->size ? text->size : RELEASE_HEAD;
	int err = reserve(text, size - text->size + RELEASE_DIGEST);

	if (err)
		return err;
	info->n_rows = text->n_rows;
	encode_head(text->bytes, info, size + RELEASE_DIGEST);
	digest(text->bytes + size, RELEASE_DIGEST, text->bytes, size);
	state_path(dir, state, STATE_RELEASES);
	release_path(path, state, info->number);
	state_path_beside(aside, state, STATE_RELEASES, RELEASE_ASIDE);
	err = dir_make(dir);
	return err ? err
		   : dir_put(dir, aside, path,
			     (struct text){ (const char *)text->bytes, size + RELEASE_DIGEST });
}

/* Reading. */

int release_head_decode(const uint8_t head[static RELEASE_HEAD], uint64_t file_size,
			struct release_info *ret_info)
{
	struct release_info info = { 0 };
	uint8_t expected[HEAD_DIGEST];

	digest(expected, HEAD_DIGEST, head, AT_DIGEST);
	if (memcmp(head, magic, AT_FORMAT) != 0 ||
	    memcmp(expected, head + AT_DIGEST, HEAD_DIGEST) != 0)
		return LIFT_E_CORRUPT;
	if (get_be(head + AT_FORMAT, 4) > RELEASE_FORMAT)
		return LIFT_E_NEWER;
	if (get_be(head + AT_SIZE, 8) != file_size)
		return LIFT_E_CORRUPT;
	info.number = (uint32_t)get_be(head + AT_NUMBER, 4);
	info.day = (int32_t)get_be(head + AT_DAY, 4);
	info.made_ms = (int64_t)get_be(head + AT_MADE, 8);
	info.applied = get_be(head + AT_APPLIED, 8);
	memcpy(info.catalogue, head + AT_CATALOGUE, CATALOGUE_TEXT_DIGEST - 1);
	info.n_rows = get_be(head + AT_ROWS, 8);
	*ret_info = info;
	return 0;
}

static struct text take(const uint8_t *bytes, size_t *at, size_t size)
{
	struct text text = { (const char *)bytes + *at, size };

	*at += size;
	return text;
}

int release_row_decode(const uint8_t *bytes, size_t at, size_t end, struct release_row *ret_row,
		       size_t *ret_next)
{
	const uint8_t *from = bytes + at;
	size_t region, id, metrics;

	if (end - at < RELEASE_HEAD_ROW || from[0] >= KINDS)
		return LIFT_E_CORRUPT;
	region = get_be(from + 1, 2);
	id = get_be(from + 3, 2);
	metrics = get_be(from + 5, 4);
	at += RELEASE_HEAD_ROW;
	if (end - at < region + id + metrics)
		return LIFT_E_CORRUPT;
	ret_row->kind = (enum kind)from[0];
	ret_row->region = take(bytes, &at, region);
	ret_row->id = take(bytes, &at, id);
	ret_row->metrics = take(bytes, &at, metrics);
	*ret_next = at;
	return 0;
}

bool release_is_whole(const uint8_t *bytes, size_t size)
{
	uint8_t expected[RELEASE_DIGEST];

	digest(expected, RELEASE_DIGEST, bytes, size - RELEASE_DIGEST);
	return memcmp(expected, bytes + size - RELEASE_DIGEST, RELEASE_DIGEST) == 0;
}

int release_row_compare(const struct release_row *a, const struct release_row *b)
{
	int by = text_compare(text_of(kind_name(a->kind)), text_of(kind_name(b->kind)));

	if (!by)
		by = text_compare(a->id, b->id);
	return by ? by : text_compare(a->region, b->region);
}
