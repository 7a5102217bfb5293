/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - liftd.yaml: every key has a default, every error its line.
 *
 * A table in config.c names each key, its type, its default and what is right. Texts are owned by
 * the config, C strings, with RUNTIME replaced by the runtime directory in endpoints.
 */
#ifndef LIFT_PROTO_CONFIG_H
#define LIFT_PROTO_CONFIG_H

#include "proto/arena.h"
#include "proto/as_of.h"
#include "proto/texts.h"
#include "proto/yaml.h"

enum {
	CONFIG_DIR_MAX = 4000, /* bytes of a directory's path, or a file's */
	CONFIG_AUDIENCES_MAX = 16,
	CONFIG_ENDPOINTS_MAX = 16, /* of one list */
	CONFIG_NAMESPACES_MAX = 1000,
	CONFIG_CADENCES_MAX = 1000,
	CONFIG_REGIONS_MAX = 1000, /* of an audience */
	CONFIG_KEYS_MAX = 32,	   /* of liftd.yaml, at most */
	IPC_PATH_MAX = 107,	   /* bytes: what the kernel takes for a socket */
};

enum config_security { SECURITY_CURVE, SECURITY_NONE };

/* What becomes of later events of a learner who has been forgotten. */
enum config_forgotten { FORGOTTEN_AFRESH, FORGOTTEN_REFUSE };

struct config_audience {
	char *name;
	char *plane; /* "exact" or "open" */
	struct texts regions;
	struct texts publish, snapshot, ask; /* endpoints */
};

/* A platform's own PUB. */
struct config_connect {
	char *endpoint;
	char *server_key;     /* its public key, Z85; NULL: it has none */
	struct texts sources; /* that may come from it; none: all that no key has */
};

struct config_namespace {
	char *source; /* "*": all that are not named */
	char *name;
};

/* How often a source is to be heard: within so many ms, or one of these. */
enum { CADENCE_NEVER = 0 /* it is not watched */, CADENCE_LEARNT = -1 };

struct config_cadence {
	char *source; /* "*": all that are not named */
	int64_t ms;
};

/* When the open plane is released: at the end of each of these. */
enum open_every { OPEN_NEVER, OPEN_MONTH, OPEN_QUARTER, OPEN_YEAR };

struct config {
	char *state, *runtime, *catalogue; /* directories, a file */
	char *keys, *server_key;	   /* files: who may come, and the daemon's own key */
	bool has_runtime;		   /* somebody has written it */
	bool has_curve;			   /* some endpoint needs the daemon's key */
	enum config_security security;
	struct config_namespace *namespaces;
	size_t n_namespaces;
	struct config_cadence *cadences; /* by the names of their sources */
	size_t n_cadences;
	struct as_of as_of;
	enum open_every open_every;
	int tick_ms;
	int names_per_source; /* of a kind, that the catalogue does not have */
	int audit_months;     /* for which the audit log has its lines */
	bool names_strict;    /* names that look like persons are refused */
	int journal_max_mib;  /* 0: as large as there is room for */
	struct texts events, intake, control;
	struct config_connect *connects;
	size_t n_connects;
	struct config_audience *audiences;
	size_t n_audiences;
	enum config_forgotten forgotten;
	int retention; /* months; 0: for ever */
	bool reload_may_lose;
	struct arena arena;		 /* of all that the members point to */
	struct yaml_doc *doc, *defaults; /* that it was read from */
};

/* Read a configuration's text (empty: all defaults). Defaults of state and runtime: /var/lib/liftd
 * and /run/liftd for root, else the XDG directories of the environment (`env` is getenv in the
 * daemon). LIFT_E_CONFIG with all errors found; *ret_config is then NULL. */
int config_parse(struct text text, struct yaml_errors *errors, char *(*env)(const char *),
		 bool is_root, struct config **ret_config);
void config_free(struct config *config);

/* The keys whose values are not the same in two configurations, in the order of the manual: those
 * that a reload takes, or those that wait for a restart. How many. */
size_t config_differs(const struct config *a, const struct config *b, bool reloads,
		      const char *ret_keys[static CONFIG_KEYS_MAX]);

/* The namespace of a source: the one that the configuration gives it, or its own name (METRICS
 * 1). */
const char *config_namespace(const struct config *config, const char *source);

/* What is said of a source's cadence, or of those that are not named: ms, or one of the two. */
int64_t config_cadence(const struct config *config, struct text source);

/* May this source speak? Not where its own name is that of a namespace which others share and it is
 * not in: its learners would be taken for theirs. */
bool config_source_allowed(const struct config *config, const char *source);

#endif
