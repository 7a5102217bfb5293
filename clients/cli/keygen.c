/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "clients/cli/disk/disk.h"
#include "proto/key_file.h"

/* What the entry of keys.yaml is to say. */
struct wish {
	const char *publish, *roster, *forget, *regions,
		*audiences; /* lists with commas, or NULL */
	bool control;
};

/* A file that is written beside its place, and then put there. */
struct draft {
	char path[PATH_MAX], place[PATH_MAX];
};

/* Files. */

/* 0600 and of a name that nobody had: mkostemp. */
static int draft_write(struct draft *draft, const char *dir, const char *name, const char *suffix,
		       const char *text, size_t size)
{
	int fd, rc;

	if (snprintf(draft->place, PATH_MAX, "%s/%s.%s", dir, name, suffix) >= PATH_MAX ||
	    snprintf(draft->path, PATH_MAX, "%s/.%s.%s.XXXXXX", dir, name, suffix) >= PATH_MAX) {
		draft->path[0] = 0;
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(draft->path, O_CLOEXEC);
	if (fd < 0) {
		draft->path[0] = 0;
		return -1;
	}
	rc = disk_write_all(fd, text, size);
	return close(fd) != 0 ? -1 : rc;
}

/* Never over another one. A file system that cannot say so in a rename has links. */
static int draft_put(struct draft *draft)
{
	int rc = renameat2(AT_FDCWD, draft->path, AT_FDCWD, draft->place, RENAME_NOREPLACE);

	if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
		rc = link(draft->path, draft->place);
		if (rc == 0)
			unlink(draft->path);
	}
	if (rc == 0)
		draft->path[0] = 0;
	return rc;
}

static void draft_drop(struct draft *draft)
{
	if (draft->path[0])
		unlink(draft->path);
}

static int drafts_put(const char *dir, struct draft *secret, struct draft *public)
{
	if (draft_put(secret) != 0)
		return -1;
	if (draft_put(public) != 0) {
		int error = errno;

		unlink(secret->place); /* which is ours, and has been for a moment */
		errno = error;
		return -1;
	}
	return disk_sync_directory(dir);
}

static int complain_exists(const struct draft *draft)
{
	complain("%s is there already, and is never overwritten: whoever has that key would lose "
		 "it. Take another name, or move the file away",
		 draft->place);
	return STATUS_REFUSED;
}

/* Both into their places, or none of them. */
static int put_pair(const char *dir, struct draft *secret, struct draft *public)
{
	if (access(secret->place, F_OK) == 0)
		return complain_exists(secret);
	if (access(public->place, F_OK) == 0)
		return complain_exists(public);
	if (drafts_put(dir, secret, public) == 0)
		return STATUS_WELL;
	if (errno == EEXIST)
		return complain_exists(secret);
	complain("%s: %s", secret->place, strerror(errno));
	return STATUS_SYSTEM;
}

static int write_pair(const char *dir, const struct key_pair *pair)
{
	struct draft secret = { .path = "" }, public = { .path = "" };
	char *text = sodium_malloc(KEY_FILE_MAX);
	int status = STATUS_SYSTEM;

	if (!text || disk_make_directories(dir) != 0 ||
	    draft_write(&secret, dir, pair->name, "key", text, key_file_print(pair, true, text)) !=
		    0 ||
	    draft_write(&public, dir, pair->name, "pub", text, key_file_print(pair, false, text)) !=
		    0)
		complain("%s/%s.key: %s", dir, pair->name, strerror(errno));
	else
		status = put_pair(dir, &secret, &public);
	draft_drop(&secret);
	draft_drop(&public);
	sodium_free(text);
	return status;
}

/* The entry of keys.yaml. */

/* A list with commas as one of YAML, each in quotes. */
static void print_list(const char *list)
{
	putchar('[');
	for (const char *item = list; *item; item += *item == ',') {
		size_t size = strcspn(item, ",");

		printf("%s\"%.*s\"", item == list ? "" : ", ", (int)size, item);
		item += size;
	}
	putchar(']');
}

/* A right that is of sources and, where they are said, of regions. */
static void print_right(const char *name, const char *sources, const char *regions)
{
	printf("    %s:\n      sources: ", name);
	print_list(sources);
	if (regions) {
		printf("\n      regions: ");
		print_list(regions);
	}
	putchar('\n');
}

static void print_entry(const struct key_pair *pair, const struct wish *wish)
{
	printf("  - name: %s\n    public: \"%s\"\n", pair->name, pair->public);
	if (wish->publish)
		print_right("publish", wish->publish, wish->regions);
	if (wish->roster)
		print_right("roster", wish->roster, wish->regions);
	if (wish->forget)
		print_right("forget", wish->forget, NULL);
	if (wish->audiences) {
		printf("    audiences: ");
		print_list(wish->audiences);
		putchar('\n');
	}
	if (wish->control)
		puts("    control: yes");
}

