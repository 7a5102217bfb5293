/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secret of the pseudonyms: where it comes from, and where it is not.
 */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define EVENTS "tests/golden/events.csv"

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n";

enum { SECRET = 32, FORMS = 4, FORM_MAX = 65 };

/* One that is like nothing else; and how it would be written as a text. */
static const unsigned char secret[SECRET] = { 0xd1, 0x5e, 0xa5, 0xed, 0xfa, 0xce, 0x0f, 0xf5,
					      0x7a, 0x3b, 0x91, 0xc4, 0x66, 0xe8, 0x2d, 0xb0,
					      0x19, 0xf3, 0x5c, 0x87, 0xae, 0x40, 0x6d, 0xb2,
					      0xc8, 0x0b, 0x97, 0x53, 0xe1, 0x2f, 0x74, 0x9a };
static struct {
	char bytes[FORM_MAX];
	size_t size;
} forms[FORMS];

static void make_forms(void)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	memcpy(forms[0].bytes, secret, SECRET);
	forms[0].size = SECRET;
	for (int i = 0; i < SECRET; i++) {
		snprintf(forms[1].bytes + 2 * i, 3, "%02x", secret[i]);
		snprintf(forms[2].bytes + 2 * i, 3, "%02X", secret[i]);
	}
	forms[1].size = forms[2].size = 2 * (size_t)SECRET;
	for (int i = 0; i + 2 < SECRET; i += 3) {
		unsigned three =
			(unsigned)secret[i] << 16 | (unsigned)secret[i + 1] << 8 | secret[i + 2];

		for (int j = 0; j < 4; j++)
			forms[3].bytes[forms[3].size++] = base64[three >> (18 - 6 * j) & 63];
	}
}

/* How often it is there, in whatever form. */
static int count_in(const void *bytes, size_t size)
{
	int n = 0;

	for (int f = 0; f < FORMS; f++) {
		const char *at = bytes, *end = at + size;

		while ((at = memmem(at, (size_t)(end - at), forms[f].bytes, forms[f].size))) {
			n++;
			at++;
		}
	}
	return n;
}

static void write_bytes(const char *path, const unsigned char *bytes, mode_t mode)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, SECRET, file), SECRET);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void give_secret(struct daemon *daemon)
{
	char path[PATH_SIZE];

	assert_true(mkdir(daemon->state, 0700) == 0);
	path_make(path, "%s/secret", daemon->state);
	write_bytes(path, secret, 0600);
}

/* In files: the paths of those that have it. */
static char found_in[1024];

static int look_into(const char *path, const struct stat *info, int what, struct FTW *place)
{
	size_t size, end = strlen(found_in);
	char *text;

	(void)place;
	if (what != FTW_F || !S_ISREG(info->st_mode))
		return 0;
	text = file_text(path, &size);
	if (count_in(text, size) > 0)
		snprintf(found_in + end, sizeof(found_in) - end, "%s\n", path);
	free(text);
	return 0;
}

static void find_in_files(const char *dir)
{
	found_in[0] = 0;
	assert_int_equal(nftw(dir, look_into, 16, FTW_PHYS), 0);
}

static void check_answer(struct daemon *daemon, const char *a, const char *b, const char *c)
{
	struct outcome outcome = daemon_lift(daemon, a, b, c, NULL);

	assert_int_equal(outcome.status, 0);
	assert_int_equal(count_in(outcome.out, strlen(outcome.out)), 0);
	assert_int_equal(count_in(outcome.err, strlen(outcome.err)), 0);
	outcome_free(&outcome);
}

