/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/liftd.h"

#include <string.h>

#include "daemon/base/log.h"
#include "daemon/control/control.h"
#include "daemon/disk/stores.h"
#include "daemon/doors.h"
#include "daemon/handover.h"
#include "daemon/intake/intake.h"
#include "daemon/intake/listen.h"
#include "daemon/net/descriptors.h"
#include "daemon/net/socket.h"
#include "daemon/net/zap.h"
#include "daemon/reload.h"
#include "daemon/retention.h"
#include "daemon/rooms.h"
#include "daemon/service/service.h"
#include "daemon/serving.h"
#include "daemon/signs.h"
#include "daemon/status/machine.h"
#include "daemon/status/roll_call.h"

/* What has been opened: each part gets the pointers that it needs, and none gets this whole. */
struct liftd {
	const struct liftd_parts *parts;
	const struct config *config; /* of the parts */
	struct now now;		     /* when it started */
	struct stats stats;
	struct stores stores;
	struct rooms *rooms;
	struct bindings *bindings[ROOMS]; /* of those that have sockets */
	struct keyring *keyring;
	struct guards guards;
	struct zap *zap;
	struct handover *handover;
	struct orders *orders;
	struct board *board;
	struct persons *persons;
	struct gate *gate;
	struct catalogue
		*gate_catalogue; /* what the gate keeps attributes by; of intake's thread */
	struct intake *intake;
	struct listen *listen;
	struct generations *generations;
	struct rebuild *rebuild;
	struct reload *reload;
	struct open *open; /* of who ran before, until publish has it */
	struct publish *publish;
	struct serving *serving;
	struct control *control;
	struct signs signs;
	struct machine machine;
	struct roll_call roll_call;
	struct retention retention;
	atomic_bool anew; /* its journal was compacted: it is to begin anew */
};

/* The one whose clients get in when nobody else does. */
static const char *first_ipc(const struct texts *endpoints)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (strncmp(endpoints->items[i], "ipc://", 6) == 0)
			return endpoints->items[i];
	return "none";
}

static const char *first(const struct texts *endpoints)
{
	return endpoints->count ? endpoints->items[0] : "none";
}

/* The steps of a start, in the order of an event's way. */

static int open_bindings(struct liftd *liftd)
{
	static const enum stat_trouble troubles[ROOMS] = {
		[ROOM_INTAKE] = TROUBLE_INTAKE_SOCKETS,
		[ROOM_LEDGER] = TROUBLE_PUBLISH_SOCKETS,
		[ROOM_CONTROL] = TROUBLE_CONTROL_SOCKETS,
	};
	int err = 0;

	for (int i = ROOM_INTAKE; i < ROOMS && !err; i++)
		err = bindings_open(room_loop(liftd->rooms, (enum room)i), liftd->config->runtime,
				    &liftd->stats, troubles[i], &liftd->bindings[i]);
	return err;
}

static int open_rooms(struct liftd *liftd)
{
	int err = descriptors_watch(&liftd->stats, first_ipc(&liftd->config->control));

	if (!err)
		err = rooms_open(&clock_machine, &liftd->rooms);
	if (!err)
		err = locks_watch(&liftd->stores.locks, room_loop(liftd->rooms, ROOM_MAIN));
	if (!err)
		err = open_bindings(liftd);
	return err ? err : handover_open(liftd->parts->catalogue, &liftd->handover);
}

/* Before any socket that asks it. */
static int open_doors(struct liftd *liftd)
{
	int err;

	liftd->keyring = keyring_new();
	err = liftd->keyring ? keyring_set(liftd->keyring, liftd->parts->keys) : LIFT_E_MEMORY;
	liftd->guards = (struct guards){ liftd->keyring, liftd->parts->own };
	return err ? err
		   : zap_open(rooms_zmq(liftd->rooms), room_loop(liftd->rooms, ROOM_DOORS),
			      liftd->keyring, &liftd->stats, &liftd->zap);
}

/* Attributes are kept by the catalogue that is right now; and operators have orders. */
static void on_intake_wake(void *context, const struct now *now)
{
	struct liftd *liftd = context;
	struct catalogue *before = liftd->gate_catalogue;
	struct meant *meant;

	liftd->gate_catalogue = handover_newest_of_gate(liftd->handover, &meant);
	if (liftd->gate_catalogue != before) {
		gate_finish(liftd->gate); /* a batch is told of one catalogue */
		gate_switch(liftd->gate, liftd->gate_catalogue, meant);
	} else {
		meant_free(meant); /* it came with the same one once more */
	}
	catalogue_free(before);
	intake_obey(liftd->intake, now);
}

