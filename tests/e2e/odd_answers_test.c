/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that answers anything: no command crashes on it, and none takes it for success.
 *
 * The daemon is this test: sockets of its own, on which it answers as a table says. Each answer
 * that is right is told wrong, too, in every place: without it, and with values of other types
 * there.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/json.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define NOT_UNDERSTOOD "could not be understood"

enum { ARGS_MAX = 6, PARTS_MAX = 64, END_MS = 60000 };

/* The daemon. */

enum fake_socket { FAKE_INTAKE, FAKE_CONTROL, FAKE_SNAPSHOT, FAKE_PUBLISH, FAKES };

struct fake {
	struct daemon *daemon;
	void *zmq, *sockets[FAKES];
	struct msg_reader *reader;
	struct msg_writer *writer;
	const json_t *answers; /* of intake and control: an op's messages */
	const json_t *pages;   /* of snapshot: an array of pages of [topic, body] */
	size_t page;
	const json_t *published; /* [topic, body], again and again; NULL: nothing */
};

static int fake_setup(void **state)
{
	static const char *const names[FAKES] = { "intake", "control", "snapshot", "publish" };
	struct fake *fake = calloc(1, sizeof(*fake));
	char path[PATH_SIZE], endpoint[PATH_SIZE + 8];
	int linger = 0;

	assert_int_equal(daemon_setup((void **)&fake->daemon), 0);
	daemon_configure(fake->daemon, "");
	path_make(path, "%s/run", fake->daemon->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	fake->zmq = zmq_ctx_new();
	fake->reader = msg_reader_new();
	fake->writer = msg_writer_new();
	for (int i = 0; i < FAKES; i++) {
		snprintf(endpoint, sizeof(endpoint), "ipc://%s/%s", path, names[i]);
		fake->sockets[i] = zmq_socket(fake->zmq, i == FAKE_PUBLISH ? ZMQ_PUB : ZMQ_ROUTER);
		zmq_setsockopt(fake->sockets[i], ZMQ_LINGER, &linger, sizeof(linger));
		assert_int_equal(zmq_bind(fake->sockets[i], endpoint), 0);
	}
	*state = fake;
	return 0;
}

static int fake_teardown(void **state)
{
	struct fake *fake = *state;

	for (int i = 0; i < FAKES; i++)
		zmq_close(fake->sockets[i]);
	zmq_ctx_term(fake->zmq);
	msg_reader_free(fake->reader);
	msg_writer_free(fake->writer);
	*state = fake->daemon;
	free(fake);
	return daemon_teardown(state);
}

static void fake_send(struct fake *fake, void *socket, struct text bytes, int flags)
{
	(void)fake;
	zmq_send(socket, bytes.data, bytes.size, flags);
}

/* A message: of text, its bytes as they are; else as MessagePack. */
static struct text bytes_of(struct fake *fake, const json_t *message)
{
	if (json_is_string(message))
		return (struct text){ json_string_value(message), json_string_length(message) };
	msg_writer_clear(fake->writer);
	json_to_msg(message, fake->writer);
	return msg_written(fake->writer);
}

static void send_pair(struct fake *fake, void *socket, const json_t *pair)
{
	const char *topic = json_string_value(json_array_get(pair, 0));

	fake_send(fake, socket, text_of(topic), ZMQ_SNDMORE);
	fake_send(fake, socket, bytes_of(fake, json_array_get(pair, 1)), 0);
}

static void answer(struct fake *fake, void *socket, struct text to, const char *op)
{
	const json_t *messages = json_object_get(fake->answers, op), *message;
	size_t i;

	if (socket == fake->sockets[FAKE_SNAPSHOT]) {
		messages = json_array_get(fake->pages, fake->page);
		fake->page += fake->page + 1 < json_array_size(fake->pages);
	}
	json_array_foreach(messages, i, message)
	{
		fake_send(fake, socket, to, ZMQ_SNDMORE);
		if (socket == fake->sockets[FAKE_SNAPSHOT])
			send_pair(fake, socket, message);
		else
			fake_send(fake, socket, bytes_of(fake, message), 0);
	}
}

/* Answer what has come. */
static void fake_turn(struct fake *fake, enum fake_socket which)
{
	void *socket = fake->sockets[which];
	char from[64], request[4096];
	int from_size, size;
	json_t *json;

	while ((from_size = zmq_recv(socket, from, sizeof(from), ZMQ_DONTWAIT)) >= 0) {
		size = zmq_recv(socket, request, sizeof(request), 0);
		assert_in_range(size, 1, sizeof(request));
		assert_int_equal(
			json_from_msg(fake->reader, (struct text){ request, (size_t)size }, &json),
			0);
		answer(fake, socket, (struct text){ from, (size_t)from_size },
		       json_string_value(json_object_get(json, "op")));
		json_decref(json);
	}
}

/* Run lift beside the daemon: what it did. */
static struct outcome fake_lift(struct fake *fake, const char *const args[ARGS_MAX])
{
	int64_t end_ms = clock_ms() + END_MS;
	struct outcome outcome = { 0 };
	struct process process;
	bool ended;

	fake->page = 0;
	daemon_lift_start(fake->daemon, &process, args[0], args[1], args[2], args[3], args[4],
			  args[5], NULL);
	while (!(ended = process_ended(&process, &outcome.status)) && clock_ms() < end_ms) {
		zmq_pollitem_t items[FAKE_PUBLISH];

		for (int i = 0; i < FAKE_PUBLISH; i++)
			items[i] = (zmq_pollitem_t){ fake->sockets[i], 0, ZMQ_POLLIN, 0 };
		zmq_poll(items, FAKE_PUBLISH, LOOK_MS);
		for (int i = 0; i < FAKE_PUBLISH; i++)
			fake_turn(fake, i);
		if (fake->published)
			send_pair(fake, fake->sockets[FAKE_PUBLISH], fake->published);
	}
	outcome.out = file_text(process.out, NULL);
	outcome.err = file_text(process.err, NULL);
	if (!ended)
		fail_msg("lift %s does not end; it said:\n%.1000s\n%.1000s", args[0], outcome.out,
			 outcome.err);
	return outcome;
}

static void check_failed(struct fake *fake, const char *const args[], const char *what, bool said)
{
	struct outcome outcome = fake_lift(fake, args);

	if (outcome.status < 1 || outcome.status > 3 ||
	    (said && !strstr(outcome.err, NOT_UNDERSTOOD)))
		fail_msg("lift %s %s, told %s: ended with status %d; it said:\n%.1000s\n%.1000s",
			 args[0], args[1] ? args[1] : "", what, outcome.status, outcome.out,
			 outcome.err);
	outcome_free(&outcome);
}

static void check_steers_nothing(const struct outcome *outcome, const char *what)
{
	static const char *const steering[] = { "\x1b", "\xe2\x80\xae", "\xc2\x9b" };

	for (size_t i = 0; i < sizeof(steering) / sizeof(steering[0]); i++)
		if (strstr(outcome->out, steering[i]) || strstr(outcome->err, steering[i]))
			fail_msg("told %s, it said:\n%.1000s\n%.1000s", what, outcome->out,
				 outcome->err);
}

/* Something else of the same type, or nothing where there may be nothing: no crash, and no part of
 * it steers a terminal. */
static void check_survived(struct fake *fake, const char *const args[], const char *what)
{
	struct outcome outcome = fake_lift(fake, args);

	if (outcome.status > 3)
		fail_msg("lift %s, told %s: ended with status %d", args[0], what, outcome.status);
	check_steers_nothing(&outcome, what);
	outcome_free(&outcome);
}

/* What is right. */

/* Maps with keys of any name have a key that begins with "any"; ' stands for ". */
static const struct {
	const char *op, *answer;
} right[] = {
	{ "status",
	  "{'v':1,'ok':true,'healthy':true,'troubles':['none'],'version':'1','as_of':'2025-01-31',"
	  "'clock':{'now':1730000000000,'behind_ms':0},"
	  "'journal':{'last':5,'bytes':4096,'damaged':["
	  "[1,2]]},"
	  "'ledger':{'applied':5,'lag':0,'walking':false,"
	  "'rebuild':{'done':1,'total':2,'left_ms':3}},"
	  "'jobs':[{'job':'backup','done':1,'total':2}],'counters':{'any_ticks':4},'missing':2,"
	  "'sources':[{'source':'a','namespace':'a','accepted':1,'rejected':1,'missing':2,"
	  "'last_event':1730000000000,'last_received':1730000000000,"
	  "'streams':[{'stream':'s','missing':[[3,4]],'since':1730000000000}],"
	  "'unknown':{'events':1,'texts':[]}}],"
	  "'limits':[{'what':'modules','used':9,'most':10}],"
	  "'sources_left_out':1,'streams_left_out':1}" },
	{ "reload", "{'v':1,'ok':true,'errors':[]}" },
	{ "backup", "{'v':1,'ok':true,'text':'done'}" },
	{ "verify", "{'v':1,'ok':true,'text':'done'}" },
	{ "compact", "{'v':1,'ok':true,'text':'done'}" },
	{ "audit",
	  "{'v':1,'ok':true,'rows':[{'time':1730000000000,'op':'export','result':'ok'}]}" },
	{ "access", "{'v':1,'ok':true,'source':'a','facts':[],'quarantine':[],'entries':[]}" },
	{ "forget", "{'v':1,'ok':true,'known':1,'unknown':0,'forgotten':'afresh',"
		    "'backups':['/b'],'elsewhere':['/c']}" },
	{ "export", "{'v':1,'ok':true,'rows':[]}" },
	{ "explain",
	  "{'v':1,'ok':true,'as_of':'2025-01-31','region':'r','kind':'module','id':'m',"
	  "'names':{'region':'R','id':'M'},'learners':1,'facts':2,'counted':['who'],"
	  "'definition':[{'figure':'started','text':'who has'}],"
	  "'sources':[{'source':'a','last_event':1730000000000,'last_received':1730000000000,"
	  "'accepted':1,'rejected':1,'missing':1,'since':1730000000000,'quarantined':1,"
	  "'refused':[{'code':'time','text':'no','n':1}]}],'sources_left_out':1,"
	  "'other_sources':{'n':1,'missing':1,'rejected':1},"
	  "'unknown':{'learners':1,'modules':{'n':1,'latest':['x']},"
	  "'regions':{'n':1,'latest':['x']}}}" },
	{ "keys",
	  "{'v':1,'ok':true,'keys':[{'name':'a','public':['p'],'sources':['s'],'regions':['r'],"
	  "'audiences':['x'],'control':true,'last':1730000000000,'last_what':'publish',"
	  "'accepted':1,'refused':1,'refused_by':[{'code':'time','n':1}],'connections':1}]}" },
	{ "quarantine", "{'v':1,'ok':true,'rows':[{'number':7,'source':'a','stream':'s','seq':1,"
			"'time':1730000000000,'code':'time','text':'no','sent':{}}]}" },
	{ "rejections", "{'v':1,'op':'rejections','rows':[[7,'s',1,'time','no',1730000000000]]}" },
	{ "close", "{'v':1,'ok':true,'source':'lift','stream':'s','next':4,'missing':1}" },
	{ "catalogue",
	  "{'v':1,'ok':true,'regions':[{'code':'all','name':'all','level':'','parents':[]},"
	  "{'code':'r','name':'R','level':'county','parents':['all']}],"
	  "'modules':[{'id':'m','name':'M'}],"
	  "'programmes':[{'id':'p','name':'P','modules':['m'],'from':'2025-01-01',"
	  "'to':'2025-12-31','regions':['r'],'complete':1,"
	  "'targets':[{'measure':'participants','value':5,'where':{'any_role':'nurse'}}],"
	  "'stalled_after_days':30}],"
	  "'dimensions':[{'name':'role','values':['nurse']}],"
	  "'competences':[{'id':'c','name':'C'}]}" },
};

/* A row of an export: a text on the wire. It has what a report reads of a programme, of a module
 * and of a competence: whichever is asked for. */
static const char report_row[] =
	"{'region':'all','id':'m','participants':3,'completed':1,'withdrawn':1,'active_30d':2,"
	"'stalled':0,'reached':{'n':1,'of':1},'daily':[['2025-01-02',2,1]],"
	"'targets':[{'measure':'participants','where':{},'n':3,'of':5,"
	"'places':{'n':1,'of':2},'each':'leaf'}],"
	"'by':{'any_role':{'any_nurse':{'participants':1,'completed':1,'minutes':90}}},"
	"'minutes':{'reported':90,'nominal':60},'monthly':[['2025-01',1,90,1]],"
	"'enrolment':{'applied':1,'waiting':1,'admitted':1},'not_started':1,"
	"'moves':{'any_role':[['carer','nurse',1]]},"
	"'started':3,'assessed':2,'passed':1,'gain':{'n':1},"
	"'holders':2,'lapsed':1,'expiring_30d':1,'expiring_90d':1,'coverage':{'n':2,'of':5},"
	"'requirements':[{'level':1,'where':{'any_role':'nurse'},'n':1,'of':2,'gap':1,"
	"'each':'leaf','count':2}]}";

/* Keys that may be absent or nil. */
static const char *const optional[] = {
	"sources_left_out",
	"streams_left_out",
	"left_ms",
	"rebuild",
	"limits",
	"unknown",
	"now",
	"competences",
	"last_event",
	"last_received",
	"since",
	"next",
	"last",
	"last_what",
	"refused_by",
	"sent",
	"from",
	"to",
	"targets",
	"value",
};

/* The same of a row of a report, by what it is a row of. */
static const char *const optional_in_row[] = {
	"n",	     "of",	    "places", "each", "share",	  "hours", "minutes", "monthly",
	"enrolment", "not_started", "moves",  "mean", "coverage", "gap",   "count",
};

static const struct {
	const char *op, *args[ARGS_MAX];
	bool row;   /* of a programme's report: it is the row that is wrong */
	int status; /* of the right answer */
} commands[] = {
	{ "status", { "status" }, false, 1 },
	{ "status", { "status", "--json" }, false, 1 },
	{ "status", { "stream", "list" }, false, 0 },
	{ "status", { "stream", "list", "--json" }, false, 0 },
	{ "close", { "stream", "--operator", "close", "s" }, false, 0 },
	{ "reload", { "reload" }, false, 0 },
	{ "backup", { "backup" }, false, 0 },
	{ "verify", { "verify" }, false, 0 },
	{ "compact", { "compact" }, false, 0 },
	{ "audit", { "audit" }, false, 0 },
	{ "audit", { "audit", "--format=jsonl" }, false, 0 },
	{ "access", { "access", "--source=a", "--learner=x" }, false, 0 },
	{ "forget", { "forget", "--source=a", "--learner=x", "--yes" }, false, 0 },
	{ "forget", { "forget", "--source=a", "--learner=x", "--yes", "--json" }, false, 0 },
	{ "export", { "export" }, false, 0 },
	{ "explain", { "explain", "r", "module", "m" }, false, 0 },
	{ "keys", { "key", "list" }, false, 0 },
	{ "keys", { "key", "list", "--json" }, false, 0 },
	{ "quarantine", { "quarantine", "list" }, false, 0 },
	{ "quarantine", { "quarantine", "show", "7" }, false, 0 },
	{ "rejections", { "rejections" }, false, 0 },
	{ "rejections", { "rejections", "--json" }, false, 0 },
	{ "catalogue", { "report", "p" }, false, 0 },
	{ "catalogue", { "catalogue" }, false, 0 },
	{ "catalogue", { "catalogue", "--json" }, false, 0 },
	{ "export", { "report", "p" }, true, 0 },
};

static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	for (char *at = copy; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	json = json_loads(copy, JSON_DECODE_ANY, &error);
	if (!json)
		fail_msg("%s: %s", text, error.text);
	free(copy);
	return json;
}

static json_t *right_of(const char *op)
{
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (strcmp(right[i].op, op) == 0)
			return json_of(right[i].answer);
	fail_msg("%s", op);
	return NULL;
}

/* All answers, with the one of an op as given, which is given away. */
static json_t *answers_with(const char *op, json_t *message)
{
	json_t *answers = json_object();

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		json_object_set_new(answers, right[i].op,
				    json_pack("[o]", json_of(right[i].answer)));
	json_object_set_new(answers, op, json_pack("[o]", message));
	return answers;
}

static json_t *export_of(const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);
	json_t *message = json_pack("{s:i, s:b, s:[s]}", "v", 1, "ok", 1, "rows", text);

	free(text);
	return message;
}

