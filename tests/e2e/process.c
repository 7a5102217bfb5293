/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"

enum { RUNNING_MAX = 32, ENV_MAX = 512, ARGS_MAX = 32 };

static pid_t running[RUNNING_MAX];

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void look_again(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
}

/* Files. */

void path_make(char to[static PATH_SIZE], const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(to, PATH_SIZE, format, args);
	va_end(args);
	assert_in_range(size, 1, PATH_SIZE - 1);
}

char *file_text(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0, got;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	do {
		text = realloc(text, size + (1 << 20) + 1);
		assert_non_null(text);
		got = fread(text + size, 1, 1 << 20, file);
		size += got;
	} while (got > 0);
	fclose(file);
	text[size] = 0;
	if (ret_size)
		*ret_size = size;
	return text;
}

void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Programs. */

static bool names_same(const char *setting, const char *variable)
{
	size_t size = strcspn(setting, "=");

	return strncmp(setting, variable, size) == 0 && variable[size] == '=';
}

/* The test's environment with what is different for the program. */
static void make_env(const char *const *changes, const char *env[static ENV_MAX])
{
	static const char *const none[] = { NULL };
	size_t n = 0, c;

	changes = changes ? changes : none;
	for (char **old = environ; *old && n < ENV_MAX - 1; old++) {
		for (c = 0; changes[c] && !names_same(changes[c], *old); c++)
			;
		if (!changes[c])
			env[n++] = *old;
	}
	for (c = 0; changes[c] && n < ENV_MAX - 1; c++)
		if (strchr(changes[c], '='))
			env[n++] = changes[c];
	env[n] = NULL;
}

/* As RestrictAddressFamilies does: a socket of another family fails with EAFNOSUPPORT. */
static bool restrict_families(const int families[])
{
	struct sock_filter code[FAMILIES_MAX + 5];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0, at = 0;

	while (n < FAMILIES_MAX && families[n])
		n++;
	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0,
						  (uint8_t)(n + 2));
	code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, args));
	for (unsigned short i = 0; i < n; i++)
		code[at++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)families[i], (uint8_t)(n - i), 0);
	code[at++] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT);
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = at;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* A file system over a directory, in mounts that nobody else sees. */
static bool mount_over(const char *path, const char *type)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", path, type, 0, NULL) == 0;
}

static volatile pid_t first; /* of the namespace that this child has made */

static void relay(int signal)
{
	kill(first, signal);
}

/* Whoever has made a namespace is not in it: its first child is. This one stays, and ends as that
 * one does. */
static bool become_first(void)
{
	const struct sigaction action = { .sa_handler = relay };
	pid_t ended;
	int status;

	if (unshare(CLONE_NEWPID) != 0)
		return false;
	first = fork();
	if (first == 0)
		return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && mount_over("/proc", "proc");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	while ((ended = waitpid(first, &status, 0)) < 0 && errno == EINTR)
		;
	if (ended > 0 && WIFSIGNALED(status))
		_exit(128 + WTERMSIG(status));
	_exit(ended > 0 ? WEXITSTATUS(status) : 120);
}

/* In the child: only what may be done between fork and exec. */
static void become(const struct process *process, const struct surroundings *in,
		   const char *const argv[], const char *const env[], pid_t parent)
{
	int input = open(in->input ? in->input : "/dev/null", O_RDONLY);
	int out = open(process->out, O_WRONLY);
	int err = open(process->err, O_WRONLY);
	struct rlimit limit = { in->descriptors, in->descriptors };
	struct rlimit address = { in->address, in->address };

	if (input < 0 || out < 0 || err < 0 || dup2(input, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(err, 2) < 0)
		_exit(126);
	closefrom(3);
	if (in->descriptors && setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(123);
	if (in->address && setrlimit(RLIMIT_AS, &address) != 0)
		_exit(118);
	if (in->hidden && !mount_over(in->hidden, "tmpfs"))
		_exit(121);
	if (in->user && (setgid(in->user) != 0 || setuid(in->user) != 0))
		_exit(125);
	if (in->families && !restrict_families(in->families))
		_exit(122);
	/* After setuid, which takes it away. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(124);
	if (in->first && !become_first())
		_exit(119);
	execve(argv[0], (char *const *)argv, (char *const *)env);
	_exit(127);
}

void process_start(struct process *process, const char *dir, const char *name,
		   const char *const argv[], const struct surroundings *in)
{
	static const struct surroundings plain;
	const char *env[ENV_MAX];
	pid_t parent = getpid();
	int at = 0;

	in = in ? in : &plain;
	path_make(process->out, "%s/%s.out", dir, name);
	path_make(process->err, "%s/%s.err", dir, name);
	/* They are there for a test that looks before the child has come to open them. */
	file_write(process->out, "");
	file_write(process->err, "");
	make_env(in->env, env);
	while (at < RUNNING_MAX && running[at])
		at++;
	assert_in_range(at, 0, RUNNING_MAX - 1);
	process->pid = fork();
	if (process->pid == 0)
		become(process, in, argv, env, parent);
	assert_in_range(process->pid, 1, INT32_MAX);
	running[at] = process->pid;
}

void process_signal(const struct process *process, int signal)
{
	assert_in_range(process->pid, 1, INT32_MAX); /* 0 would be everyone */
	assert_int_equal(kill(process->pid, signal), 0);
}

bool process_ended(struct process *process, int *ret_status)
{
	int status;
	pid_t pid;

	if (process->pid == 0) { /* who has looked before has seen it end */
		*ret_status = process->status;
		return true;
	}
	pid = waitpid(process->pid, &status, WNOHANG);
	if (pid == 0)
		return false;
	assert_int_equal(pid, process->pid);
	for (int i = 0; i < RUNNING_MAX; i++)
		if (running[i] == pid)
			running[i] = 0;
	process->pid = 0;
	process->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	*ret_status = process->status;
	return true;
}

struct outcome process_wait_long(struct process *process, int64_t limit_ms)
{
	int64_t end_ms = clock_ms() + limit_ms;
	struct outcome outcome = { 0 };
	bool ended;

	while (!(ended = process_ended(process, &outcome.status)) && clock_ms() < end_ms)
		look_again();
	outcome.out = file_text(process->out, NULL);
	outcome.err = file_text(process->err, NULL);
	if (!ended)
		fail_msg("it does not end; it said:\n%s\n%s", outcome.out, outcome.err);
	return outcome;
}

struct outcome process_wait(struct process *process)
{
	return process_wait_long(process, LIMIT_MS);
}

void process_kill_all(void)
{
	for (int i = 0; i < RUNNING_MAX; i++) {
		if (!running[i])
			continue;
		kill(running[i], SIGKILL);
		waitpid(running[i], NULL, 0);
		running[i] = 0;
	}
}

void outcome_free(struct outcome *outcome)
{
	free(outcome->out);
	free(outcome->err);
	*outcome = (struct outcome){ 0 };
}
