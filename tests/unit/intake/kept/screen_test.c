/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that look like people, on their way into the journal.
 */
#include "daemon/intake/kept/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/base/names.h"
#include "daemon/journal/quarantine.h"
#include "proto/msg_object.h"
#include "tests/unit/house.h"

static const char catalogue_text[] =
	"timezone: Europe/Oslo\n"
	"dimensions:\n"
	"  role: [nurse, {value: hn, label: {en: Head Nurse}, aliases: [Ward Sister]}]\n"
	"regions:\n"
	"  - {code: rana, name: Nordre Follo, aliases: [Twin Peaks]}\n"
	"  - {code: a-1, name: Same Place}\n"
	"  - {code: a-2, name: Same Place}\n"
	"modules:\n"
	"  - {id: fire, name: Fire Drill, label: {nb: Brann Øvelse}}\n"
	"programmes:\n"
	"  - {id: p, name: First Year, modules: [fire]}\n";

static struct event some_event(void)
{
	return (struct event){ .type = EVENT_STARTED,
			       .time = WORLD_BEGIN,
			       .learner = text_of("ole"),
			       .module = text_of("fire"),
			       .region = text_of("rana") };
}

/* What status has of it, as MessagePack that is read again. */
struct told {
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct text held[3],
		sources[6]; /* kind, rule, n; source, kind, rule, kept, refused, like */
	int64_t n, kept, refused, left_out;
	size_t n_held, n_sources;
};

static void read_row(const msgpack_object *row, const char *const *keys, size_t n,
		     const msgpack_object **values)
{
	struct text texts[6] = { { NULL, 0 } };

	for (size_t i = 0; i < n; i++)
		texts[i] = text_of(keys[i]);
	assert_int_equal(msg_fields(row, texts, n, values), 0);
	for (size_t i = 0; i < n; i++)
		assert_non_null(values[i]);
}

/* The last row of each. */
static void read_told(struct persons *persons, struct told *told)
{
	static const char *const top[] = { "held", "sources", "left_out" };
	static const char *const held[] = { "kind", "rule", "n" };
	static const char *const brought[] = {
		"source", "kind", "rule", "kept", "refused", "like"
	};
	const msgpack_object *object, *tops[3], *values[6];

	msg_writer_clear(told->writer);
	persons_write(persons, told->writer);
	assert_int_equal(
		msg_parse(told->reader, msg_written(told->writer), MSG_DEPTH_DAEMON, &object), 0);
	read_row(object, top, 3, tops);
	assert_true(msg_get_int(tops[2], &told->left_out));
	told->n_held = tops[0]->via.array.size;
	for (size_t i = 0; i < told->n_held; i++) {
		read_row(&tops[0]->via.array.ptr[i], held, 3, values);
		assert_true(msg_get_text(values[0], &told->held[0]));
		assert_true(msg_get_text(values[1], &told->held[1]));
		assert_true(msg_get_int(values[2], &told->n));
	}
	told->n_sources = tops[1]->via.array.size;
	for (size_t i = 0; i < told->n_sources; i++) {
		read_row(&tops[1]->via.array.ptr[i], brought, 6, values);
		assert_true(msg_get_text(values[0], &told->sources[0]));
		assert_true(msg_get_text(values[1], &told->sources[1]));
		assert_true(msg_get_text(values[2], &told->sources[2]));
		assert_true(msg_get_int(values[3], &told->kept));
		assert_true(msg_get_int(values[4], &told->refused));
		assert_true(msg_get_text(values[5], &told->sources[5]));
	}
}

static void told_open(struct told *told)
{
	*told = (struct told){ .reader = msg_reader_new(), .writer = msg_writer_new() };
	assert_true(told->reader && told->writer);
}

static void told_close(struct told *told)
{
	msg_reader_free(told->reader);
	msg_writer_free(told->writer);
}

static void open_house(struct house *house, const char *config)
{
	house_open(house, config, catalogue_text);
	house->gate->keeper.screen.persons = persons_new();
	assert_non_null(house->gate->keeper.screen.persons);
}

static void close_house(struct house *house)
{
	persons_free(house->gate->keeper.screen.persons);
	house_close(house);
}

