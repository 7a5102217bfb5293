/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/key_file.h"

ssize_t private_file_read(const char *path, char *to, size_t room, char why[static GATEWAY_WHY_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	ssize_t got = -1;

	if (fd < 0 || fstat(fd, &info) != 0)
		snprintf(why, GATEWAY_WHY_MAX, "%.300s: %s", path, strerror(errno));
	else if (!S_ISREG(info.st_mode))
		snprintf(why, GATEWAY_WHY_MAX, "%.300s: it must be a file", path);
	else if (info.st_mode & (S_IRWXG | S_IRWXO))
		snprintf(why, GATEWAY_WHY_MAX,
			 "%.150s: others may read it, or change it: chmod 600 %.150s", path, path);
	else if ((got = read(fd, to, room)) < 0)
		snprintf(why, GATEWAY_WHY_MAX, "%.300s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return got;
}

int daemon_keys_load(const char *path, const char *server, struct lift_keys **ret_keys,
		     char ret_why[static GATEWAY_WHY_MAX])
{
	struct yaml_errors errors = { .file = path };
	char *text = sodium_malloc(KEY_FILE_MAX);
	struct key_pair *pair = sodium_malloc(sizeof(*pair));
	struct lift_keys *keys = sodium_malloc(sizeof(*keys));
	int err = text && pair && keys ? 0 : LIFT_E_MEMORY;
	ssize_t size = err ? 0 : private_file_read(path, text, KEY_FILE_MAX, ret_why);

	if (err)
		snprintf(ret_why, GATEWAY_WHY_MAX, "out of memory that can be locked");
	else if (size < 0)
		err = LIFT_E_IO;
	else if ((err = key_file_parse((struct text){ text, (size_t)size }, &errors, pair)))
		snprintf(ret_why, GATEWAY_WHY_MAX, "%s", errors.text ? errors.text : path);
	yaml_errors_clear(&errors);
	if (!err) {
		snprintf(keys->server_key, sizeof(keys->server_key), "%s", server);
		memcpy(keys->public_key, pair->public, sizeof(keys->public_key));
		memcpy(keys->secret_key, pair->secret, sizeof(keys->secret_key));
		*ret_keys = keys;
		keys = NULL;
	}
	sodium_free(keys);
	sodium_free(pair);
	sodium_free(text);
	return err;
}

void daemon_keys_free(struct lift_keys *keys)
{
	sodium_free(keys);
}