/* What is wrong. */

/* Of a sum it is right, of a count not. */
#define HUGE "9223372036854775807"

/* What is told in the place of a part; the first is: nothing at all. */
static const char *const instead[] = { NULL, "-1",   "true", "[]",
				       "{}", "null", "1.5",  "'\\u001b[2J\\u202e\\u009b'",
				       HUGE };

enum { INSTEADS = sizeof(instead) / sizeof(instead[0]) };

struct wrong {
	size_t place; /* of the part that is wrong, counted in the order of a walk */
	size_t with;  /* of `instead` */
	bool row;     /* it is a row of an export */
	bool made;    /* there is such a part, and it is wrong now */
	bool fine;    /* what has come out may be read all the same */
	char where[64];
};

/* Of a catalogue, the targets must be there. */
static bool is_optional(const char *key, bool row)
{
	if (!row && strcmp(key, "targets") == 0)
		return false;
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (strcmp(optional[i], key) == 0)
			return true;
	for (size_t i = 0; row && i < sizeof(optional_in_row) / sizeof(optional_in_row[0]); i++)
		if (strcmp(optional_in_row[i], key) == 0)
			return true;
	return false;
}

/* A row has parts of different types, or numbers only: it must have them all. */
static bool is_row(const json_t *list)
{
	const json_t *first = json_array_get(list, 0), *last;

	last = json_array_get(list, json_array_size(list) - 1);
	return json_is_integer(first) || json_typeof(first) != json_typeof(last);
}