static void commit(struct house *house, int err)
{
	static struct stats stats;

	if (err)
		journal_fail(house->journal, err);
	assert_int_equal(journal_commit(house->journal), err);
	gate_settle(house->gate, &stats, !err);
}

/* Look at all that the journal has. */
static void look(struct house *house)
{
	while (screen_go_on(&house->gate->keeper.screen, house->clock))
		;
}

static int send_one(struct house *house, const char *stream, uint64_t seq,
		    const struct event *event)
{
	return house_send(house, "s", stream, seq, event, 1);
}

static int verdict(const struct house *house)
{
	const struct taken *last = &house->gate->last;

	return last->n_rejected ? last->rejected[0].err : 0;
}

static const struct {
	const char *why, *module, *region, *value; /* NULL: that of some_event */
	enum name_kind kind;
	const char *rule, *like; /* NULL: it is nobody */
} cases[] = {
	{ "an address", "kari@nordmann.no", NULL, NULL, NAME_MODULE, "e-mail", "k... (16)" },
	{ "a number", NULL, "01819012365", NULL, NAME_REGION, "number-no", "0... (11)" },
	{ "a name", NULL, NULL, "Kari Nordmann", NAME_VALUE, "name", "K... (13)" },
	{ "what the catalogue does not have", "Cold Drill", NULL, NULL, NAME_MODULE, "name",
	  "C... (10)" },
	{ "the name of a module", "Fire Drill", NULL, NULL, NAME_MODULE, NULL, NULL },
	{ "its label, in another case", "Brann øvelse", NULL, NULL, NAME_MODULE, NULL, NULL },
	{ "that of a region, as a module", "Nordre Follo", NULL, NULL, NAME_MODULE, NULL, NULL },
	{ "with the kind of place", NULL, "Nordre Follo kommune", NULL, NAME_REGION, NULL, NULL },
	{ "one that two regions have", NULL, "Same Place", NULL, NAME_REGION, NULL, NULL },
	{ "an alias", NULL, "Twin Peaks", NULL, NAME_REGION, NULL, NULL },
	{ "the label of a value, as a module", "Head Nurse", NULL, NULL, NAME_MODULE, NULL, NULL },
	{ "an alias of a value", NULL, NULL, "Ward Sister", NAME_VALUE, NULL, NULL },
	{ "a programme", "First Year", NULL, NULL, NAME_MODULE, NULL, NULL },
	{ "what nobody would take for a person", "attempt-17", "4711", "chef", NAME_MODULE, NULL,
	  NULL },
};

static const char *kind_text(enum name_kind kind)
{
	return kind == NAME_MODULE ? "module" : kind == NAME_REGION ? "region" : "value";
}

static struct event event_of(size_t i)
{
	static struct event_attr attr;
	struct event event = some_event();

	event.module = cases[i].module ? text_of(cases[i].module) : event.module;
	event.region = cases[i].region ? text_of(cases[i].region) : event.region;
	if (cases[i].value) {
		attr = (struct event_attr){ text_of("role"), text_of(cases[i].value) };
		event.attrs[0] = attr;
		event.n_attrs = 1;
	}
	return event;
}

/* They are kept, once, and told with their source, kind and rule, but not as they are. */
static void a_name_that_looks_like_a_person_is_counted_once(void **state)
{
	struct told told;

	(void)state;
	told_open(&told);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = event_of(i);
		struct house house;
		struct persons *persons;

		open_house(&house, "");
		persons = house.gate->keeper.screen.persons;
		for (uint64_t seq = 1; seq <= 3; seq++) {
			assert_int_equal(send_one(&house, "a", seq, &event), 0);
			assert_int_equal(verdict(&house), 0);
		}
		read_told(persons, &told);
		assert_int_equal(told.n_sources, 0); /* it is not on disk yet */
		commit(&house, 0);
		look(&house);
		read_told(persons, &told);
		if (told.n_sources != (cases[i].rule != NULL) || told.n_held != told.n_sources)
			fail_msg("%s: %zu of sources, %zu held", cases[i].why, told.n_sources,
				 told.n_held);
		if (cases[i].rule) {
			const char *kind = kind_text(cases[i].kind);

			assert_true(text_equal(told.sources[0], text_of("s")));
			assert_true(text_equal(told.sources[1], text_of(kind)));
			assert_true(text_equal(told.sources[2], text_of(cases[i].rule)));
			assert_true(text_equal(told.sources[5], text_of(cases[i].like)));
			assert_int_equal(told.kept, 1);
			assert_int_equal(told.refused, 0);
			assert_true(text_equal(told.held[0], text_of(kind)));
			assert_true(text_equal(told.held[1], text_of(cases[i].rule)));
			assert_int_equal(told.n, 1);
		}
		close_house(&house);
	}
	told_close(&told);
}