static int open_intake(struct liftd *liftd)
{
	struct intake_parts parts = { .loop = room_loop(liftd->rooms, ROOM_INTAKE),
				      .zmq = rooms_zmq(liftd->rooms),
				      .bindings = liftd->bindings[ROOM_INTAKE],
				      .guards = &liftd->guards,
				      .endpoints = &liftd->config->intake,
				      .stats = &liftd->stats,
				      .more = room_wake(liftd->rooms, ROOM_LEDGER),
				      .obeyed = room_wake(liftd->rooms, ROOM_CONTROL) };
	struct meant *meant = NULL;
	int err;

	liftd->orders = parts.orders = orders_new();
	liftd->board = board_new();
	liftd->persons = persons_new();
	if (!liftd->orders || !liftd->board || !liftd->persons)
		return LIFT_E_MEMORY;
	liftd->gate_catalogue = handover_newest_of_gate(liftd->handover, &meant);
	err = gate_open(liftd->config, liftd->gate_catalogue, &liftd->stores.secret,
			liftd->stores.journal, &liftd->gate);
	if (!err)
		speakers_open(&liftd->gate->speakers, liftd->keyring);
	if (!err) {
		liftd->gate->built_ms = clock_built_ms();
		liftd->gate->board = liftd->board;
		liftd->gate->keeper.screen.persons = liftd->persons;
		gate_switch(liftd->gate, liftd->gate_catalogue, meant);
	} else {
		meant_free(meant);
	}
	parts.gate = liftd->gate;
	if (!err)
		err = intake_open(&parts, &liftd->intake);
	room_on_wake(liftd->rooms, ROOM_INTAKE, on_intake_wake, liftd);
	return err;
}

static int open_listen(struct liftd *liftd)
{
	const struct listen_parts parts = { .loop = room_loop(liftd->rooms, ROOM_INTAKE),
					    .bindings = liftd->bindings[ROOM_INTAKE],
					    .guards = &liftd->guards,
					    .zmq = rooms_zmq(liftd->rooms),
					    .config = liftd->config,
					    .gate = liftd->gate,
					    .stats = &liftd->stats };

	return listen_open(&parts, &liftd->listen);
}

/* In the rebuild's thread, or the main one. */
static void on_rebuilt(void *context, int err)
{
	struct liftd *liftd = context;

	if (err == LIFT_E_CORRUPT) /* all that is built is read from the journal */
		journal_found_damage(liftd->stores.journal);
	else if (err)
		log_alert(ALERT_REBUILD_FAILED,
			  "ledger rebuild failed, retried: code=%s reason=\"%s\"",
			  lift_err_code(err), rebuild_failure(err));
	wake_send(room_wake(liftd->rooms, ROOM_LEDGER));
	wake_send(room_wake(liftd->rooms, ROOM_MAIN));
}

static int open_reload(struct liftd *liftd)
{
	struct reload_parts parts = { .config = liftd->config,
				      .config_place = liftd->parts->config_place,
				      .catalogue_path = liftd->parts->catalogue_path,
				      .is_wrong = liftd->parts->catalogue_wrong,
				      .rooms = liftd->rooms,
				      .handover = liftd->handover,
				      .trust = liftd->stores.trust,
				      .journal = liftd->stores.journal,
				      .stats = &liftd->stats,
				      .keyring = liftd->keyring,
				      .done = signs_ready,
				      .stops = signs_are_to_end,
				      .context = &liftd->signs };
	int err = rebuild_open(liftd->config->state, liftd->config->as_of, liftd->stores.journal,
			       &clock_machine, on_rebuilt, liftd, &liftd->rebuild);

	liftd->generations = generations_new();
	liftd->signs = (struct signs){ .rooms = liftd->rooms,
				       .rebuild = liftd->rebuild,
				       .line = { .journal = liftd->stores.journal,
						 .rebuild = liftd->rebuild,
						 .config = liftd->config,
						 .stats = &liftd->stats } };
	parts.generations = liftd->generations;
	parts.rebuild = liftd->rebuild;
	if (!err && !liftd->generations)
		err = LIFT_E_MEMORY;
	if (!err)
		err = reload_open(&parts, &liftd->reload);
	liftd->signs.reload = liftd->reload;
	return err ? err : reload_begin(liftd->reload, &liftd->now);
}

static int open_publish(struct liftd *liftd)
{
	const struct publish_parts parts = { .loop = room_loop(liftd->rooms, ROOM_LEDGER),
					     .bindings = liftd->bindings[ROOM_LEDGER],
					     .guards = &liftd->guards,
					     .zmq = rooms_zmq(liftd->rooms),
					     .config = liftd->config,
					     .journal = liftd->stores.journal,
					     .stats = &liftd->stats,
					     .shelf = liftd->stores.shelf,
					     .before = liftd->open };

	liftd->open = NULL;
	return publish_open(&parts, &liftd->publish);
}