static bool has_any_keys(const json_t *map)
{
	void *first = json_object_iter((json_t *)map);

	return !first || strncmp(json_object_iter_key(first), "any", 3) == 0;
}

/* Is what stands there instead of the same type, or may it be absent? */
static bool is_fine(const json_t *part, const json_t *other, bool may_lack)
{
	if (!other || json_is_null(other))
		return may_lack;
	if (json_is_boolean(part))
		return json_is_boolean(other);
	if (json_is_array(part))
		return json_is_array(other) && (json_array_size(part) == 0 || !is_row(part));
	if (json_is_object(part))
		return json_is_object(other) && has_any_keys(part);
	return !json_is_integer(part) && json_typeof(part) == json_typeof(other);
}

static void make_wrong(json_t *json, struct wrong *wrong);

/* The part in this place? Else go on inside it. NULL: not here; what to put in its place, or
 * json_null for nothing. */
static bool is_here(json_t *part, struct wrong *wrong, bool may_lack, const char *key,
		    json_t **ret_other)
{
	if (wrong->made)
		return false;
	if (wrong->place-- > 0) {
		make_wrong(part, wrong);
		return false;
	}
	*ret_other = instead[wrong->with] ? json_of(instead[wrong->with]) : NULL;
	wrong->made = true;
	wrong->fine = is_fine(part, *ret_other, may_lack);
	snprintf(wrong->where, sizeof(wrong->where), "%.40s: %s", key,
		 instead[wrong->with] ? instead[wrong->with] : "nothing");
	return true;
}

