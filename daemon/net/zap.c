/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/zap.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/net/connections.h"
#include "daemon/net/descriptors.h"
#include "proto/z85.h"

enum {
	FRAMES_MOST = 16, /* of a question, which are looked at */
	FRAME_BYTES = 256,
	ROUND = 256, /* questions a round, at most */
};

struct zap {
	struct loop *loop;
	void *socket;
	struct keyview view;
	struct stats *stats;
	pthread_mutex_t lock; /* of: */
	char expected[Z85_KEY + 1];
	struct log_limit unknown_limit, denied_limit, many_limit;
};

/* The frames of a question, from the version on. */
enum frame { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, FRAMES };

struct question {
	char frames[FRAMES_MOST][FRAME_BYTES];
	size_t sizes[FRAMES_MOST];
	size_t n;
};

struct answer {
	const char *code, *text;
	char user_id[Z85_KEY + 1];
};

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Through a door ("intake", "snapshot/rana"). */
static bool may_enter(const struct key *key, const char *door)
{
	static const char *const of_audiences[] = { DOOR_PUBLISH, DOOR_SNAPSHOT, DOOR_ASK };

	if (strcmp(door, DOOR_EVENTS) == 0 || strcmp(door, DOOR_INTAKE) == 0)
		return key->publishes;
	if (strcmp(door, DOOR_CONTROL) == 0)
		return key->control || key->asks_rosters || key->forgets;
	for (size_t i = 0; i < sizeof(of_audiences) / sizeof(of_audiences[0]); i++)
		if (begins(door, of_audiences[i]))
			return key_has_audience(key, door + strlen(of_audiences[i]));
	return false;
}

void zap_expect(struct zap *zap, const char *public)
{
	pthread_mutex_lock(&zap->lock);
	snprintf(zap->expected, sizeof(zap->expected), "%s", public);
	pthread_mutex_unlock(&zap->lock);
}

static bool is_expected(struct zap *zap, const char *public)
{
	bool expected;

	pthread_mutex_lock(&zap->lock);
	expected = strcmp(zap->expected, public) == 0;
	pthread_mutex_unlock(&zap->lock);
	return expected;
}

static void refuse(struct zap *zap, struct answer *answer, const char *text)
{
	answer->code = "400";
	answer->text = text;
	stats_add(zap->stats, STAT_connections_denied, 1);
}

/* A key that has vouched for itself: is it known, may it, and has it not come too often? */
static void judge_key(struct zap *zap, const struct question *question, const char *door,
		      const struct now *now, struct answer *answer)
{
	const char *address = question->frames[ADDRESS];
	char public[Z85_KEY + 1];
	struct peer peer;

	if (question->sizes[CREDENTIALS] != Z85_KEY_BYTES) {
		refuse(zap, answer, "no key");
		return;
	}
	z85_encode((const uint8_t *)question->frames[CREDENTIALS], public);
	if (peer_find(&zap->view, public, &peer) != 0 && is_expected(zap, public)) {
		answer->code = "400";
		answer->text = "unknown key";
	} else if (peer_find(&zap->view, public, &peer) != 0) {
		refuse(zap, answer, "unknown key");
		if (log_allowed(&zap->unknown_limit))
			log_alert(ALERT_KEY_REFUSED,
				  "connection refused: reason=unknown-key door=%s public=%s "
				  "from=%s",
				  door, public, address);
	} else if (!may_enter(peer.key, door)) {
		refuse(zap, answer, "not for this key");
		peer_note(&peer, DEED_REFUSED, now->utc_ms);
		if (log_allowed(&zap->denied_limit))
			log_alert(ALERT_KEY_REFUSED,
				  "connection refused: reason=no-right key=%s door=%s from=%s",
				  peer.key->name, door, address);
	} else if (!descriptors_grant(public, peer.key->publics.items, peer.key->publics.n,
				      (uint32_t)peer.key->limits.connections)) {
		/* Not 400: a client of libzmq's would never come again. */
		answer->code = "300";
		answer->text = "too many connections";
		if (log_allowed(&zap->many_limit))
			log_warning("connection refused: reason=too-many key=%s most=%d door=%s",
				    peer.key->name, peer.key->limits.connections, door);
	} else if (keyview_is_old(&zap->view)) {
		/* Connections of keys that lose rights are cut after a change: this one may have
		 * been let in after that. */
		judge_key(zap, question, door, now, answer);
	} else {
		peer_note(&peer, DEED_CONNECTED, now->utc_ms);
		memcpy(answer->user_id, public, sizeof(public));
	}
}