/* The quarantine has nothing of it, and nothing of its event is new in the dictionaries. */
static void assert_not_kept(struct house *house, const char *text)
{
	static struct quarantine_page page;
	struct journal_view view;

	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_int_equal(quarantine_read(&view, QUARANTINE_ALL, 0, &page), 0);
	assert_int_equal(page.n, 2);
	for (size_t i = 0; i < page.n; i++) {
		assert_true(page.rows[i].sent.size > 0);
		assert_null(
			memmem(page.rows[i].sent.data, page.rows[i].sent.size, text, strlen(text)));
		assert_false(page.rows[i].retry);
	}
	journal_view_end(&view);
	for (int kind = NAME_MODULE; kind < NAME_PROFILE; kind++)
		assert_int_equal(
			journal_find_name(house->journal, (enum name_kind)kind, text_of("new")),
			NAMES_NONE);
}

static void where_it_is_strict_such_a_name_is_refused(void **state)
{
	struct told told;

	(void)state;
	told_open(&told);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = event_of(i);
		int err = cases[i].rule ? LIFT_E_NAME : 0;
		struct house house;

		if (cases[i].rule && cases[i].kind != NAME_MODULE)
			event.module = text_of("new");
		open_house(&house, "names_strict: yes\n");
		for (int again = 0; again < 2; again++) {
			assert_int_equal(send_one(&house, "a", 1, &event), 0);
			if (verdict(&house) != err)
				fail_msg("%s: %s", cases[i].why, lift_err_code(verdict(&house)));
		}
		/* Of an event that is refused for another reason it is not kept either. */
		event.time = house.clock + 2 * EVENT_AHEAD_MS;
		assert_int_equal(send_one(&house, "a", 2, &event), 0);
		assert_int_equal(verdict(&house), LIFT_E_TIME);
		commit(&house, 0);
		look(&house);
		read_told(house.gate->keeper.screen.persons, &told);
		assert_int_equal(told.n_held, 0);
		assert_int_equal(told.n_sources, cases[i].rule != NULL);
		if (cases[i].rule) {
			const char *text = cases[i].module   ? cases[i].module
					   : cases[i].region ? cases[i].region
							     : cases[i].value;

			assert_int_equal(told.kept, 0);
			assert_int_equal(told.refused, 1);
			assert_true(text_equal(told.sources[5], text_of(cases[i].like)));
			assert_not_kept(&house, text);
		}
		close_house(&house);
	}
	told_close(&told);
}

static void names_of_streams_and_sources_are_looked_at(void **state)
{
	static const struct {
		const char *source, *stream;
	} names[] = { { "s", "Kari Nordmann" }, { "01819012365", "a" } };
	struct told told;

	(void)state;
	told_open(&told);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct event event = some_event();
		struct house house;

		open_house(&house, "");
		assert_int_equal(house_send(&house, names[i].source, names[i].stream, 1, &event, 1),
				 0);
		assert_int_equal(house_send(&house, names[i].source, names[i].stream, 2, &event, 1),
				 0);
		commit(&house, 0);
		read_told(house.gate->keeper.screen.persons, &told);
		assert_int_equal(told.n_sources, 1);
		assert_int_equal(told.kept, 1);
		assert_true(text_equal(told.sources[0], text_of(i ? "0... (11)" : "s")));
		assert_true(text_equal(told.sources[1], text_of(i ? "source" : "stream")));
		/* It is received before it is strict: what was received is answered for. */
		house.gate->keeper.screen.strict = true;
		assert_int_equal(house_send(&house, names[i].source, names[i].stream, 2, &event, 1),
				 0);
		assert_int_equal(house_send(&house, names[i].source, names[i].stream, 3, &event, 1),
				 LIFT_E_NAME);
		assert_int_equal(house_send(&house, names[i].source, "b", 1, &event, 1),
				 i ? LIFT_E_NAME : 0);
		assert_null(house_stream(&house, "other", names[i].stream));
		close_house(&house);
	}
	told_close(&told);
}