/* Make the part in that place wrong, whatever it is part of. */
static void make_wrong(json_t *json, struct wrong *wrong)
{
	json_t *part, *other;
	const char *key;
	void *next;
	size_t i;

	json_object_foreach_safe(json, next, key, part)
	{
		bool may_lack = is_optional(key, wrong->row) || strncmp(key, "any", 3) == 0;

		if (!is_here(part, wrong, may_lack, key, &other))
			continue;
		if (other)
			json_object_set_new(json, key, other);
		else
			json_object_del(json, key);
		return;
	}
	for (i = 0; i < json_array_size(json); i++) {
		bool row = is_row(json);

		part = json_array_get(json, i);
		if (!is_here(part, wrong, false, "an element", &other))
			continue;
		if (other)
			json_array_set_new(json, i, other);
		else
			json_array_remove(json, i);
		wrong->fine |= !other && !row;
		return;
	}
}

static void a_right_answer_is_taken(void **state)
{
	struct fake *fake = *state;
	json_t *row = json_of(report_row);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		json_t *message = commands[i].row ? export_of(row) : right_of(commands[i].op);
		json_t *answers = answers_with(commands[i].op, message);
		struct outcome outcome;

		fake->answers = answers;
		outcome = fake_lift(fake, commands[i].args);
		if (outcome.status != commands[i].status)
			fail_msg("lift %s: status %d: %s", commands[i].args[0], outcome.status,
				 outcome.err);
		outcome_free(&outcome);
		json_decref(answers);
	}
	json_decref(row);
}

