/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/xapi/map/internal.h"
#include "clients/xapi/map/modules.h"
#include "clients/xapi/map/rows.h"
#include "clients/xapi/map/table.h"

enum { MAP_SIZE_MAX = 16 << 20 /* bytes of a table */ };

/* The shipped table, as it stands in the source: a part of the program, which finds it wherever it
 * was put. */
__asm__(".pushsection .rodata\n"
	"map_shipped:\n"
	".incbin \"clients/xapi/map.yaml\"\n"
	"map_shipped_end:\n"
	".popsection\n");
extern const char map_shipped[] __attribute__((visibility("hidden")));
extern const char map_shipped_end[] __attribute__((visibility("hidden")));

static int read_whole(const char *path, struct yaml_errors *errors, char **ret_text,
		      size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = malloc(MAP_SIZE_MAX + 1);
	size_t size = 0;
	ssize_t n = 1;

	while (fd >= 0 && text && size <= MAP_SIZE_MAX && n > 0) {
		n = read(fd, text + size, MAP_SIZE_MAX + 1 - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (text && (fd < 0 || n < 0))
		yaml_error(errors, 0, "%s", strerror(errno));
	else if (text && size > MAP_SIZE_MAX)
		yaml_error(errors, 0, "it has more than %d bytes", MAP_SIZE_MAX);
	if (fd >= 0)
		close(fd);
	if (!text)
		return LIFT_E_MEMORY;
	if (fd < 0 || n < 0 || size > MAP_SIZE_MAX) {
		free(text);
		return LIFT_E_IO;
	}
	*ret_text = text;
	*ret_size = size;
	return 0;
}

/* Both documents, the shipped one first; they are needed until all is read. */
static int read_tables(struct map_reading *reading, struct text own, struct yaml_errors *errors)
{
	struct yaml_errors shipped_errors = { .file = "the shipped mapping" };
	struct text shipped = { map_shipped, (size_t)(map_shipped_end - map_shipped) };
	struct reader reader = { .errors = &shipped_errors,
				 .arena = &reading->map->arena,
				 .context = reading };
	struct yaml_doc *shipped_doc = NULL, *own_doc = NULL;
	size_t n_errors = errors->count;
	int err = yaml_parse(shipped, &shipped_errors, &shipped_doc);

	if (!err) {
		reading->shipped = true;
		table_read(&reader, yaml_root(shipped_doc));
		reading->shipped = false;
		reading->verbs_here = reading->kinds_here = (struct iri_table){ 0 };
		reader.errors = errors;
		err = yaml_parse(own, errors, &own_doc);
	}
	if (!err) {
		table_read(&reader, yaml_root(own_doc));
		rows_index(&reader);
	}
	if (shipped_errors.count) /* a fault of ours, which a test would have found */
		yaml_error(errors, 0, "%s", shipped_errors.text);
	if (!err && errors->count > n_errors)
		err = LIFT_E_CONFIG;
	yaml_doc_free(shipped_doc);
	yaml_doc_free(own_doc);
	yaml_errors_clear(&shipped_errors);
	return reader.no_memory ? LIFT_E_MEMORY : err;
}

int mapping_load(const char *path, struct yaml_errors *errors, struct map **ret_map)
{
	struct map_reading reading = { .map = calloc(1, sizeof(struct map)) };
	struct text own = { "", 0 };
	char *text = NULL;
	int err = reading.map ? 0 : LIFT_E_MEMORY;

	if (!err && path) {
		err = read_whole(path, errors, &text, &own.size);
		own.data = text;
	}
	if (!err)
		err = read_tables(&reading, own, errors);
	free(text);
	if (err)
		mapping_free(reading.map);
	else
		*ret_map = reading.map;
	return err;
}

void mapping_free(struct map *map)
{
	if (!map)
		return;
	modules_free(map);
	arena_free(&map->arena);
	free(map);
}
