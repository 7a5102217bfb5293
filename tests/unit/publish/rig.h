/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rig.h - publishing from a house's ledger on a loop that is stepped, by a clock of its own, to
 * dashboards in this process.
 */
#ifndef LIFT_TESTS_PUBLISH_RIG_H
#define LIFT_TESTS_PUBLISH_RIG_H

#include <jansson.h>
#include <zmq.h>

#include "daemon/plane/shelf.h"
#include "daemon/publish/publish.h"
#include "proto/metric.h"
#include "proto/snapshot.h"
#include "tests/unit/house.h"

enum { RIG_AUDIENCES = 3 };

/* Texts are borrowed as long as the rig is open. */
struct rig_wish {
	const char *topics; /* what dashboards subscribe to: its beginning */
	struct rig_audience {
		const char *publish; /* an endpoint */
		const char *region;  /* the one that it sees; NULL: all */
		const char *plane;
		const char *snapshot; /* an endpoint; NULL: none can be asked for */
	} audiences[RIG_AUDIENCES];
	int n_audiences;
	bool has_shelf; /* of releases, in the house's directory */
};

struct rig {
	const struct rig_wish *wish;
	struct house house;
	struct config config;
	struct config_audience audiences[RIG_AUDIENCES];
	char *endpoints[RIG_AUDIENCES], *regions[RIG_AUDIENCES], *snapshots[RIG_AUDIENCES];
	struct now now;
	int look_ms; /* go by at each look at the clock: 0 but for what takes its time */
	struct loop *loop;
	struct stats stats;
	struct shelf *shelf; /* NULL: none */
	struct publish *publish;
	void *zmq, *dashboards[RIG_AUDIENCES], *asks[RIG_AUDIENCES];
};

/* Without figures: rig_serve has them published. */
void rig_open(struct rig *rig, const struct rig_wish *wish, const char *catalogue);
void rig_close(struct rig *rig);

/* As the daemon ends, and begins, `before` being what went on from the one before it (NULL:
 * nothing); the house stays. */
void rig_end(struct rig *rig);
void rig_begin(struct rig *rig, struct open *before);

/* As the ledger's thread begins, and when it changes to another ledger or catalogue. */
void rig_serve(struct rig *rig);

/* A step after as many ms; after a tick. */
void rig_step(struct rig *rig, int ms);
void rig_tick(struct rig *rig);

/* Kari starts a module, in stream "a" of a source: it is in the journal then. */
void rig_send(struct rig *rig, const char *source, uint64_t seq, const char *module,
	      const char *region);

/* The same in each of the modules m0 ... of rig_catalogue, in bodo. */
void rig_send_all(struct rig *rig, const char *source, int modules);

/* A release of modules m<from> ... m<to - 1>, in bodo, on the shelf. */
void rig_release(struct rig *rig, uint32_t number, int from, int to);

/* A request by the socket that asks for an audience's snapshots. */
void rig_ask(struct rig *rig, int audience, const struct snapshot_request *request);

/* The next message of a socket, whose body is the caller's to close; false: there is none. */
bool rig_next(void *socket, char topic[static TOPIC_MAX], zmq_msg_t *body);
/* A body, which is closed, as JSON. */
json_t *rig_read(struct rig *rig, zmq_msg_t *body);

/* A catalogue of region bodo and modules m0, m1, ...: the caller's. */
char *rig_catalogue(int modules);

#endif
