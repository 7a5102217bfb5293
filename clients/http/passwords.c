/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clients/http/failures.h"
#include "clients/http/password.h"

enum { DIGEST_BYTES = 32, REMEMBERED_SETS = 256, REMEMBERED_WAYS = 4, NAME_MAX_BYTES = 64 };

struct digest {
	unsigned char bytes[DIGEST_BYTES];
};

struct remembered {
	struct digest digest;
	int64_t until_ms; /* 0: free */
};

enum job_state { JOB_FREE, JOB_WAITS, JOB_RUNS, JOB_DONE };

struct job {
	enum job_state state;
	uint64_t number; /* the lowest comes first */
	char name[NAME_MAX_BYTES + 1], password[PASSWORD_MAX + 1], hash[PASSWORD_HASH_MAX];
	size_t n_password;
	bool is_known; /* there is somebody of that name */
	struct digest digest;
	struct address house;
	void *with;
	bool is_forgotten, is_right;
	bool is_settled; /* by another with the same */
};

/* Asked by one thread; the worker has the lock for all of `jobs` and `is_ending`. */
struct passwords {
	pthread_t worker;
	pthread_mutex_t lock;
	pthread_cond_t there_is_work;
	struct job jobs[PASSWORD_QUEUE];
	bool is_ending;
	int event_fd;
	uint64_t last_number;
	unsigned char secret[crypto_generichash_KEYBYTES];
	struct remembered remembered[REMEMBERED_SETS][REMEMBERED_WAYS];
	struct failures *failures;
};

static struct job *first_in(struct passwords *passwords, enum job_state state)
{
	struct job *first = NULL;

	for (int i = 0; i < PASSWORD_QUEUE; i++) {
		struct job *job = &passwords->jobs[i];

		if (job->state == state && (!first || job->number < first->number))
			first = job;
	}
	return first;
}