/* Every wrong answer that differs from the right one in one place. False: there is no such
 * place. */
static bool tell_wrong(struct fake *fake, size_t command, struct wrong wrong, const char *base)
{
	json_t *message = json_of(base), *answers;
	char what[128];

	make_wrong(message, &wrong);
	if (!wrong.made) {
		json_decref(message);
		return false;
	}
	if (commands[command].row) {
		json_t *row = message;

		message = export_of(row);
		json_decref(row);
	}
	answers = answers_with(commands[command].op, message);
	fake->answers = answers;
	snprintf(what, sizeof(what), "%s of %s", wrong.where, commands[command].op);
	if (wrong.fine || strcmp(instead[wrong.with] ? instead[wrong.with] : "", HUGE) == 0)
		check_survived(fake, commands[command].args, what);
	else
		check_failed(fake, commands[command].args, what, true);
	json_decref(answers);
	return true;
}

static void an_answer_that_is_wrong_in_one_place_is_not_understood(void **state)
{
	struct fake *fake = *state;
	size_t tried = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *base = commands[i].row ? strdup(report_row) : NULL;

		for (size_t k = 0; !base && k < sizeof(right) / sizeof(right[0]); k++)
			if (strcmp(right[k].op, commands[i].op) == 0)
				base = strdup(right[k].answer);
		for (size_t place = 0;; place++) {
			/* In each place two or three of the ways, so that each comes about. */
			size_t less = test_less(), with = place % less % INSTEADS;
			bool there = true;

			for (; there && with < INSTEADS; with += less * (1 + place % 3))
				there = tell_wrong(fake, i,
						   (struct wrong){ .place = place,
								   .with = with,
								   .row = commands[i].row },
						   base);
			tried += there;
			if (!there)
				break;
		}
		free(base);
	}
	assert_true(tried > 150);
}

