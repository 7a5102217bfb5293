/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/pages_internal.h"

static const struct text none = { NULL, 0 };

/* The metas. */

static const char *meta_problem(const struct meta *meta, const struct page_head *head,
				uint64_t number)
{
	if (head->number != number || head->flags != FLAG_META)
		return "a meta page is none";
	if (meta->magic != META_MAGIC)
		return "a meta page has another magic number";
	/* The page's size is in the free list's place for a key's. */
	if (meta->free.pad != PAGE || meta->free.flags != DB_INTEGER_KEYS || meta->main.pad != 0 ||
	    meta->main.flags != 0)
		return "a meta page has other flags";
	return NULL;
}

/* Commits take turns: the newer meta's number is the other's plus one, and says by being odd or
 * even on which page it is. One whose number has changed would bring back an older state, without
 * the last commit. */
static const char *metas_problem(const struct meta metas[2])
{
	uint64_t a = metas[0].txn, b = metas[1].txn;

	/* A store gets its name when its first commit is on disk. */
	if (a == 0 && b == 0)
		return "nothing has ever been committed";
	if (a % 2 != 0 || b % 2 != 1 || (a + 1 != b && b + 1 != a))
		return "the numbers of the last two commits do not follow one another";
	return NULL;
}

static int read_metas(struct pages *pages)
{
	struct page_head head;
	struct meta metas[2];
	const char *problem = NULL;

	for (unsigned i = 0; i < 2 && !problem; i++) {
		memcpy(&head, pages->map + i * PAGE, sizeof(head));
		memcpy(&metas[i], pages->map + i * PAGE + PAGE_HEAD, sizeof(metas[i]));
		problem = meta_problem(&metas[i], &head, i);
	}
	if (!problem && metas[0].version != metas[1].version)
		problem = "the meta pages are of two versions";
	else if (!problem && metas[0].version != META_VERSION)
		return LIFT_E_NEWER;
	if (!problem)
		problem = metas_problem(metas);
	if (problem) {
		pages_tell(pages, PAGES_MAIN, none, none, problem);
		return LIFT_E_CORRUPT;
	}
	if (metas[0].txn > metas[1].txn) {
		pages->meta = metas[0];
		pages->older = metas[1];
	} else {
		pages->meta = metas[1];
		pages->older = metas[0];
	}
	/* The last pages may be free ones that have never been written. */
	if (pages->meta.last_page >= 1 && pages->meta.last_page < pages->file_pages + BEYOND_MAX)
		return 0;
	pages_tell(pages, PAGES_MAIN, none, none, "the last page's number cannot be");
	return LIFT_E_CORRUPT;
}

static int map_file(struct pages *pages, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	void *map;

	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	if (fstat(fd, &info) != 0) {
		close(fd);
		return LIFT_E_IO;
	}
	pages->file_pages = (uint64_t)info.st_size / PAGE;
	if (pages->file_pages < 2) {
		close(fd);
		pages_tell(pages, PAGES_MAIN, none, none,
			   info.st_size ? "the file is cut off" : "the file is empty");
		return LIFT_E_CORRUPT;
	}
	map = mmap(NULL, pages->file_pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return LIFT_E_MEMORY;
	pages->map = map;
	return 0;
}

int pages_open(const char *path, const struct pages_watcher *watcher, struct pages **ret_pages)
{
	struct pages *pages = calloc(1, sizeof(*pages));
	int err = pages ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	pages->watcher = *watcher;
	err = map_file(pages, path);
	if (!err)
		err = read_metas(pages);
	if (!err) {
		pages->used = calloc(1, pages->meta.last_page / 8 + 1);
		err = pages->used ? 0 : LIFT_E_MEMORY;
	}
	if (err)
		pages_close(pages);
	else
		*ret_pages = pages;
	return err;
}

void pages_close(struct pages *pages)
{
	if (!pages)
		return;
	if (pages->map)
		munmap((void *)pages->map, pages->file_pages * PAGE);
	free(pages->used);
	free(pages->pieces);
	free(pages);
}

uint64_t pages_bytes(const struct pages *pages)
{
	return (pages->meta.last_page + 1) * PAGE;
}