static void print_pair(const char *dir, const struct key_pair *pair, const struct wish *wish)
{
	printf("%s\n\n", pair->public);
	if (strcmp(pair->name, "server") == 0) {
		printf("That is the daemon's public key. Its secret is in %s/server.key, which "
		       "liftd must be able to read.\nEach client names it in its lift.yaml:\n\n"
		       "server: \"%s\"\n",
		       dir, pair->public);
		return;
	}
	printf("That is the public key of %s; the secret is in %s/%s.key, and stays there.\n"
	       "For the daemon's operator, below `keys:` in keys.yaml (then `lift reload`):\n\n",
	       pair->name, dir, pair->name);
	print_entry(pair, wish);
	if (!wish->publish && !wish->roster && !wish->forget && !wish->audiences && !wish->control)
		puts("    # and what it may: publish: {sources: [...]}, audiences: [...], "
		     "control: yes");
}

/* The command. */

static bool is_list(const char *list, const char *letters, size_t most)
{
	for (const char *item = list;; item++) {
		size_t size = strcspn(item, ",");
		bool right = size > 0 && size <= most;

		for (size_t i = 0; right && i < size; i++)
			right = letters ? strchr(letters, item[i]) != NULL
					: (unsigned char)item[i] >= ' ' && item[i] != '"' &&
						  item[i] != '\\' && item[i] != 0x7f;
		if (!right)
			return false;
		item += size;
		if (!*item)
			return true;
	}
}

static int check_wish(const struct usage *usage, const struct wish *wish)
{
	static const char audience_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	static const char source_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

	if (wish->publish && !is_list(wish->publish, source_letters, KEY_NAME_MAX))
		return complain_usage(usage,
				      "--publish: a source must be 1 to 64 of a-z 0-9 . _ -, "
				      "and between two stands a comma");
	if (wish->roster && !is_list(wish->roster, source_letters, KEY_NAME_MAX))
		return complain_usage(usage, "--roster: a source must be 1 to 64 of a-z 0-9 . _ -, "
					     "and between two stands a comma");
	if (wish->forget && !is_list(wish->forget, source_letters, KEY_NAME_MAX))
		return complain_usage(usage, "--forget: a source must be 1 to 64 of a-z 0-9 . _ -, "
					     "and between two stands a comma");
	if (wish->regions && !wish->publish && !wish->roster)
		return complain_usage(usage, "--region says about which regions a key may publish "
					     "or ask, and needs --publish or --roster");
	if (wish->regions && !is_list(wish->regions, NULL, KEY_NAME_MAX))
		return complain_usage(usage, "--region: a region must be a code of the catalogue, "
					     "and between two stands a comma");
	if (wish->audiences && !is_list(wish->audiences, audience_letters, KEY_NAME_MAX))
		return complain_usage(usage, "--audience: an audience must be 1 to 64 of a-z 0-9 "
					     "-, and between two stands a comma");
	return STATUS_WELL;
}

static int make_pair(const char *dir, const char *name, const struct wish *wish)
{
	struct key_pair *pair = NULL;
	int status = STATUS_SYSTEM;

	if (sodium_init() >= 0)
		pair = sodium_malloc(sizeof(*pair));
	if (!pair || key_pair_make(name, pair) != 0)
		complain("there is no memory for a key, or there are no random numbers");
	else
		status = write_pair(dir, pair);
	if (status == STATUS_WELL)
		print_pair(dir, pair, wish);
	sodium_free(pair);
	return status;
}

int command_keygen(const struct cli *cli, int argc, char **argv)
{
	struct wish wish = { 0 };
	const char *dir = ".";
	const struct option_row rows[] = {
		{ "dir", "DIR", "where the files go, made if it is not there (.)", OPTION_TEXT,
		  &dir, 0, 0 },
		{ "publish", "SOURCES", "the entry: may speak for these (a,b)", OPTION_TEXT,
		  &wish.publish, 0, 0 },
		{ "region", "REGIONS", "the entry: about these and what is below them only",
		  OPTION_TEXT, &wish.regions, 0, 0 },
		{ "roster", "SOURCES", "the entry: may ask about lists of these sources' people",
		  OPTION_TEXT, &wish.roster, 0, 0 },
		{ "forget", "SOURCES", "the entry: may have people of these sources forgotten",
		  OPTION_TEXT, &wish.forget, 0, 0 },
		{ "audience", "NAMES", "the entry: may read these audiences", OPTION_TEXT,
		  &wish.audiences, 0, 0 },
		{ "control", NULL, "the entry: may do what operators do", OPTION_FLAG,
		  &wish.control, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift keygen",
		.arguments = "NAME",
		.help = "Makes a pair of keys: NAME.key, which has the secret, and NAME.pub. "
			"Prints the public\n"
			"key, and its entry for the daemon's keys.yaml. The daemon's own pair is "
			"called server.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
	};
	int status, first = options_parse(&usage, argc, argv, &status);

	(void)cli;
	if (first < 0)
		return status;
	if (argc - first != 1)
		return complain_usage(&usage, "expected one name for the key");
	if (!key_is_name(text_of(argv[first])))
		return complain_usage(&usage,
				      "a key's name must be 1 to 64 of a-z 0-9 . _ -, not '%s'",
				      argv[first]);
	if (!*dir)
		return complain_usage(&usage, "--dir must name a directory");
	status = check_wish(&usage, &wish);
	return status == STATUS_WELL ? make_pair(dir, argv[first], &wish) : status;
}
