/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/persons.h"

#include <pthread.h>
#include <stdlib.h>

#include "proto/event.h"
#include "proto/grow.h"

struct person_row {
	char source[SOURCE_MAX];
	size_t source_size;
	enum name_kind kind;
	enum person_rule rule;
	uint64_t kept, refused;
	char like[PERSON_MASK]; /* the first of them */
};

struct persons {
	pthread_mutex_t lock; /* of all that follows */
	struct person_row *rows;
	size_t n, room;
	uint64_t left_out; /* names that have no row */
	uint64_t held[NAME_KINDS][PERSON_RULES];
};

static const char *const kinds[NAME_KINDS] = {
	[NAME_SOURCE] = "source",   [NAME_STREAM] = "stream",  [NAME_MODULE] = "module",
	[NAME_REGION] = "region",   [NAME_DIMENSION] = "attr", [NAME_VALUE] = "value",
	[NAME_PROFILE] = "profile",
};

struct persons *persons_new(void)
{
	struct persons *persons = calloc(1, sizeof(*persons));

	if (persons)
		pthread_mutex_init(&persons->lock, NULL);
	return persons;
}

void persons_free(struct persons *persons)
{
	if (!persons)
		return;
	free(persons->rows);
	pthread_mutex_destroy(&persons->lock);
	free(persons);
}

static bool is_row(const struct person_row *row, struct text source, enum name_kind kind,
		   enum person_rule rule)
{
	return row->kind == kind && row->rule == rule &&
	       text_equal((struct text){ row->source, row->source_size }, source);
}

/* The row of such, which may be a new one. NULL: there is no room for it. */
static struct person_row *row_of(struct persons *persons, struct text source, enum name_kind kind,
				 enum person_rule rule)
{
	struct person_row *row;

	for (size_t i = 0; i < persons->n; i++)
		if (is_row(&persons->rows[i], source, kind, rule))
			return &persons->rows[i];
	if (persons->n == PERSONS_ROWS_MAX || source.size > SOURCE_MAX ||
	    grow(&persons->rows, &persons->room, persons->n + 1, sizeof(*persons->rows)) != 0)
		return NULL;
	row = &persons->rows[persons->n++];
	*row = (struct person_row){ .source_size = source.size, .kind = kind, .rule = rule };
	memcpy(row->source, source.data ? source.data : "", source.size);
	return row;
}

static void add(struct persons *persons, const struct person_row *more)
{
	struct person_row *row = row_of(persons, (struct text){ more->source, more->source_size },
					more->kind, more->rule);

	if (!row) {
		persons->left_out += more->kept + more->refused;
		return;
	}
	row->kept += more->kept;
	row->refused += more->refused;
	if (!row->like[0])
		memcpy(row->like, more->like, sizeof(row->like));
}

void persons_note(struct persons *persons, const struct person_note *note)
{
	struct person_row row = { .kind = note->kind,
				  .rule = note->rule,
				  .kept = !note->refused,
				  .refused = note->refused };
	char mask[PERSON_MASK];
	struct text source = note->source;

	person_mask(note->name, row.like);
	/* Who has such a name itself is not spread either. */
	if (note->kind == NAME_SOURCE) {
		person_mask(source, mask);
		source = text_of(mask);
	}
	if (source.size > SOURCE_MAX)
		return;
	row.source_size = source.size;
	memcpy(row.source, source.data ? source.data : "", source.size);
	pthread_mutex_lock(&persons->lock);
	add(persons, &row);
	pthread_mutex_unlock(&persons->lock);
}

void persons_set_held(struct persons *persons, enum name_kind kind, enum person_rule rule,
		      uint64_t n)
{
	pthread_mutex_lock(&persons->lock);
	persons->held[kind][rule] = n;
	pthread_mutex_unlock(&persons->lock);
}

static void clear(struct persons *persons)
{
	persons->n = 0;
	persons->left_out = 0;
}

void persons_clear(struct persons *persons)
{
	pthread_mutex_lock(&persons->lock);
	clear(persons);
	pthread_mutex_unlock(&persons->lock);
}

void persons_move(struct persons *from, struct persons *to)
{
	pthread_mutex_lock(&from->lock);
	pthread_mutex_lock(&to->lock);
	for (size_t i = 0; i < from->n; i++)
		add(to, &from->rows[i]);
	to->left_out += from->left_out;
	clear(from);
	pthread_mutex_unlock(&to->lock);
	pthread_mutex_unlock(&from->lock);
}

static void write_held(const struct persons *persons, struct msg_writer *writer)
{
	msg_str(writer, "held");
	msg_array_begin(writer);
	for (int kind = 0; kind < NAME_KINDS; kind++)
		for (int rule = 0; rule < PERSON_RULES; rule++) {
			if (persons->held[kind][rule] == 0)
				continue;
			msg_map_begin(writer);
			msg_key_str(writer, "kind", kinds[kind]);
			msg_key_str(writer, "rule", person_rule_code((enum person_rule)rule));
			msg_key_int(writer, "n", (int64_t)persons->held[kind][rule]);
			msg_map_end(writer);
		}
	msg_array_end(writer);
}

void persons_write(struct persons *persons, struct msg_writer *writer)
{
	pthread_mutex_lock(&persons->lock);
	msg_map_begin(writer);
	write_held(persons, writer);
	msg_str(writer, "sources");
	msg_array(writer, persons->n);
	for (size_t i = 0; i < persons->n; i++) {
		const struct person_row *row = &persons->rows[i];

		msg_map_begin(writer);
		msg_key_text(writer, "source", (struct text){ row->source, row->source_size });
		msg_key_str(writer, "kind", kinds[row->kind]);
		msg_key_str(writer, "rule", person_rule_code(row->rule));
		msg_key_int(writer, "kept", (int64_t)row->kept);
		msg_key_int(writer, "refused", (int64_t)row->refused);
		msg_key_str(writer, "like", row->like);
		msg_map_end(writer);
	}
	msg_key_int(writer, "left_out", (int64_t)persons->left_out);
	msg_map_end(writer);
	pthread_mutex_unlock(&persons->lock);
}
