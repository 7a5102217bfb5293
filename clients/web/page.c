/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/page.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/gateway/file.h"
#include "clients/web/answer.h"

enum { FILES_MAX = 200, FILE_BYTES = 8 << 20 };

struct file {
	char *name; /* "index.html", "assets/app-1a2b.js" */
	const char *type;
	char *data, *pressed; /* pressed: NULL: there is none */
	size_t size, pressed_size;
};

struct page {
	struct file files[FILES_MAX];
	size_t n;
};

static const struct {
	const char *end, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".webmanifest", "application/manifest+json" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static bool ends_in(const char *name, const char *end)
{
	size_t size = strlen(name), n = strlen(end);

	return size > n && strcmp(name + size - n, end) == 0;
}

static const char *type_of(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends_in(name, types[i].end))
			return types[i].type;
	return NULL;
}

static int load_file(struct page *page, const char *path, const char *name, char why[static 400])
{
	struct file *file = &page->files[page->n];
	char pressed[PATH_MAX + 4];
	int err;

	if (!type_of(name)) /* .gz are read beside theirs; others are nobody's */
		return 0;
	if (page->n == FILES_MAX) {
		snprintf(why, 400, "page: there are more than %d files", FILES_MAX);
		return LIFT_E_TOO_MANY;
	}
	*file = (struct file){ .name = strdup(name), .type = type_of(name) };
	page->n++;
	err = file->name ? gateway_file_read(path, FILE_BYTES, &file->data, &file->size)
			 : LIFT_E_MEMORY;
	if (err) {
		snprintf(why, 400, "page: %.300s: %s", path, strerror(errno));
		return err;
	}
	snprintf(pressed, sizeof(pressed), "%s.gz", path);
	err = gateway_file_read(pressed, FILE_BYTES, &file->pressed, &file->pressed_size);
	return err == LIFT_E_MEMORY ? err : 0;
}

static int load_directory(struct page *page, const char *directory, const char *below,
			  char why[static 400])
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	int err = dir ? 0 : LIFT_E_IO;

	if (!dir)
		snprintf(why, 400, "page: %.300s: %s", directory, strerror(errno));
	while (!err && (entry = readdir(dir))) {
		char path[PATH_MAX], name[512];

		if (entry->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) >=
			    sizeof(path) ||
		    (size_t)snprintf(name, sizeof(name), "%s%s", below, entry->d_name) >=
			    sizeof(name))
			continue;
		if (strcmp(name, "assets") == 0)
			err = load_directory(page, path, "assets/", why);
		else
			err = load_file(page, path, name, why);
	}
	if (dir)
		closedir(dir);
	return err;
}

static const struct file *find(const struct page *page, const char *name)
{
	for (size_t i = 0; i < page->n; i++)
		if (strcmp(page->files[i].name, name) == 0)
			return &page->files[i];
	return NULL;
}

int web_page_load(const char *directory, struct page **ret_page, char ret_why[static 400])
{
	struct page *page = calloc(1, sizeof(*page));
	int err = page ? load_directory(page, directory, "", ret_why) : LIFT_E_MEMORY;

	if (!err && !find(page, "index.html")) {
		snprintf(ret_why, 400, "page: %.300s has no index.html", directory);
		err = LIFT_E_IO;
	}
	if (err)
		web_page_free(page);
	else
		*ret_page = page;
	return err;
}

void web_page_free(struct page *page)
{
	for (size_t i = 0; page && i < page->n; i++) {
		free(page->files[i].name);
		free(page->files[i].data);
		free(page->files[i].pressed);
	}
	free(page);
}

bool web_page_answer(const struct page *page, struct http_exchange *exchange, const char *path)
{
	const char *name = path + 1;
	const struct file *file;
	bool is_asset = strncmp(name, "assets/", 7) == 0;

	if (!strchr(name, '.'))
		name = "index.html";
	file = find(page, name);
	if (!file)
		return false;
	if (file->pressed && web_answer_takes_gzip(exchange))
		web_answer_bytes_of(exchange, file->type,
				    is_asset ? "private, max-age=31536000, immutable" : NULL,
				    "gzip", (struct text){ file->pressed, file->pressed_size });
	else
		web_answer_bytes_of(exchange, file->type,
				    is_asset ? "private, max-age=31536000, immutable" : NULL, NULL,
				    (struct text){ file->data, file->size });
	return true;
}
