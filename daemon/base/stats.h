/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats.h - counters since the daemon started, which any thread adds to and `status` prints, and
 * what is wrong now.
 */
#ifndef LIFTD_BASE_STATS_H
#define LIFTD_BASE_STATS_H

#include <stdatomic.h>
#include <stdint.h>

/* What may be wrong with the daemon itself. */
enum stat_trouble {
	TROUBLE_JOURNAL,
	TROUBLE_WALK,
	TROUBLE_LEDGER,
	TROUBLE_INTAKE_SOCKETS,
	TROUBLE_PUBLISH_SOCKETS,
	TROUBLE_CONTROL_SOCKETS,
	TROUBLES
};

/* X(name as status prints it) */
#define STATS(X)                                                               \
	X(hellos)	   /* answered */                                      \
	X(batches)	   /* acknowledged */                                  \
	X(batches_refused) /* nacks, and published ones that were dropped */   \
	X(events_accepted) /* new ones */                                      \
	X(events_rejected) /* new ones */                                      \
	X(events_resent)   /* numbers that had been received before */         \
	X(events_reused)   /* numbers that came again with other content */    \
	X(answers_dropped) /* for a client that was gone */                    \
	X(journal_commits)                                                     \
	X(journal_failures) /* commits that failed */                          \
	X(journal_failing)  /* 1 until a second after the last that did */     \
	X(ledger_failing)   /* 1 until its next commit */                      \
	X(ledger_commits)                                                      \
	X(ledger_failures)                                                     \
	X(facts_added)                                                         \
	X(requests)	    /* of operators */                                 \
	X(requests_refused) /* and those for snapshots */                      \
	X(reloads)	    /* catalogues read again and taken */              \
	X(reloads_refused)                                                     \
	X(backups) /* made at an operator's request */                         \
	X(backups_failed)                                                      \
	X(verifies) /* that found no difference */                             \
	X(verifies_failed)                                                     \
	X(compactions) /* of the journal */                                    \
	X(compactions_failed)                                                  \
	X(releases) /* of the open plane, made */                              \
	X(releases_failed)                                                     \
	X(takeovers) /* of another catalogue, or a ledger built anew */        \
	X(ticks)                                                               \
	X(snapshots) /* pages */                                               \
	X(metrics_published)                                                   \
	X(connections)		 /* now */                                     \
	X(connections_half_open) /* of these: their handshake has not ended */ \
	X(connections_most)	 /* for which there are descriptors */         \
	X(connections_refused)	 /* there were no descriptors for them */      \
	X(connections_cut)	 /* they sent more than a peer may */          \
	X(connections_displaced) /* half open ones, that made room */          \
	X(connections_revoked)	 /* their key has lost a right */              \
	X(connections_denied)	 /* of a key that is not known, or may not */  \
	X(sockets_anew)		 /* their files had been removed */            \
	X(clock_jumps)		 /* of the time of day */

enum stat_counter {
#define X(name) STAT_##name,
	STATS(X)
#undef X
		STATS_COUNT
};

struct stats {
	_Atomic uint64_t counts[STATS_COUNT];
	atomic_bool ledger_walking; /* it counts as not there until it is known to be whole */
	_Atomic(const char *) troubles[TROUBLES]; /* what it is: a text that stays; NULL: nothing */
};

extern const char *const stat_names[STATS_COUNT];
extern const char *const stat_trouble_names[TROUBLES]; /* what it is that is not well */

static inline void stats_add(struct stats *stats, enum stat_counter stat, uint64_t n)
{
	atomic_fetch_add_explicit(&stats->counts[stat], n, memory_order_relaxed);
}

static inline void stats_set(struct stats *stats, enum stat_counter stat, uint64_t n)
{
	atomic_store_explicit(&stats->counts[stat], n, memory_order_relaxed);
}

static inline uint64_t stats_get(const struct stats *stats, enum stat_counter stat)
{
	return atomic_load_explicit(&stats->counts[stat], memory_order_relaxed);
}

#endif
