/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/speaker.h"

#include <stdlib.h>

#include "daemon/base/calendar.h"

enum { SECOND_MS = 1000 };

void speakers_open(struct speakers *speakers, struct keyring *keyring)
{
	*speakers = (struct speakers){ .view = { .keyring = keyring } };
}

static void forget_homes(struct speakers *speakers, size_t n)
{
	for (size_t i = 0; speakers->spoken && i < n; i++) {
		free(speakers->spoken[i].homes);
		speakers->spoken[i].homes = NULL;
	}
}

void speakers_switch(struct speakers *speakers)
{
	size_t n;

	keys_all(speakers->view.keys, &n);
	forget_homes(speakers, n);
}

void speakers_settle(struct speakers *speakers)
{
	while (speakers->n_held > 0)
		keys_free(speakers->held[--speakers->n_held]);
}

void speakers_close(struct speakers *speakers)
{
	speakers_settle(speakers);
	speakers_switch(speakers);
	free(speakers->spoken);
	speakers->spoken = NULL;
	keyview_clear(&speakers->view);
}

/* Other keys: what was known of the old ones goes; they stay for those who wait for answers. */
static int follow_keys(struct speakers *speakers)
{
	bool is_old = keyview_is_old(&speakers->view) && speakers->n_held < SPEAKERS_HELD_MAX;
	size_t n;

	keys_all(speakers->view.keys, &n);
	if (!is_old && (speakers->spoken || n == 0))
		return 0;
	forget_homes(speakers, n);
	free(speakers->spoken);
	if (is_old) {
		speakers->held[speakers->n_held++] = keys_keep(speakers->view.keys);
		keys_all(keyview_keys(&speakers->view, NULL), &n);
	}
	speakers->spoken = calloc(n + 1, sizeof(*speakers->spoken));
	return speakers->spoken ? 0 : LIFT_E_MEMORY;
}

static struct spoken *spoken_of(const struct speakers *speakers, const struct key *key)
{
	size_t n;

	return key ? &speakers->spoken[key - keys_all(speakers->view.keys, &n)] : NULL;
}

int speaker_find(struct speakers *speakers, const char *user_id, struct speaker *ret_speaker)
{
	int err = follow_keys(speakers);

	*ret_speaker = (struct speaker){ .spoken = NULL };
	if (!err)
		err = peer_of_view(&speakers->view, user_id, &ret_speaker->peer);
	if (!err)
		ret_speaker->spoken = spoken_of(speakers, ret_speaker->peer.key);
	return err;
}

int speaker_of_source(struct speakers *speakers, struct text source, struct speaker *ret_speaker)
{
	int err = follow_keys(speakers);
	const struct key *key = err ? NULL : keys_of_source(speakers->view.keys, source);

	*ret_speaker = (struct speaker){ .peer = { .key = key }, .spoken = NULL };
	if (!err)
		ret_speaker->spoken = spoken_of(speakers, key);
	return err;
}

static void refill(struct meter *meter, int64_t most, int64_t steady_ms)
{
	int64_t passed = steady_ms - meter->ms;

	if (meter->ms == 0 || passed >= DAY_MS)
		meter->left = most * SECOND_MS;
	else
		meter->left += most * passed;
	if (meter->left > most * SECOND_MS)
		meter->left = most * SECOND_MS;
	meter->ms = steady_ms;
}

/* More than is left may be taken once, so that the largest batch goes through some time. */
static bool take(struct meter *meter, int64_t most, int64_t amount, int64_t steady_ms)
{
	refill(meter, most, steady_ms);
	if (meter->left <= 0)
		return false;
	meter->left -= amount * SECOND_MS;
	return true;
}

int speaker_may_send(const struct speaker *speaker, size_t bytes, int64_t steady_ms)
{
	const struct key *key = speaker->peer.key;

	if (!key)
		return 0;
	if (bytes > (size_t)key->limits.message)
		return LIFT_E_SIZE;
	return take(&speaker->spoken->bytes, key->limits.bytes, (int64_t)bytes, steady_ms)
		       ? 0
		       : LIFT_E_RATE;
}