/* Whole answers that are none. */
static const char *const odd[] = {
	"{}",
	"[]",
	"7",
	"''",
	"'\\u0001\\u0002\\u0003'",
	"{'v':1}",
	"{'ok':true}",
	"{'v':1,'ok':true}",
	"{'v':2,'ok':true}",
	"{'v':1,'ok':1}",
	"{'v':1,'ok':true,'more':true}",
	"{'v':1,'ok':false}",
	"{'v':1,'ok':false,'code':1,'text':[]}",
	"{'v':1,'op':'nack'}",
	"{'v':1,'op':'rejections'}",
	"{'v':1,'op':'welcome','next':1,'window':8}",
	"{'v':1,'ok':true,'rows':[1]}",
	"{'v':1,'ok':true,'rows':[[1]]}",
	"{'v':1,'op':'rejections','rows':[[1]]}",
	"{'v':1,'op':'rejections','rows':[{}]}",
	"{'v':1,'ok':true,'rows':{'1':1}}",
	"[[[[[[[[[[[]]]]]]]]]]]",
};

static void an_answer_that_is_none_is_no_success_of_any_command(void **state)
{
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
			json_t *answers;

			if (!test_takes((uint32_t)(i * sizeof(odd) / sizeof(odd[0]) + k)))
				continue;
			answers = answers_with(commands[i].op, json_of(odd[k]));
			fake->answers = answers;
			check_failed(fake, commands[i].args, odd[k], true);
			json_decref(answers);
		}
}

static void rows_that_are_no_figures_are_not_understood(void **state)
{
	static const char *const rows[] = { "", "7", "[]", "{\"region\":", "\"x\"" };
	static const char *const exports[][ARGS_MAX] = { { "export", "--format", "csv" },
							 { "report", "p" } };
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < 2; k++) {
			json_t *answers =
				answers_with("export", json_pack("{s:i, s:b, s:[s]}", "v", 1, "ok",
								 1, "rows", rows[i]));

			fake->answers = answers;
			check_failed(fake, exports[k], rows[i], true);
			json_decref(answers);
		}
}

static void pages_that_do_not_go_on_have_an_end(void **state)
{
	static const struct {
		const char *op, *message, *args[ARGS_MAX];
	} cases[] = {
		{ "quarantine", "{'v':1,'ok':true,'rows':[],'next':5}", { "quarantine", "list" } },
		{ "rejections", "{'v':1,'op':'rejections','rows':[],'next':5}", { "rejections" } },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < 2; i++) {
		json_t *answers = answers_with(cases[i].op, json_of(cases[i].message));

		fake->answers = answers;
		check_failed(fake, cases[i].args, cases[i].message, true);
		json_decref(answers);
	}
}