static int open_serving(struct liftd *liftd)
{
	const struct serving_parts parts = { .rooms = liftd->rooms,
					     .handover = liftd->handover,
					     .trust = liftd->stores.trust,
					     .journal = liftd->stores.journal,
					     .generations = liftd->generations,
					     .rebuild = liftd->rebuild,
					     .publish = liftd->publish,
					     .stats = &liftd->stats };

	return serving_open(&parts, &liftd->serving);
}

/* Control's thread: a reload is asked for, and answered when it is done. */
static uint64_t ask_reload(void *context, bool dry_run, bool yes)
{
	struct liftd *liftd = context;
	uint64_t number = handover_ask_reload(liftd->handover, dry_run, yes);

	wake_send(room_wake(liftd->rooms, ROOM_MAIN));
	return number;
}

/* Any thread: all ends in order, and begins anew. */
static void ask_anew(void *context)
{
	struct liftd *liftd = context;

	atomic_store(&liftd->anew, true);
	rooms_end(liftd->rooms);
}

static void on_control_wake(void *context, const struct now *now)
{
	struct liftd *liftd = context;
	struct reload_result *result;
	struct files_state files;

	(void)now;
	control_obeyed(liftd->control);
	if (handover_take_files(liftd->handover, &files))
		control_take_files(liftd->control, &files);
	while ((result = handover_take_result(liftd->handover, false))) {
		control_reloaded(liftd->control, result->number, result->err, result->answer);
		reload_result_free(result);
	}
}

static int open_control(struct liftd *liftd)
{
	const struct control_parts parts = { .loop = room_loop(liftd->rooms, ROOM_CONTROL),
					     .bindings = liftd->bindings[ROOM_CONTROL],
					     .guards = &liftd->guards,
					     .zmq = rooms_zmq(liftd->rooms),
					     .config = liftd->config,
					     .generations = liftd->generations,
					     .journal = liftd->stores.journal,
					     .secret = &liftd->stores.secret,
					     .rebuild = liftd->rebuild,
					     .stats = &liftd->stats,
					     .shelf = liftd->stores.shelf,
					     .more = room_wake(liftd->rooms, ROOM_LEDGER),
					     .reload = { ask_reload, liftd },
					     .anew = { ask_anew, liftd },
					     .orders = liftd->orders,
					     .ordered = room_wake(liftd->rooms, ROOM_INTAKE),
					     .board = liftd->board,
					     .persons = liftd->persons,
					     .options = liftd->parts->options };
	const char *wrong = liftd->parts->catalogue_wrong;
	int err = control_open(&parts, &liftd->control);

	if (!err && wrong)
		control_take_files(liftd->control,
				   &(struct files_state){ .catalogue_wrong = strdup(wrong) });
	room_on_wake(liftd->rooms, ROOM_CONTROL, on_control_wake, liftd);
	return err;
}

static int open_signs(struct liftd *liftd)
{
	return signs_open(&liftd->signs);
}

/* The check beside the daemon has found damage: nothing is built, and nothing waits, any more. */
static void on_damaged(void *context)
{
	struct liftd *liftd = context;

	rebuild_stop(liftd->rebuild);
	wake_send(room_wake(liftd->rooms, ROOM_CONTROL));
}

static void on_ledger_checked(void *context, const struct now *now)
{
	struct liftd *liftd = context;

	reload_checked(liftd->reload, now);
}

static int follow_trust(struct liftd *liftd)
{
	const struct trust_watcher watcher = { on_damaged, on_ledger_checked, liftd };

	return trust_follow(liftd->stores.trust, room_loop(liftd->rooms, ROOM_MAIN),
			    liftd->stores.journal, &watcher);
}

static int watch_machine(struct liftd *liftd)
{
	liftd->machine = (struct machine){ .state = liftd->config->state,
					   .journal = liftd->stores.journal,
					   .stats = &liftd->stats };
	return machine_watch(&liftd->machine, room_loop(liftd->rooms, ROOM_MAIN), &liftd->now);
}

static int watch_sources(struct liftd *liftd)
{
	liftd->roll_call =
		(struct roll_call){ .config = liftd->config, .journal = liftd->stores.journal };
	return roll_call_open(&liftd->roll_call, room_loop(liftd->rooms, ROOM_MAIN), &liftd->now);
}

static void want_compact(void *context)
{
	struct liftd *liftd = context;

	control_want_compact(liftd->control);
}

static int watch_retention(struct liftd *liftd)
{
	struct journal *journal = liftd->stores.journal;

	liftd->retention = (struct retention){ .config = liftd->config,
					       .journal = journal,
					       .handover = liftd->handover,
					       .generations = liftd->generations,
					       .rebuild = liftd->rebuild,
					       .orders = liftd->orders,
					       .rooms = liftd->rooms,
					       .stats = &liftd->stats,
					       .leap = { journal_receipt(journal, 0), 0 },
					       .compact = want_compact,
					       .context = liftd };
	return retention_watch(&liftd->retention);
}

