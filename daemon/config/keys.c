/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/credential.h"
#include "daemon/base/load.h"

/* Whoever may write it may give himself every right. */
static int check_writers(const char *path, struct yaml_errors *errors)
{
	struct stat info;

	if (stat(path, &info) != 0 || !(info.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	yaml_error(errors, 0, "others than its owner may write to it: chmod go-w %s", path);
	return LIFT_E_CONFIG;
}

int keys_load(const struct config *config, struct yaml_errors *errors, struct keys **ret_keys)
{
	struct text text;
	int err;

	errors->file = config->keys;
	*ret_keys = NULL;
	err = check_writers(config->keys, errors);
	if (!err)
		err = load_file(config->keys, true, errors, &text);
	if (err)
		return err;
	err = keys_parse(text, config, errors, ret_keys);
	free((char *)text.data);
	return err;
}

/* The whole file into memory of the caller's, which nobody else has; its bytes, -1: the error is
 * said. */
static ssize_t read_secret(const char *path, bool is_credential, struct yaml_errors *errors,
			   char to[static KEY_FILE_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	ssize_t size = -1;

	if (fd < 0 || fstat(fd, &info) != 0)
		yaml_error(errors, 0,
			   "the daemon's own key cannot be read: %s; TCP with keys needs it: `lift "
			   "keygen server` makes it",
			   strerror(errno));
	else if (!is_credential && (info.st_mode & 077))
		yaml_error(errors, 0, "others may read the daemon's own key: chmod 600 it");
	else if ((size = read(fd, to, KEY_FILE_MAX)) < 0)
		yaml_error(errors, 0, "this is no key file: %s", strerror(errno));
	if (size == KEY_FILE_MAX) {
		yaml_error(errors, 0, "this is no key file: it is too long");
		size = -1;
	}
	if (fd >= 0)
		close(fd);
	return size;
}

int server_key_load(const struct config *config, struct yaml_errors *errors,
		    struct key_pair **ret_pair)
{
	char credential[PATH_MAX];
	bool is_credential = credential_path(CREDENTIAL_SERVER_KEY, credential), locked;
	const char *path = is_credential ? credential : config->server_key;
	struct secret_file {
		struct key_pair pair;
		char text[KEY_FILE_MAX];
	} * file;
	ssize_t size;
	int err = LIFT_E_CONFIG;

	*ret_pair = NULL;
	errors->file = config->server_key;
	if (!config->has_curve)
		return 0;
	file = credential_memory(sizeof(*file), &locked);
	if (!file)
		return LIFT_E_MEMORY;
	errors->file = path;
	size = read_secret(path, is_credential, errors, file->text);
	if (size >= 0)
		err = key_file_parse((struct text){ file->text, (size_t)size }, errors,
				     &file->pair);
	errors->file = config->server_key; /* the path of a credential ends here */
	if (err)
		credential_forget(file);
	else
		*ret_pair = &file->pair;
	return err;
}