#define METRIC(rest)   "{'v':1,'epoch':1,'seq':1,'n':1,'time':1730000000000" rest "}"
#define PAGE_END(rest) "['end',{'v':1,'epoch':1,'seq':1,'complete':true" rest "}]"

static void a_snapshot_of_anything_is_no_success(void **state)
{
	static const char *const pages[] = {
		"[[['end',{}],['end',{}]]]",
		"[[['end','']]]",
		"[[['end',7]]]",
		"[[" PAGE_END(",'count':1") "]]",
		"[[" PAGE_END(",'count':0,'next':'a'") "]]",
		"[[['error',{}]]]",
		"[[['error',{'v':1,'code':7}]]]",
		"[[['error',[]]]]",
		"[[['metric/a/module/b',{}]," PAGE_END(",'count':1") "]]",
		"[[['metric/a/module/b','']," PAGE_END(",'count':1") "]]",
		"[[['metric/a/module/b'," METRIC(",'metrics':7,'region':'a','kind':'module','id':'"
						 "b'") "]," PAGE_END(",'count':1") "]]",
		"[[['metric/a/module/b'," METRIC(",'metrics':{},'region':7,'kind':'module','id':'"
						 "b'") "]," PAGE_END(",'count':1") "]]",
		"[[['beat',{'v':1,'sources':[7]}]," PAGE_END(",'count':1") "]]",
		"[[['catalogue',{'v':1,'regions':{}}]," PAGE_END(",'count':1") "]]",
		/* the same page for ever */
		"[[['metric/a/module/b'," METRIC(
			",'metrics':{},'region':'a','kind':'module','id':'"
			"b'") "]," PAGE_END(",'count':1,'next':'metric/a/module/b'") "]]",
	};
	static const char *const args[ARGS_MAX] = { "snapshot" };
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		json_t *told = json_of(pages[i]);

		fake->pages = told;
		check_failed(fake, args, pages[i], false);
		json_decref(told);
	}
}

static void what_is_published_and_no_message_ends_the_watching(void **state)
{
	static const char *const messages[] = {
		"['metric/a/module/b'," METRIC(",'metrics':{}") "]",
		"['metric/a/module/b'," METRIC(",'metrics':{},'region':'a','kind':{},'id':'b'") "]",
		"['beat'," METRIC(",'as_of':'2025-01-31','sources':[{'source':7}]") "]",
		"['catalogue'," METRIC(",'regions':7") "]",
	};
	static const char *const args[ARGS_MAX] = { "watch", "--no-snapshot", "" };
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		json_t *told = json_of(messages[i]);

		fake->published = told;
		check_failed(fake, args, messages[i], true);
		json_decref(told);
	}
	fake->published = NULL;
}

#define ACK(rejected)                                                                  \
	"{'v':1,'op':'ack','source':'lift','stream':'s','first':1,'count':1,'next':2," \
	"'rejected':" rejected "}"

/* A refusal that cannot be read is none that may be passed over: the event would count as taken. */
static void an_odd_ack_takes_no_event(void **state)
{
	static const struct {
		const char *ack;
		int status;
		const char *said;
	} cases[] = {
		{ ACK("[]"), 0, "1 event, 1 accepted" },
		{ ACK("[[1,'score','score must be a number']]"), 1, "1 event, 0 accepted" },
		{ ACK("[[1,'\\u001b[2J','\\u202e\\u009b']]"), 1, "1 event, 0 accepted" },
		{ ACK("[[1]]"), 3, "" },
		{ ACK("[7]"), 3, "" },
		{ ACK("[[]]"), 3, "" },
		{ ACK("[{}]"), 3, "" },
		{ ACK("[['1','score','no']]"), 3, "" },
		{ ACK("[[1,7,'no']]"), 3, "" },
		{ ACK("[[1,'score',null]]"), 3, "" },
		{ ACK("[[2,'score','no']]"), 3, "" },
		{ ACK("[[0,'score','no']]"), 3, "" },
		{ ACK("[[-1,'score','no']]"), 3, "" },
		{ ACK("[[1,'score','no'],[2,'score','no']]"), 3, "" },
		{ "{'v':1,'op':'nack','source':'lift','stream':'s','first':1,'code':'x','text':'y',"
		  "'retry':false}",
		  3, "" },
	};
	struct fake *fake = *state;
	char path[PATH_SIZE];
	const char *args[ARGS_MAX] = { "publish", "--stream", "s", path };

	path_make(path, "%s/\x1b[2J.csv", fake->daemon->dir);
	file_write(path, "type,time,learner,module,region\nstarted,2025-01-01T08:00:00Z,a,m,r\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answers = json_pack(
			"{s:[o], s:[o]}", "hello",
			json_of("{'v':1,'op':'welcome','source':'lift','stream':'s','next':1,"
				"'window':8}"),
			"events", json_of(cases[i].ack));
		struct outcome outcome;

		fake->answers = answers;
		outcome = fake_lift(fake, args);
		if (outcome.status != cases[i].status || !strstr(outcome.out, cases[i].said) ||
		    (cases[i].status == 3 && strstr(outcome.out, "1 accepted")))
			fail_msg("%s: status %d: %s%s", cases[i].ack, outcome.status, outcome.out,
				 outcome.err);
		check_steers_nothing(&outcome, cases[i].ack);
		outcome_free(&outcome);
		json_decref(answers);
	}
}

