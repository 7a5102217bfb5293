/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/disk/stores.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/compact/settle.h"
#include "daemon/config/dirs.h"
#include "daemon/disk/maps.h"
#include "daemon/service/service.h"
#include "daemon/store/address.h"
#include "daemon/tasks/backup.h"

static int open_dirs(struct stores *stores)
{
	return locks_take(&stores->locks);
}

static int open_socket_dirs(struct stores *stores)
{
	char failed[PATH_MAX];
	int err = config_make_dirs(stores->config, failed);

	if (err)
		log_error("directory of a socket cannot be made: path=%s reason=\"%s\"", failed,
			  strerror(errno));
	return err;
}

static int check_restored(struct stores *stores)
{
	char path[PATH_MAX];

	if (!backup_is_unfinished(stores->config->state))
		return 0;
	state_path(path, stores->config->state, STATE_UNFINISHED);
	log_error("a restore was broken off, run liftd --restore again with this backup or "
		  "another: path=%s",
		  path);
	return LIFT_E_DAMAGED;
}

/* What was written anew takes its place before anything is opened. */
static int settle_compaction(struct stores *stores)
{
	int64_t began_ms = clock_steady_ms();
	struct compact_settled settled;
	int err = compact_settle(stores->config->state, service_still_starting, &settled);

	if (err)
		log_error("the compacted journal cannot take its place: state=%s reason=\"%s\"",
			  stores->config->state, strerror(errno));
	else if (settled.was_there && !settled.is_in_place)
		log_alert(ALERT_COMPACT_FAILED,
			  "the compacted journal was dropped, the old one serves: code=%s "
			  "reason=\"%s\"",
			  lift_err_code(settled.err), lift_err_text(settled.err));
	else if (settled.was_there)
		log_notice("the compacted journal is in its place: last=%llu later=%llu ms=%lld",
			   (unsigned long long)settled.last, (unsigned long long)settled.later,
			   (long long)(clock_steady_ms() - began_ms));
	if (settled.is_in_place && settled.err)
		log_error("what the compacted journal took the place of cannot be removed, it is "
			  "at the next start: state=%s",
			  stores->config->state);
	return err;
}

static void say_secret(const struct stores *stores, int err)
{
	static const char expected[] =
		"32 bytes, or a multiple of them: the credential " SECRET_CREDENTIAL
		", or a file that only its owner may read";
	char path[PATH_MAX];

	secret_path(&stores->secret, stores->config->state, path);
	if (err == LIFT_E_NOT_FOUND)
		log_error("the secret is missing, but there is a journal; bring it back from the "
			  "backup, or give the service its credential " SECRET_CREDENTIAL
			  ": path=%s",
			  path);
	else if (err == LIFT_E_DIFFERENT)
		log_error("there are two secrets, the credential " SECRET_CREDENTIAL
			  " and the file, and they differ. Move the file away, or take the "
			  "credential out of the unit: the journal is of one of them, and liftd "
			  "does not start with the other: path=%s",
			  path);
	else if (err)
		log_error("the secret cannot be used: path=%s code=%s expected=\"%s\"", path,
			  lift_err_code(err), expected);
	else if (!stores->secret.is_locked)
		log_alert(ALERT_SECRET_NOT_LOCKED,
			  "the secret may come into swap: expected=\"LimitMEMLOCK of 64 KiB\"");
}

/* Whether there is a journal decides whether a secret may be made. */
static int open_secret(struct stores *stores)
{
	bool has_journal;
	int err = trust_open(stores->config->state, stores->stats, &stores->trust);

	if (!err)
		err = trust_find_journal(stores->trust, &has_journal);
	if (err)
		return err;
	err = secret_open_own(stores->config->state, !has_journal, &stores->secret);
	say_secret(stores, err);
	return err;
}

static int check_stores(struct stores *stores)
{
	return trust_check(stores->trust, stores->secret.digest);
}

/* Where it was the disk, errno says more than the code. */
static void journal_not_opened(const char *path, int err)
{
	char limit[ADDRESS_LIMIT_TEXT];
	bool is_disk = lift_err_class(err) == LIFT_CLASS_STORE && errno > 0;

	address_limit(limit);
	if (err == LIFT_E_MEMORY)
		log_error("journal cannot be opened: path=%s code=%s reason=\"there is no room in "
			  "memory for it; %s\"",
			  path, lift_err_code(err), limit);
	else
		log_error("journal cannot be opened: path=%s code=%s reason=\"%s\"", path,
			  lift_err_code(err), is_disk ? strerror(errno) : lift_err_text(err));
}

static int open_journal(struct stores *stores)
{
	const struct journal_damage *damage = trust_damage(stores->trust);
	char path[PATH_MAX];
	uint32_t mib;
	int err = maps_choose((uint32_t)stores->config->journal_max_mib, &mib);

	if (err)
		return err;
	state_path(path, stores->config->state, STATE_JOURNAL);
	if (damage)
		err = journal_open_read_only(path, stores->secret.digest, &stores->journal);
	else
		err = journal_open_within(path, stores->secret.digest, (uint64_t)mib << 20,
					  &stores->journal);
	if (err) {
		journal_not_opened(path, err);
		return err;
	}
	journal_set_damage(stores->journal, damage);
	journal_set_quota(stores->journal, (uint64_t)mib << 20);
	journal_set_unknown_max(stores->journal, (uint32_t)stores->config->names_per_source);
	/* Before anybody is called silent for the time in which there was no daemon. */
	journal_listens(stores->journal, stores->now->utc_ms);
	return journal_commit(stores->journal) == LIFT_E_FATAL ? LIFT_E_FATAL : 0;
}

/* One that is damaged is no reason to serve none. */
static int open_shelf(struct stores *stores)
{
	struct release_info *infos = NULL;
	size_t n = 0;
	int err = shelf_fill(stores->config->state, &stores->shelf);

	if (!err)
		err = shelf_list(stores->shelf, &infos, &n);
	for (size_t i = 0; i < n; i++)
		if (infos[i].err)
			log_alert(ALERT_RELEASE_FAILED,
				  "release cannot be read, bring its file back from a backup: "
				  "path=%s/%s release=%u code=%s",
				  stores->config->state, state_name(STATE_RELEASES),
				  infos[i].number, lift_err_code(infos[i].err));
	free(infos);
	return err;
}

int stores_open(struct stores *stores)
{
	static const struct {
		int (*open)(struct stores *stores);
		const char *name;
	} steps[] = {
		{ open_dirs, "directories" }, /* and nobody else has them */
		{ check_restored, "restore" },
		{ settle_compaction, "compaction" },
		{ open_socket_dirs, "directories of sockets" },
		{ open_secret, "secret" },
		{ check_stores, "integrity check" },
		{ open_journal, "journal" },
		{ open_shelf, "releases" },
	};
	int err = 0;

	locks_begin(&stores->locks, stores->config->state, stores->config->runtime);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++) {
		err = service_is_ending() ? LIFT_E_STOPPED : steps[i].open(stores);
		if (err && !service_is_ending())
			service_start_failed(steps[i].name, err);
	}
	return err;
}

void stores_close(struct stores *stores)
{
	secret_close(&stores->secret);
	shelf_clear(stores->shelf);
	journal_close(stores->journal);
	trust_close(stores->trust);
	locks_close(&stores->locks);
}
