/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/credential.h"
#include "daemon/base/log.h"
#include "daemon/catalogue/doubts.h"
#include "daemon/catalogue/load.h"
#include "daemon/config/keys.h"
#include "daemon/doors.h"
#include "daemon/intake/speaker.h"
#include "daemon/last_good.h"
#include "daemon/liftd.h"
#include "daemon/publish/audience.h"
#include "daemon/rotate/rotate.h"
#include "daemon/service/service.h"
#include "daemon/tasks/task.h"
#include "proto/standard_files.h"
#include "proto/visible.h"

enum {
	USAGE_MAX = 512, /* bytes of what is wrong with it */
	EXIT_USAGE = 2,
	EXIT_DAMAGED = 65 /* sysexits.h: EX_DATAERR. To be started again is of no use. */
};

static const char default_config[] = LIFT_SYSCONFDIR "/liftd.yaml";

static const char help[] =
	"Usage: liftd [OPTION]...\n"
	"Receive learning events, keep the exact state of every learner, publish regional\n"
	"competence metrics. Runs in the foreground until SIGTERM or SIGINT.\n"
	"\n"
	"  -c, --config FILE     configuration (default " LIFT_SYSCONFDIR
	"/liftd.yaml, if it is there)\n"
	"  -C, --catalogue FILE  catalogue (default: the one that the configuration names)\n"
	"      --check-config    check both, print all errors, and exit\n"
	"      --backup DIR      copy journal and secret to DIR, also while a daemon runs\n"
	"      --without-secret  with --backup: leave the secret out\n"
	"      --restore DIR     replace journal and secret by a backup\n"
	"      --rotate-secret   give the journal another secret, while no daemon runs\n"
	"      --new-secret FILE with --rotate-secret: where it goes, if it is a credential\n"
	"      --verify          compare the ledger with one that is built from the journal\n"
	"      --report          with one of these: print progress in lines, for programs\n"
	"  -V, --version         print the version, and exit\n"
	"  -h, --help            print this help, and exit\n"
	"\n"
	"See liftd(8), liftd.yaml(5), catalogue(5).\n";

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "catalogue", required_argument, NULL, 'C' },
	{ "check-config", no_argument, NULL, 'k' },
	{ "backup", required_argument, NULL, TASK_BACKUP },
	{ "restore", required_argument, NULL, TASK_RESTORE },
	{ "verify", no_argument, NULL, TASK_VERIFY },
	{ "known-at", no_argument, NULL, TASK_KNOWN },
	{ "compact", no_argument, NULL, TASK_COMPACT },
	{ "release", no_argument, NULL, TASK_RELEASE },
	{ "rotate-secret", no_argument, NULL, TASK_ROTATE },
	{ "new-secret", required_argument, NULL, 'n' },
	{ "report", no_argument, NULL, 'r' },
	{ "seen", required_argument, NULL, 's' },
	{ "without-secret", no_argument, NULL, 'w' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct options {
	const char *config, *catalogue;
	bool check;
	struct task_wish wish;
	const char *new_secret; /* of a rotation */
	unsigned n_tasks;
};

/* Errors are said all at once; true where there are some. */
static bool say_errors(struct yaml_errors *errors, int err)
{
	if (errors->text)
		fputs(errors->text, stderr);
	if (errors->count > YAML_ERRORS_MAX)
		fprintf(stderr, "liftd: %s: %zu more errors\n", errors->file,
			errors->count - YAML_ERRORS_MAX);
	if (err && errors->count == 0)
		fprintf(stderr, "liftd: %s: %s\n", errors->file, lift_err_text(err));
	yaml_errors_clear(errors);
	return err != 0;
}

static struct config_place config_place(const struct options *options)
{
	bool is_default = !options->config;

	return (struct config_place){ is_default ? default_config : options->config, is_default };
}

static struct config *load_config(const struct options *options)
{
	const struct config_place place = config_place(options);
	struct yaml_errors errors = { .file = place.path };
	struct config *config = NULL;
	int err = config_load(&place, &errors, &config);

	return say_errors(&errors, err) ? NULL : config;
}

/* What the daemon is to count by: the file must be right, and have the regions of all audiences.
 * *ret_wrong is the first of what is not, and the caller's. */
static struct catalogue *load_catalogue(const struct config *config, const char *config_path,
					const char *path, char **ret_wrong)
{
	struct yaml_errors errors = { .file = path };
	struct catalogue *catalogue = NULL;
	int err = catalogue_load(path, &errors, &catalogue);

	if (!err && catalogue->text.size == 0)
		fprintf(stderr,
			"liftd: %s does not exist or is empty: events are kept, and count "
			"nowhere yet\n",
			path);
	if (!err) {
		errors.file = config_path;
		err = audience_check(config, catalogue, &errors);
	}
	if (err == LIFT_E_CONFIG)
		*ret_wrong = last_good_why(err, &errors);
	if (say_errors(&errors, err)) {
		catalogue_free(catalogue);
		catalogue = NULL;
	}
	return catalogue;
}

/* A catalogue that has become wrong is no reason to receive nothing. */
static struct catalogue *load_last_good(const struct config *config, const char *path,
					const char *wrong)
{
	struct catalogue *catalogue = NULL;
	int err = last_good_load(config, &catalogue);

	if (!err)
		log_alert(ALERT_CATALOGUE_REFUSED,
			  "catalogue refused, the last one that was right serves: path=%s "
			  "first=\"%s\"",
			  path, wrong);
	else if (err != LIFT_E_NOT_FOUND)
		log_error("the last catalogue that was right cannot be used either: state=%s "
			  "code=%s",
			  config->state, lift_err_code(err));
	return catalogue;
}

__attribute__((format(printf, 1, 2))) static int complain_usage(const char *format, ...)
{
	char what[USAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	visible_only(what, "");
	fprintf(stderr, "liftd: %s\nTry 'liftd --help'.\n", what);
	return EXIT_USAGE;
}

/* Two tasks, or a task and something else, would leave one of them undone without a word. */
static int check_options(const struct options *options)
{
	if (options->n_tasks > 1)
		return complain_usage(
			"one of --backup, --restore, --rotate-secret and --verify at a "
			"time");
	if (options->n_tasks > 0 && options->check)
		return complain_usage("--check-config does not go with --backup, --restore, "
				      "--rotate-secret or --verify");
	if (options->n_tasks == 0 && options->wish.in_lines)
		return complain_usage("--report goes with --backup, --restore or --verify only");
	if (options->wish.task == TASK_KNOWN && !options->wish.in_lines)
		return complain_usage("--known-at is for the daemon's own use: ask it by 'lift "
				      "export --known-at'");
	if (options->wish.task == TASK_COMPACT && !options->wish.in_lines)
		return complain_usage("--compact is for the daemon's own use: ask it by 'lift "
				      "compact'");
	if (options->wish.task == TASK_RELEASE && !options->wish.in_lines)
		return complain_usage("--release is for the daemon's own use: ask it by 'lift "
				      "releases --now'");
	if (options->wish.task == TASK_ROTATE && options->wish.in_lines)
		return complain_usage("--report does not go with --rotate-secret");
	if (options->new_secret && options->wish.task != TASK_ROTATE)
		return complain_usage("--new-secret goes with --rotate-secret only");
	if (options->wish.seen && options->wish.task != TASK_BACKUP)
		return complain_usage("--seen goes with --backup only");
	if (options->wish.without_secret && options->wish.task != TASK_BACKUP)
		return complain_usage("--without-secret goes with --backup only");
	return 0;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, ":c:C:Vh", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'C':
			options->catalogue = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case TASK_BACKUP:
		case TASK_RESTORE:
		case TASK_VERIFY:
		case TASK_KNOWN:
		case TASK_COMPACT:
		case TASK_RELEASE:
		case TASK_ROTATE:
			options->n_tasks++;
			options->wish.task = (enum task)option;
			options->wish.dir = optarg;
			break;
		case 'n':
			options->new_secret = optarg;
			break;
		case 's':
			options->wish.seen = optarg;
			break;
		case 'w':
			options->wish.without_secret = true;
			break;
		case 'r':
			options->wish.in_lines = true;
			break;
		case 'V':
			puts("liftd " LIFT_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			return complain_usage(option == ':' ? "%s needs a value"
							    : "unknown option %s",
					      argv[optind - 1]);
		}
	}
	if (optind < argc)
		return complain_usage("unexpected argument '%s'", argv[optind]);
	return check_options(options);
}

/* What is in memory, ids of learners and the secret, is not for a core file, nor for another
 * process of the same user. A program that core files are piped to is not held up by the limit. */
static void no_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void say_right(const struct catalogue *catalogue)
{
	printf("configuration and catalogue are right: %u regions, %u modules, %u programmes, "
	       "%u competences\n",
	       catalogue_regions_named(catalogue), catalogue->n_modules, catalogue->n_programmes,
	       catalogue->n_competences);
	if (doubts_print(stderr, catalogue) > 0)
		fputs("these are no errors, but worth a look\n", stderr);
}

/* As often as it begins anew: with what is right by then. */
static int run(struct liftd_parts parts)
{
	struct liftd_next now = { .catalogue = NULL }, next;
	bool again;
	int err;

	no_core();
	service_block_signals();
	do {
		err = liftd_run(&parts, &next);
		catalogue_free(now.catalogue);
		keys_free(now.keys);
		now = next;
		again = !err && now.catalogue;
		if (again && now.catalogue != parts.catalogue)
			parts.catalogue_wrong = NULL;
		parts.catalogue = now.catalogue;
		parts.keys = now.keys;
		parts.open = now.open;
		parts.anew_since_ms = now.since_ms;
	} while (again);
	return err == LIFT_E_DAMAGED ? EXIT_DAMAGED : err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Files are for their owner only. */
static int rotate(const struct options *options, const struct config *config)
{
	struct report report = { .err = 0 };
	int err;

	umask(077);
	err = rotate_run(config, options->new_secret, &report);
	return report_end(&report, err);
}

/* The errors have been said, to whom reads them; this is for what watches the journal. */
static int start_failed(const struct options *options, const char *at)
{
	if (!options->check && options->n_tasks == 0)
		service_start_failed(at, LIFT_E_CONFIG);
	return EXIT_FAILURE;
}

/* Whose key may do what, and the daemon's own. Regions that only the catalogue has which has become
 * wrong are no reason to receive nothing, either. */
static bool load_keys(const struct config *config, const struct catalogue *catalogue,
		      bool is_last_good, struct keys **ret_keys, struct key_pair **ret_own)
{
	struct yaml_errors errors = { .file = config->keys };
	int err = keys_load(config, &errors, ret_keys), region_err = 0;

	if (!err)
		region_err = speakers_check(*ret_keys, catalogue, &errors);
	if (say_errors(&errors, err ? err : region_err) && (err || !is_last_good))
		return false;
	return !say_errors(&errors, server_key_load(config, &errors, ret_own));
}

static int serve(const struct config *config, const struct options *options)
{
	const char *config_path = options->config ? options->config : default_config;
	const char *path = options->catalogue ? options->catalogue : config->catalogue;
	const char *children[] = { options->config ? "--config" : NULL, options->config, NULL };
	struct yaml_errors errors = { .file = config_path };
	struct keys *keys = NULL;
	struct key_pair *own = NULL;
	char *wrong = NULL;
	struct catalogue *catalogue = load_catalogue(config, config_path, path, &wrong);
	int status = EXIT_FAILURE;

	if (wrong && !options->check)
		catalogue = load_last_good(config, path, wrong);
	if (catalogue && load_keys(config, catalogue, wrong, &keys, &own) &&
	    !say_errors(&errors, doors_check(config, &errors))) {
		if (options->check) {
			say_right(catalogue);
			status = EXIT_SUCCESS;
		} else {
			status = run((struct liftd_parts){ .config = config,
							   .catalogue = catalogue,
							   .config_place = config_place(options),
							   .catalogue_path = options->catalogue,
							   .keys = keys,
							   .own = own,
							   .catalogue_wrong = wrong,
							   .options = children });
		}
	} else {
		start_failed(options, "catalogue and sockets");
	}
	catalogue_free(catalogue);
	keys_free(keys);
	credential_forget(own);
	free(wrong);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct config *config;
	int status;

	standard_files_open();
	service_log_to_journal();
	status = parse_options(argc, argv, &options);
	if (status)
		return status;
	if (sodium_init() < 0) {
		fputs("liftd: libsodium cannot be initialised\n", stderr);
		return EXIT_FAILURE;
	}
	config = load_config(&options);
	if (!config)
		return start_failed(&options, "configuration");
	if (options.n_tasks > 0) {
		no_core();
		status = options.wish.task == TASK_ROTATE ? rotate(&options, config)
							  : task_run(&options.wish, config);
	} else {
		status = serve(config, &options);
	}
	config_free(config);
	return status;
}