static int start_rooms(struct liftd *liftd)
{
	return rooms_start(liftd->rooms);
}

/* Before it is said that the daemon is ready. */
static int try_doors(struct liftd *liftd)
{
	return doors_try(liftd->config, liftd->zap, liftd->parts->own);
}

/* What goes on is kept: all is at rest by then. */
static void close_all(struct liftd *liftd, struct liftd_next *next)
{
	rooms_stop(liftd->rooms);
	for (int i = 0; i < ROOMS; i++)
		bindings_close(liftd->bindings[i]);
	signs_close(&liftd->signs);
	roll_call_close(&liftd->roll_call);
	control_close(liftd->control);
	listen_close(liftd->listen);
	intake_close(liftd->intake);
	gate_close(liftd->gate);
	orders_free(liftd->orders);
	board_free(liftd->board);
	persons_free(liftd->persons);
	rebuild_close(liftd->rebuild);
	reload_close(liftd->reload);
	serving_close(liftd->serving);
	generations_free(liftd->generations);
	if (next->catalogue && liftd->publish)
		next->open = publish_take_open(liftd->publish);
	publish_close(liftd->publish);
	publish_drop_open(liftd->open);
	handover_close(liftd->handover);
	zap_close(liftd->zap);
	keyring_free(liftd->keyring);
	rooms_close(liftd->rooms);
	descriptors_unwatch();
	stores_close(&liftd->stores);
	catalogue_free(liftd->gate_catalogue);
}

/* Who could say more of it has said so before. */
static int open_all(struct liftd *liftd)
{
	static const struct {
		int (*open)(struct liftd *liftd);
		const char *name;
	} steps[] = {
		{ open_rooms, "threads" },
		{ open_doors, "keys" },
		{ open_intake, "intake" },
		{ open_listen, "events" },
		{ open_reload, "ledger" },
		{ open_publish, "publish" },
		{ open_serving, "serving" },
		{ open_control, "control" },
		{ open_signs, "signals" },
		{ follow_trust, "integrity check" },
		{ watch_machine, "clock" },
		{ watch_sources, "sources" },
		{ watch_retention, "retention" },
		{ start_rooms, "threads" },
		{ try_doors, "keys" },
	};
	int err = stores_open(&liftd->stores);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++) {
		err = service_is_ending() ? LIFT_E_STOPPED : steps[i].open(liftd);
		if (err && !service_is_ending())
			service_start_failed(steps[i].name, err);
	}
	return err;
}

static void say_opened(const struct liftd *liftd)
{
	struct catalogue *catalogue = handover_newest(liftd->handover);
	const struct config *config = liftd->config;

	log_notice("ready: version=%s state=%s regions=%u modules=%u journal=%llu intake=%s "
		   "control=%s publish=%s",
		   LIFT_VERSION, config->state, catalogue_regions_named(catalogue),
		   catalogue->n_modules, (unsigned long long)journal_last(liftd->stores.journal),
		   first(&config->intake), first(&config->control),
		   first(&config->audiences[0].publish));
	catalogue_free(catalogue);
}

/* What was read again since the start goes on. */
static void keep_next(struct liftd *liftd, struct liftd_next *ret_next)
{
	ret_next->catalogue = handover_newest(liftd->handover);
	ret_next->keys = keyring_keys(liftd->keyring);
	ret_next->since_ms = clock_steady_ms();
}

int liftd_run(const struct liftd_parts *parts, struct liftd_next *ret_next)
{
	struct liftd liftd = { .parts = parts,
			       .config = parts->config,
			       .open = parts->open,
			       .now = { clock_steady_ms(), clock_utc_ms() } };
	int err;

	*ret_next = (struct liftd_next){ .catalogue = NULL };
	liftd.stores = (struct stores){ .config = parts->config,
					.stats = &liftd.stats,
					.now = &liftd.now };
	err = open_all(&liftd);
	if (err && service_is_ending()) {
		log_notice("stopping: at=\"the start\"");
		err = 0;
	} else if (!err) {
		say_opened(&liftd);
		signs_ready(&liftd.signs);
		if (parts->anew_since_ms)
			log_notice("begun anew: ms=%lld",
				   (long long)(clock_steady_ms() - parts->anew_since_ms));
		err = rooms_run(liftd.rooms);
		if (err)
			log_alert(ALERT_STORE_FATAL,
				  "a store can no longer be used, the daemon stops and must be "
				  "started again: code=fatal");
		if (!err && atomic_load(&liftd.anew) && !service_is_ending()) {
			keep_next(&liftd, ret_next);
			service_reloading();
		} else {
			service_stopping();
		}
	}
	close_all(&liftd, ret_next);
	if (!err && !ret_next->catalogue)
		log_notice("stopped");
	return err;
}