static void it_is_in_no_log_no_answer_and_no_file_but_its_own(void **state)
{
	struct daemon *daemon = *state;
	char expected[1024], with[PATH_SIZE], without[PATH_SIZE];

	give_secret(daemon);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	path_make(with, "%s/with", daemon->dir);
	path_make(without, "%s/without", daemon->dir);
	check_answer(daemon, "status", "--json", NULL);
	check_answer(daemon, "export", "--format", "csv");
	check_answer(daemon, "backup", "--without-secret", without);
	check_answer(daemon, "backup", with, NULL);
	check_answer(daemon, "verify", NULL, NULL);
	daemon_stop(daemon, SIGTERM);
	/* What is said to have it has it: it does look into the files. */
	find_in_files(daemon->dir);
	snprintf(expected, sizeof(expected), "%s/secret\n", daemon->state);
	assert_non_null(strstr(found_in, expected));
	snprintf(expected, sizeof(expected), "%s/secret\n", with);
	assert_non_null(strstr(found_in, expected));
	if (strchr(strchr(found_in, '\n') + 1, '\n')[1])
		fail_msg("it is in more files than these two:\n%s", found_in);
}

/* Memory. */

struct mapping {
	unsigned long from, to;
	bool is_readable;
};

/* The next mapping, with its flags; false: there is none. */
static bool next_mapping(FILE *maps, struct mapping *ret_mapping, char flags[static 256])
{
	char line[1024], rights[8];
	bool found = false;

	while (fgets(line, sizeof(line), maps)) {
		struct mapping mapping;

		if (sscanf(line, "%lx-%lx %7s", &mapping.from, &mapping.to, rights) == 3) {
			mapping.is_readable = rights[0] == 'r';
			*ret_mapping = mapping;
			found = true;
		} else if (found && sscanf(line, "VmFlags: %255[^\n]", flags) == 1) {
			return true;
		}
	}
	return false;
}

static void it_is_in_memory_once_where_no_core_file_and_no_swap_has_it(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], flags[256];
	struct mapping mapping;
	int found = 0;
	FILE *maps, *memory;

	give_secret(daemon);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	path_make(path, "/proc/%d/smaps", (int)daemon->process.pid);
	maps = fopen(path, "re");
	path_make(path, "/proc/%d/mem", (int)daemon->process.pid);
	memory = fopen(path, "re");
	if (geteuid() != 0) {
		/* Its own user sees nothing of it, which is as it should be. */
		assert_null(memory);
		print_message("skipped: only root can look into its memory\n");
		skip();
	}
	assert_true(maps && memory);
	while (next_mapping(maps, &mapping, flags)) {
		size_t size = mapping.to - mapping.from;
		char *bytes;
		int n;

		if (!mapping.is_readable || size > (size_t)1 << 30)
			continue; /* a store's map: files have been looked into */
		bytes = malloc(size);
		assert_non_null(bytes);
		assert_int_equal(fseeko(memory, (off_t)mapping.from, SEEK_SET), 0);
		size = fread(bytes, 1, size, memory);
		n = count_in(bytes, size);
		free(bytes);
		found += n;
		if (n > 0 && (!strstr(flags, "dd") || !strstr(flags, "lo") || !strstr(flags, "wf")))
			fail_msg("it is at %lx, with the flags %s", mapping.from, flags);
	}
	assert_int_equal(found, 1);
	fclose(maps);
	fclose(memory);
	daemon_stop(daemon, SIGTERM);
}

static void a_crash_leaves_no_core_file(void **state)
{
	struct daemon *daemon = *state;
	struct rlimit limit;
	siginfo_t info;
	int status;

	assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
	if (limit.rlim_max == 0)
		print_message("the limit of this machine leaves none, whatever liftd does\n");
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_CORE, &limit), 0);
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	process_signal(&daemon->process, SIGABRT);
	assert_int_equal(waitid(P_PID, (id_t)daemon->process.pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_KILLED); /* else CLD_DUMPED */
	assert_true(process_ended(&daemon->process, &status));
	assert_int_equal(status, 128 + SIGABRT);
}

/* The credential. */

struct service {
	char credentials[PATH_SIZE], file[PATH_SIZE], setting[PATH_SIZE];
	const char *env[2];
	struct surroundings in;
};

static void service_make(struct daemon *daemon, struct service *service)
{
	path_make(service->credentials, "%s/credentials", daemon->dir);
	assert_int_equal(mkdir(service->credentials, 0700), 0);
	path_make(service->file, "%s/liftd.secret", service->credentials);
	path_make(service->setting, "CREDENTIALS_DIRECTORY=%s", service->credentials);
	service->env[0] = service->setting;
	service->env[1] = NULL;
	service->in = (struct surroundings){ .env = service->env };
	write_bytes(service->file, secret, 0400);
}