bool speaker_is_spent(const struct speaker *speaker, int64_t steady_ms)
{
	const struct key *key = speaker->peer.key;

	if (!key)
		return false;
	refill(&speaker->spoken->events, key->limits.events, steady_ms);
	return speaker->spoken->events.left <= 0;
}

static bool is_listed(const struct texts *sources, struct text source)
{
	if (!sources || sources->count == 0)
		return true;
	for (size_t i = 0; i < sources->count; i++)
		if (text_equal(source, text_of(sources->items[i])))
			return true;
	return false;
}

int speaker_may_be(struct speakers *speakers, const struct speaker *speaker, struct text source)
{
	const struct key *owner = keys_of_source(speakers->view.keys, source);
	bool named = speaker->sources && speaker->sources->count > 0;

	/* Whom liftd connects to may say what the configuration lets come from there. */
	if (!is_listed(speaker->sources, source) || (!named && owner != speaker->peer.key))
		return LIFT_E_SOURCE_DENIED;
	return 0;
}

int speaker_may_speak(struct speakers *speakers, const struct speaker *speaker, struct text source,
		      size_t events, int64_t steady_ms)
{
	const struct key *key = speaker->peer.key;
	int err = speaker_may_be(speakers, speaker, source);

	if (!err && key &&
	    !take(&speaker->spoken->events, key->limits.events, (int64_t)events, steady_ms))
		err = LIFT_E_RATE;
	return err;
}

static bool is_inside(const struct catalogue *catalogue, uint32_t home, const struct key *key)
{
	for (size_t i = 0; i < key->regions.n; i++) {
		uint32_t above = catalogue_region(catalogue, text_of(key->regions.items[i]));

		if (above != CATALOGUE_NONE && catalogue_inside(catalogue, home, above))
			return true;
	}
	return false;
}

int speaker_homes(const struct speaker *speaker, const struct catalogue *catalogue,
		  const bool **ret_homes)
{
	const struct key *key = speaker->peer.key;

	*ret_homes = NULL;
	if (!key || key->regions.n == 0)
		return 0;
	if (!speaker->spoken->homes) {
		speaker->spoken->homes = calloc(catalogue->n_regions, sizeof(bool));
		if (!speaker->spoken->homes)
			return LIFT_E_MEMORY;
		for (uint32_t r = 0; r < catalogue->n_regions; r++)
			speaker->spoken->homes[r] = is_inside(catalogue, r, key);
	}
	*ret_homes = speaker->spoken->homes;
	return 0;
}

bool homes_have(const bool *homes, const struct catalogue *catalogue, struct text region)
{
	return !homes || homes[catalogue_home(catalogue, region)];
}

uint32_t key_names_max(const struct key *key, const struct config *config)
{
	return (uint32_t)(key && key->limits.names ? key->limits.names : config->names_per_source);
}

static void check_regions(const struct key *key, const struct key_texts *regions,
			  const struct catalogue *catalogue, struct yaml_errors *errors)
{
	for (size_t i = 0; i < regions->n; i++)
		if (catalogue_region(catalogue, text_of(regions->items[i])) == CATALOGUE_NONE)
			yaml_error(errors, regions->lines[i],
				   "key %s: the catalogue has no region %s", key->name,
				   regions->items[i]);
}

int speakers_check(const struct keys *keys, const struct catalogue *catalogue,
		   struct yaml_errors *errors)
{
	size_t n_errors = errors->count, n;
	const struct key *all = keys_all(keys, &n);

	for (size_t k = 0; k < n; k++) {
		check_regions(&all[k], &all[k].regions, catalogue, errors);
		check_regions(&all[k], &all[k].roster_regions, catalogue, errors);
	}
	return errors->count > n_errors ? LIFT_E_CONFIG : 0;
}