/* Of a list of one, what its row is. */
#define ROSTER(row) "{'v':1,'ok':true,'state':1,'there':1,'rows':[" row "]}"

static void odd_rows_about_a_list_are_not_understood(void **state)
{
	static const struct {
		const char *answer;
		int status;
	} cases[] = {
		{ ROSTER("null"), 0 },
		{ ROSTER("{}"), 0 },
		{ ROSTER("{'first':'2025-01-02','last':'x','enrolment':'admitted','done':['m'],"
			 "'completed':'2025-01-02','withdrawn':'\\u001b[2J','months':"
			 "[['2025-01',90]],'competences':[['c',1,null]],'lapsed':[['c',1,'x']]}"),
		  0 },
		{ ROSTER(""), 3 },
		{ ROSTER("null,null"), 3 },
		{ ROSTER("7"), 3 },
		{ ROSTER("[]"), 3 },
		{ ROSTER("{'first':7}"), 3 },
		{ ROSTER("{'enrolment':[]}"), 3 },
		{ ROSTER("{'done':[7]}"), 3 },
		{ ROSTER("{'done':{}}"), 3 },
		{ ROSTER("{'months':[['2025-01']]}"), 3 },
		{ ROSTER("{'months':[[1,1]]}"), 3 },
		{ ROSTER("{'months':[['2025-01',-1]]}"), 3 },
		{ ROSTER("{'competences':[['c']]}"), 3 },
		{ ROSTER("{'competences':[['c',1,7]]}"), 3 },
		{ ROSTER("{'lapsed':['c']}"), 3 },
		{ "{'v':1,'ok':true,'there':1,'rows':[null]}", 3 },
		{ "{'v':1,'ok':true,'state':1,'rows':[null]}", 3 },
		{ "{'v':1,'ok':true,'state':1,'there':1}", 3 },
	};
	static const char *const forms[] = { "--form=list", "--form=scb", "--form=expiry",
					     "--form=not-started" };
	static const char before[] = "--before=2026-01-01";
	struct fake *fake = *state;
	char path[PATH_SIZE];

	path_make(path, "%s/list.csv", fake->daemon->dir);
	file_write(path, "learner\nanna\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
			const char *args[ARGS_MAX] = {
				"roster", "--source=s", "--programme=p",
				forms[f], path,		f == 2 ? before : NULL
			};
			json_t *answers = json_pack("{s:[o]}", "roster", json_of(cases[i].answer));
			struct outcome outcome;

			fake->answers = answers;
			outcome = fake_lift(fake, args);
			if (outcome.status != cases[i].status)
				fail_msg("%s: status %d: %s%s", cases[i].answer, outcome.status,
					 outcome.out, outcome.err);
			outcome_free(&outcome);
			json_decref(answers);
		}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_right_answer_is_taken),
		TEST(an_answer_that_is_wrong_in_one_place_is_not_understood),
		TEST(an_answer_that_is_none_is_no_success_of_any_command),
		TEST(an_odd_ack_takes_no_event),
		TEST(odd_rows_about_a_list_are_not_understood),
		TEST(rows_that_are_no_figures_are_not_understood),
		TEST(pages_that_do_not_go_on_have_an_end),
		TEST(a_snapshot_of_anything_is_no_success),
		TEST(what_is_published_and_no_message_ends_the_watching),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