static void judge(struct zap *zap, const struct question *question, const struct now *now,
		  struct answer *answer)
{
	const char *domain = question->frames[DOMAIN], *mechanism = question->frames[MECHANISM];

	*answer = (struct answer){ .code = "200", .text = "OK" };
	if (question->n < CREDENTIALS || strcmp(question->frames[VERSION], "1.0") != 0) {
		answer->code = "500";
		answer->text = "not understood";
	} else if (begins(domain, ZAP_LOCAL) && strcmp(mechanism, "NULL") == 0) {
		strcpy(answer->user_id, PEER_LOCAL);
	} else if (begins(domain, ZAP_CURVE) && strcmp(mechanism, "CURVE") == 0 &&
		   question->n > CREDENTIALS) {
		judge_key(zap, question, domain + strlen(ZAP_CURVE), now, answer);
	} else {
		refuse(zap, answer, "no key");
	}
}

/* One question; false where there is none. What does not fit is cut: then it is none of ours. */
static bool receive(struct zap *zap, struct question *question)
{
	int size = 0, more = 1;
	size_t more_size = sizeof(more);

	question->n = 0;
	while (more) {
		char spare[FRAME_BYTES];
		bool fits = question->n < FRAMES_MOST;
		char *to = fits ? question->frames[question->n] : spare;

		size = zmq_recv(zap->socket, to, FRAME_BYTES - 1, ZMQ_DONTWAIT);
		if (size < 0)
			return false;
		size = size < FRAME_BYTES - 1 ? size : FRAME_BYTES - 1;
		to[size] = 0;
		if (fits)
			question->sizes[question->n++] = (size_t)size;
		zmq_getsockopt(zap->socket, ZMQ_RCVMORE, &more, &more_size);
	}
	return true;
}

static void send_frame(struct zap *zap, const char *text, size_t size, bool more)
{
	zmq_send(zap->socket, text, size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

static void send_answer(struct zap *zap, const struct question *question,
			const struct answer *answer)
{
	send_frame(zap, "1.0", 3, true);
	send_frame(zap, question->frames[REQUEST_ID],
		   question->n > REQUEST_ID ? question->sizes[REQUEST_ID] : 0, true);
	send_frame(zap, answer->code, strlen(answer->code), true);
	send_frame(zap, answer->text, strlen(answer->text), true);
	send_frame(zap, answer->user_id, strlen(answer->user_id), true);
	send_frame(zap, "", 0, false);
}

static void answer_all(void *context, const struct now *now)
{
	struct zap *zap = context;
	struct question question;
	struct answer answer;

	for (int i = 0; i < ROUND && receive(zap, &question); i++) {
		judge(zap, &question, now, &answer);
		send_answer(zap, &question, &answer);
	}
}

int zap_open(void *zmq, struct loop *loop, struct keyring *keyring, struct stats *stats,
	     struct zap **ret_zap)
{
	struct zap *zap = calloc(1, sizeof(*zap));
	int err = zap ? 0 : LIFT_E_MEMORY, linger = 0;

	if (err)
		return err;
	*zap = (struct zap){ .loop = loop, .view = { .keyring = keyring }, .stats = stats };
	pthread_mutex_init(&zap->lock, NULL);
	zap->socket = zmq_socket(zmq, ZMQ_REP);
	if (!zap->socket || zmq_setsockopt(zap->socket, ZMQ_LINGER, &linger, sizeof(linger)) != 0 ||
	    zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0)
		err = LIFT_E_SOCKET;
	if (!err)
		err = loop_add_socket(loop, zap->socket, answer_all, zap);
	if (err)
		zap_close(zap);
	else
		*ret_zap = zap;
	return err;
}

void zap_close(struct zap *zap)
{
	if (!zap)
		return;
	if (zap->socket) {
		loop_remove_socket(zap->loop, zap->socket);
		zmq_close(zap->socket);
	}
	keyview_clear(&zap->view);
	pthread_mutex_destroy(&zap->lock);
	free(zap);
}