static void expect_refusal(struct daemon *daemon, const struct service *service, const char *said)
{
	struct outcome outcome = daemon_fail_in(daemon, service ? &service->in : NULL);

	if (outcome.status != 1 || !strstr(outcome.err, said))
		fail_msg("status %d, or not '%s': %s", outcome.status, said, outcome.err);
	outcome_free(&outcome);
}

static void a_credential_of_the_service_is_the_secret(void **state)
{
	struct daemon *daemon = *state;
	unsigned char other[SECRET] = { 1, 2, 3 };
	char file[PATH_SIZE], *before, *after;
	struct service service;

	service_make(daemon, &service);
	path_make(file, "%s/secret", daemon->state);
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &service.in);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	before = daemon_lift_out(daemon, 0, "export", NULL);
	assert_int_equal(access(file, F_OK), -1);
	daemon_stop(daemon, SIGTERM);
	/* None, another one, one of another size, and two that differ. */
	expect_refusal(daemon, NULL, "the secret is missing, but there is a journal");
	assert_int_equal(unlink(service.file), 0);
	write_bytes(service.file, other, 0400);
	expect_refusal(daemon, &service, "code=secret");
	assert_int_equal(truncate(service.file, 31), 0);
	expect_refusal(daemon, &service, "the secret cannot be used");
	assert_int_equal(unlink(service.file), 0);
	write_bytes(service.file, other, 0400);
	write_bytes(file, secret, 0600);
	expect_refusal(daemon, &service, "there are two secrets");
	/* What that says to do. */
	assert_int_equal(unlink(service.file), 0);
	daemon_start(daemon);
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(rename(file, service.file), 0);
	daemon_start_in(daemon, &service.in);
	after = daemon_lift_out(daemon, 0, "export", NULL);
	assert_string_equal(before, after);
	daemon_stop(daemon, SIGTERM);
	free(before);
	free(after);
}

static void a_backup_without_the_secret_comes_back_with_the_credential(void **state)
{
	struct daemon *daemon = *state;
	char dir[PATH_SIZE], path[PATH_SIZE], gone[PATH_SIZE], *before, *after, *out;
	struct service service;
	struct outcome outcome;

	service_make(daemon, &service);
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &service.in);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	before = daemon_lift_out(daemon, 0, "export", NULL);
	path_make(dir, "%s/backup", daemon->dir);
	out = daemon_lift_out(daemon, 0, "backup", "--without-secret", dir, NULL);
	assert_non_null(strstr(out, "The secret is not in it"));
	free(out);
	path_make(path, "%s/manifest.json", dir);
	out = file_text(path, NULL);
	assert_non_null(strstr(out, "\"secret\": false"));
	free(out);
	daemon_stop(daemon, SIGTERM);
	path_make(gone, "%s.gone", daemon->state);
	assert_int_equal(rename(daemon->state, gone), 0);
	/* By hand, without the credential: it says that the daemon needs it. */
	outcome = daemon_task(daemon, NULL, "--restore", dir);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, "and here is none"));
	outcome_free(&outcome);
	expect_refusal(daemon, NULL, "the secret is missing, but there is a journal");
	/* As the service would: it says whose it is. */
	outcome = daemon_task(daemon, &service.in, "--restore", dir);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, service.file));
	outcome_free(&outcome);
	daemon_start_in(daemon, &service.in);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	after = daemon_lift_out(daemon, 0, "export", NULL);
	assert_string_equal(before, after);
	daemon_stop(daemon, SIGTERM);
	free(before);
	free(after);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_in_no_log_no_answer_and_no_file_but_its_own),
		TEST(it_is_in_memory_once_where_no_core_file_and_no_swap_has_it),
		TEST(a_crash_leaves_no_core_file),
		TEST(a_credential_of_the_service_is_the_secret),
		TEST(a_backup_without_the_secret_comes_back_with_the_credential),
	};

	make_forms();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