/* What the journal has from before, it keeps; but nothing more comes under that name. */
static void strictness_is_for_names_that_are_there_too(void **state)
{
	struct event event = some_event(), good = some_event();
	struct house house;

	(void)state;
	open_house(&house, "");
	event.module = text_of("Kari Nordmann");
	assert_int_equal(send_one(&house, "a", 1, &event), 0);
	assert_int_equal(verdict(&house), 0);
	commit(&house, 0);
	house.gate->keeper.screen.strict = true;
	assert_int_equal(send_one(&house, "a", 1, &event), 0);
	assert_int_equal(verdict(&house), 0);
	for (uint64_t seq = 2; seq < 4; seq++) {
		assert_int_equal(send_one(&house, "a", seq, &event), 0);
		assert_int_equal(verdict(&house), LIFT_E_NAME);
	}
	for (uint64_t seq = 4; seq < 6; seq++) {
		assert_int_equal(send_one(&house, "a", seq, &good), 0);
		assert_int_equal(verdict(&house), 0);
	}
	close_house(&house);
}

static void what_was_undone_is_not_told(void **state)
{
	struct event event = some_event();
	struct house house;
	struct told told;

	(void)state;
	told_open(&told);
	open_house(&house, "");
	event.module = text_of("Kari Nordmann");
	for (int failing = 1; failing >= 0; failing--) {
		assert_int_equal(send_one(&house, "a", 1, &event), 0);
		commit(&house, failing ? LIFT_E_DISK : 0);
		look(&house);
		read_told(house.gate->keeper.screen.persons, &told);
		assert_int_equal(told.n_sources, !failing);
		assert_int_equal(told.n_held, !failing);
	}
	assert_int_equal(told.kept, 1);
	close_house(&house);
	told_close(&told);
}

/* After a start, or with another catalogue, all that the journal has is looked at again. */
static void what_is_held_is_found_again(void **state)
{
	struct catalogue *knows = catalogue_of("timezone: Europe/Oslo\nregions: [{code: rana}]\n"
					       "modules: [{id: fire, aliases: [Kari Nordmann]}]\n");
	struct event events[SCREEN_LOOKS];
	char texts[SCREEN_LOOKS][32];
	struct house house;
	struct told told;

	(void)state;
	told_open(&told);
	open_house(&house, "");
	for (int i = 0; i < SCREEN_LOOKS; i++) {
		snprintf(texts[i], sizeof(texts[i]), i == 200 ? "Kari Nordmann" : "id%d@b.no", i);
		events[i] = some_event();
		events[i].module = text_of(texts[i]);
	}
	assert_int_equal(house_send(&house, "s", "a", 1, events, SCREEN_LOOKS), 0);
	commit(&house, 0);
	persons_free(house.gate->keeper.screen.persons);
	house_reopen_journal(&house);
	house.gate->keeper.screen.persons = persons_new();
	/* Not all at once. */
	assert_true(screen_go_on(&house.gate->keeper.screen, house.clock));
	read_told(house.gate->keeper.screen.persons, &told);
	assert_int_equal(told.n_held, 0);
	look(&house);
	read_told(house.gate->keeper.screen.persons, &told);
	assert_int_equal(told.n_sources, 0);
	assert_int_equal(told.n_held, 2);
	assert_int_equal(told.n, 1); /* of the last rule */
	gate_switch(house.gate, knows, NULL);
	look(&house);
	read_told(house.gate->keeper.screen.persons, &told);
	assert_int_equal(told.n_held, 1);
	assert_int_equal(told.n, SCREEN_LOOKS - 1);
	gate_switch(house.gate, house.catalogue, NULL);
	close_house(&house);
	catalogue_free(knows);
	told_close(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_that_looks_like_a_person_is_counted_once),
		cmocka_unit_test(where_it_is_strict_such_a_name_is_refused),
		cmocka_unit_test(names_of_streams_and_sources_are_looked_at),
		cmocka_unit_test(strictness_is_for_names_that_are_there_too),
		cmocka_unit_test(what_was_undone_is_not_told),
		cmocka_unit_test(what_is_held_is_found_again),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