static void tell(struct passwords *passwords)
{
	uint64_t one = 1;

	while (write(passwords->event_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* One at a time. Of a name that nobody has, the hash of a password that nobody knows. */
static void *work(void *context)
{
	struct passwords *passwords = context;
	char unknown[PASSWORD_HASH_MAX] = "", of_unknown[33];
	struct job *job;

	for (size_t i = 0; i < sizeof(of_unknown) - 1; i++)
		of_unknown[i] = (char)('a' + randombytes_uniform(26));
	of_unknown[sizeof(of_unknown) - 1] = 0;
	(void)password_hash(text_of(of_unknown), unknown);
	pthread_mutex_lock(&passwords->lock);
	while (!passwords->is_ending) {
		bool is_right;

		job = first_in(passwords, JOB_WAITS);
		if (!job) {
			pthread_cond_wait(&passwords->there_is_work, &passwords->lock);
			continue;
		}
		job->state = JOB_RUNS; /* nobody else touches what is read here */
		pthread_mutex_unlock(&passwords->lock);
		is_right = crypto_pwhash_str_verify(job->is_known ? job->hash : unknown,
						    job->password, job->n_password) == 0;
		pthread_mutex_lock(&passwords->lock);
		job->is_right = is_right && job->is_known;
		sodium_memzero(job->password, sizeof(job->password));
		job->state = JOB_DONE;
		tell(passwords);
	}
	pthread_mutex_unlock(&passwords->lock);
	sodium_memzero(of_unknown, sizeof(of_unknown));
	return NULL;
}

/* With all signals blocked, which are another thread's. */
static bool start_worker(struct passwords *passwords)
{
	sigset_t all, before;
	bool is_started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	is_started = pthread_create(&passwords->worker, NULL, work, passwords) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

struct passwords *passwords_new(void)
{
	struct passwords *passwords = sodium_init() < 0 ? NULL : calloc(1, sizeof(*passwords));

	if (!passwords)
		return NULL;
	passwords->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	passwords->failures = failures_new();
	pthread_mutex_init(&passwords->lock, NULL);
	pthread_cond_init(&passwords->there_is_work, NULL);
	crypto_generichash_keygen(passwords->secret);
	if (passwords->event_fd >= 0 && passwords->failures && start_worker(passwords))
		return passwords;
	if (passwords->event_fd >= 0)
		close(passwords->event_fd);
	failures_free(passwords->failures);
	free(passwords);
	return NULL;
}

void passwords_free(struct passwords *passwords)
{
	if (!passwords)
		return;
	pthread_mutex_lock(&passwords->lock);
	passwords->is_ending = true;
	pthread_cond_signal(&passwords->there_is_work);
	pthread_mutex_unlock(&passwords->lock);
	pthread_join(passwords->worker, NULL);
	pthread_cond_destroy(&passwords->there_is_work);
	pthread_mutex_destroy(&passwords->lock);
	close(passwords->event_fd);
	failures_free(passwords->failures);
	sodium_memzero(passwords, sizeof(*passwords));
	free(passwords);
}

int passwords_fd(const struct passwords *passwords)
{
	return passwords->event_fd;
}

static void add_part(crypto_generichash_state *state, struct text part)
{
	uint8_t size[8];

	put_be(size, part.size, sizeof(size));
	crypto_generichash_update(state, size, sizeof(size));
	crypto_generichash_update(state, (const unsigned char *)part.data, part.size);
}

/* Of name, password and hash together: another hash, as after a change, is another one. */
static struct digest digest_of(const struct passwords *passwords, struct text name,
			       struct text password, const char *hash)
{
	crypto_generichash_state state;
	struct digest digest;

	crypto_generichash_init(&state, passwords->secret, sizeof(passwords->secret),
				sizeof(digest.bytes));
	add_part(&state, name);
	add_part(&state, password);
	add_part(&state, text_of(hash));
	crypto_generichash_final(&state, digest.bytes, sizeof(digest.bytes));
	sodium_memzero(&state, sizeof(state));
	return digest;
}

static bool digests_equal(const struct digest *a, const struct digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* It stays remembered as long as somebody asks: nobody who sends waits behind strangers again. */
static bool is_remembered(struct passwords *passwords, const struct digest *digest, int64_t now_ms)
{
	unsigned set = digest->bytes[0] % REMEMBERED_SETS;

	for (int i = 0; i < REMEMBERED_WAYS; i++) {
		struct remembered *one = &passwords->remembered[set][i];

		if (one->until_ms <= now_ms || !digests_equal(&one->digest, digest))
			continue;
		one->until_ms = now_ms + PASSWORD_REMEMBER_S * 1000;
		return true;
	}
	return false;
}

static void remember(struct passwords *passwords, const struct digest *digest, int64_t now_ms)
{
	struct remembered *set = passwords->remembered[digest->bytes[0] % REMEMBERED_SETS];
	struct remembered *first = set;

	if (is_remembered(passwords, digest, now_ms))
		return;
	for (int i = 1; i < REMEMBERED_WAYS; i++)
		if (set[i].until_ms < first->until_ms)
			first = &set[i];
	*first = (struct remembered){ *digest, now_ms + PASSWORD_REMEMBER_S * 1000 };
}

/* A free place, where this address has not had its share; NULL: it is full. Those that ask the same
 * cost one verdict. */
static struct job *free_place(struct passwords *passwords, struct address house,
			      const struct digest *digest)
{
	struct job *place = NULL;
	int of_one = 0, others_of_one = 0;

	for (int i = 0; i < PASSWORD_QUEUE; i++) {
		struct job *job = &passwords->jobs[i];

		if (job->state == JOB_FREE) {
			place = job;
		} else if (address_equal(job->house, house)) {
			of_one++;
			others_of_one += !digests_equal(&job->digest, digest);
		}
	}
	return others_of_one < PASSWORD_QUEUE_OF_ONE && of_one < PASSWORD_QUEUE / 2 ? place : NULL;
}

static void fill(struct passwords *passwords, struct job *job, struct text name,
		 struct text password, const char *hash)
{
	job->number = ++passwords->last_number;
	memcpy(job->name, name.data, name.size);
	job->name[name.size] = 0;
	memcpy(job->password, password.data, password.size);
	job->password[password.size] = 0;
	job->n_password = password.size;
	job->is_known = hash != NULL;
	memcpy(job->hash, hash ? hash : "", hash ? strlen(hash) + 1 : 1);
	job->state = JOB_WAITS;
}

enum password_verdict passwords_ask(struct passwords *passwords, struct text name,
				    struct text password, const char *hash,
				    const struct sockaddr *from, int64_t now_ms, void *with,
				    int *ret_retry_s)
{
	struct address house = address_house(address_of(from));
	struct digest digest;
	struct job *job;

	if (name.size == 0 || name.size > NAME_MAX_BYTES || password.size > PASSWORD_MAX ||
	    (hash && strlen(hash) >= PASSWORD_HASH_MAX))
		return PASSWORD_WRONG;
	digest = digest_of(passwords, name, password, hash ? hash : "");
	if (hash && is_remembered(passwords, &digest, now_ms))
		return PASSWORD_RIGHT;
	*ret_retry_s = failures_pause_s(passwords->failures, name, house, now_ms);
	if (*ret_retry_s > 0)
		return PASSWORD_FULL;
	pthread_mutex_lock(&passwords->lock);
	job = free_place(passwords, house, &digest);
	if (job) {
		*job = (struct job){ .digest = digest, .house = house, .with = with };
		fill(passwords, job, name, password, hash);
		pthread_cond_signal(&passwords->there_is_work);
	}
	pthread_mutex_unlock(&passwords->lock);
	*ret_retry_s = 1;
	return job ? PASSWORD_WAIT : PASSWORD_FULL;
}

/* What others wait for is known by this one. */
static void settle_same(struct passwords *passwords, const struct job *done)
{
	for (int i = 0; i < PASSWORD_QUEUE; i++) {
		struct job *job = &passwords->jobs[i];

		if (job->state != JOB_WAITS || !digests_equal(&job->digest, &done->digest))
			continue;
		sodium_memzero(job->password, sizeof(job->password));
		job->is_right = done->is_right;
		job->is_settled = true;
		job->state = JOB_DONE;
	}
}

static bool take_done(struct passwords *passwords, struct job *ret_job)
{
	struct job *job;

	pthread_mutex_lock(&passwords->lock);
	job = first_in(passwords, JOB_DONE);
	if (job) {
		*ret_job = *job;
		*job = (struct job){ 0 };
		settle_same(passwords, ret_job);
	}
	pthread_mutex_unlock(&passwords->lock);
	return job;
}

bool passwords_next(struct passwords *passwords, int64_t now_ms, void **ret_with, bool *ret_right)
{
	struct job job;
	uint64_t told;

	/* First, so that what is done from here on is told again. */
	while (read(passwords->event_fd, &told, sizeof(told)) < 0 && errno == EINTR)
		;
	while (take_done(passwords, &job)) {
		struct text name = text_of(job.name);

		if (job.is_right) {
			remember(passwords, &job.digest, now_ms);
			failures_forgive(passwords->failures, name, job.house);
		} else if (!job.is_settled) {
			failures_add(passwords->failures, name, job.house, now_ms);
		}
		if (job.is_forgotten)
			continue;
		*ret_with = job.with;
		*ret_right = job.is_right;
		tell(passwords); /* there may be more */
		return true;
	}
	return false;
}

void passwords_forget(struct passwords *passwords, const void *with)
{
	pthread_mutex_lock(&passwords->lock);
	for (int i = 0; i < PASSWORD_QUEUE; i++)
		if (passwords->jobs[i].state != JOB_FREE && passwords->jobs[i].with == with)
			passwords->jobs[i].is_forgotten = true;
	pthread_mutex_unlock(&passwords->lock);
}

void passwords_clear(struct passwords *passwords)
{
	memset(passwords->remembered, 0, sizeof(passwords->remembered));
}
