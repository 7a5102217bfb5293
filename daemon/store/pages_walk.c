/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/store/pages_internal.h"

static const struct text none = { NULL, 0 };

/* The tree that is being walked, and what is found in it. */
struct walk {
	struct pages *pages;
	int db;
	bool later;  /* its leaves are left for later */
	bool again;  /* it is a piece that was left: its pages are in use already */
	bool silent; /* of a state that has passed: what is damaged in it is of no meaning */
	bool damaged;
	struct tree found;
	void (*record)(struct walk *walk, struct text key, struct text value);
	void *context; /* of `record` */
};

void pages_tell(struct pages *pages, int db, struct text first, struct text end, const char *why)
{
	pages->watcher.damaged(pages->watcher.context, db, first, end, why);
}

static void tell(struct walk *walk, struct text first, struct text end, const char *why)
{
	walk->damaged = true;
	if (!walk->silent)
		pages_tell(walk->pages, walk->db, first, end, why);
}

/* One page. */

/* Take a page: it can be only once. */
static bool take(struct pages *pages, uint64_t number)
{
	uint8_t bit = (uint8_t)(1u << number % 8);

	if (pages->used[number / 8] & bit)
		return false;
	pages->used[number / 8] |= bit;
	return true;
}

static const char *number_problem(const struct walk *walk, uint64_t number)
{
	if (number < 2 || (!walk->silent && number > walk->pages->meta.last_page))
		return "there is no page of that number";
	if (number >= walk->pages->file_pages)
		return "the file is cut off";
	return NULL;
}

static const char *take_problem(const struct walk *walk, uint64_t number)
{
	const char *problem = number_problem(walk, number);

	if (!problem && !walk->again && !take(walk->pages, number))
		problem = "a page is in use twice";
	return problem;
}

static const char *head_problem(const struct page_head *head, uint64_t number, uint16_t flags)
{
	if (head->number != number)
		return "a page says that it is another";
	if (head->flags != flags)
		return "a page is of another kind";
	if (flags != FLAG_OVERFLOW &&
	    (head->lower <= PAGE_HEAD || head->lower % 2 != 0 || head->upper % 2 != 0 ||
	     head->lower > head->upper || head->upper > PAGE))
		return "a page's bounds cannot be";
	return NULL;
}

static unsigned n_nodes(const struct page_head *head)
{
	return (head->lower - PAGE_HEAD) / 2u;
}

/* A node, if it lies within its page; its size there is added to *size. */
static bool read_node(const uint8_t *page, unsigned i, struct node *ret_node, size_t *size)
{
	const struct page_head *head = (const struct page_head *)page;
	uint16_t offset, parts[4];
	size_t total, in_page;

	memcpy(&offset, page + PAGE_HEAD + 2 * (size_t)i, sizeof(offset));
	if (offset < head->upper || offset % 2 != 0 || offset > PAGE - NODE_HEAD)
		return false;
	memcpy(parts, page + offset, sizeof(parts));
	ret_node->key = (struct text){ (const char *)page + offset + NODE_HEAD, parts[3] };
	ret_node->value =
		(struct text){ ret_node->key.data + parts[3], parts[0] | (size_t)parts[1] << 16 };
	ret_node->child = parts[0] | (uint64_t)parts[1] << 16 | (uint64_t)parts[2] << 32;
	ret_node->flags = parts[2];
	in_page = ret_node->value.size;
	if (head->flags == FLAG_BRANCH)
		in_page = 0;
	else if (ret_node->flags & NODE_OVERFLOW)
		in_page = sizeof(uint64_t);
	total = NODE_HEAD + parts[3] + in_page;
	*size += total + total % 2;
	return parts[3] <= KEY_MAX && total <= (size_t)(PAGE - offset);
}

static int compare_keys(const struct walk *walk, struct text a, struct text b)
{
	uint64_t x, y;

	if (walk->db != PAGES_FREE || a.size != sizeof(x) || b.size != sizeof(y))
		return text_compare(a, b);
	memcpy(&x, a.data, sizeof(x));
	memcpy(&y, b.data, sizeof(y));
	return (x > y) - (x < y);
}

/* Is a key at its place? The empty one at either side is no bound. */
static bool is_between(const struct walk *walk, struct text key, struct text first, struct text end)
{
	return key.size > 0 && (first.size == 0 || compare_keys(walk, key, first) >= 0) &&
	       (end.size == 0 || compare_keys(walk, key, end) < 0);
}

/* Nodes lie close together from `upper` to the page's end, their keys in order. That of a branch's
 * first node is of no meaning. */
static const char *nodes_problem(const struct walk *walk, const uint8_t *page, struct text first,
				 struct text end)
{
	const struct page_head *head = (const struct page_head *)page;
	bool branch = head->flags == FLAG_BRANCH;
	struct text previous = none;
	struct node node;
	size_t size = 0;

	for (unsigned i = 0; i < n_nodes(head); i++) {
		if (!read_node(page, i, &node, &size))
			return "a record is not within its page";
		if (branch && i == 0)
			continue;
		if (!is_between(walk, node.key, first, end) ||
		    (previous.size > 0 && compare_keys(walk, node.key, previous) <= 0))
			return "keys are out of order";
		previous = node.key;
	}
	return size == (size_t)(PAGE - head->upper) ? NULL : "records overlap in a page";
}

/* Leaves. */

/* A value on pages of its own. */
static const char *follow_overflow(struct walk *walk, struct node *node)
{
	const struct page_head *head;
	const char *problem;
	uint64_t number;

	memcpy(&number, node->value.data, sizeof(number));
	problem = number_problem(walk, number);
	if (problem)
		return problem;
	head = (const struct page_head *)(walk->pages->map + number * PAGE);
	problem = head_problem(head, number, FLAG_OVERFLOW);
	if (problem)
		return problem;
	if (head->n_pages > walk->pages->file_pages - number ||
	    PAGE_HEAD + node->value.size > (uint64_t)head->n_pages * PAGE)
		return "a value is not within its pages";
	for (uint64_t i = 0; i < head->n_pages && !problem; i++)
		problem = take_problem(walk, number + i);
	node->value.data = (const char *)(head + 1);
	walk->found.overflows += head->n_pages;
	return problem;
}

static void walk_leaf(struct walk *walk, const uint8_t *page, struct text first, struct text end)
{
	const struct page_head *head = (const struct page_head *)page;
	uint16_t expected = walk->db == PAGES_MAIN ? NODE_DB : 0;
	struct node node;
	size_t size = 0;

	for (unsigned i = 0; i < n_nodes(head); i++) {
		const char *problem = NULL;

		read_node(page, i, &node, &size);
		if (walk->db != PAGES_MAIN && node.flags == NODE_OVERFLOW)
			problem = follow_overflow(walk, &node);
		else if (node.flags != expected)
			problem = "a record is of another kind";
		if (problem) {
			tell(walk, first, end, problem);
			return;
		}
		walk->found.entries++;
		walk->record(walk, node.key, node.value);
	}
}

/* Trees. */

static void leave_piece(struct walk *walk, uint64_t number, unsigned level, struct text first,
			struct text end)
{
	struct pages *pages = walk->pages;
	struct piece *piece;

	if (first.size > PIECE_KEY_MAX || end.size > PIECE_KEY_MAX) {
		tell(walk, first, end, "a key is longer than its database has any");
		return;
	}
	if (pages->n_pieces == pages->room_pieces) {
		size_t room = pages->room_pieces ? 2 * pages->room_pieces : 16;
		struct piece *pieces = realloc(pages->pieces, room * sizeof(*pieces));

		if (!pieces) {
			pages->out_of_memory = true;
			return;
		}
		pages->pieces = pieces;
		pages->room_pieces = room;
	}
	piece = &pages->pieces[pages->n_pieces++];
	*piece = (struct piece){ .page = number, .level = (uint8_t)level };
	piece->first_size = (uint16_t)first.size;
	piece->end_size = (uint16_t)end.size;
	memcpy(piece->first, first.size ? first.data : "", first.size);
	memcpy(piece->end, end.size ? end.data : "", end.size);
}

/* A leaf that is left for later is in use all the same. */
static void take_leaf(struct walk *walk, uint64_t number, struct text first, struct text end)
{
	const char *problem = take_problem(walk, number);

	walk->found.leaves++;
	if (problem)
		tell(walk, first, end, problem);
}

/* level 1 is a leaf. Where a page is damaged, those beside it are walked all the same. */
static void walk_page(struct walk *walk, uint64_t number, unsigned level, struct text first,
		      struct text end)
{
	bool branch = level > 1, later = walk->later && !walk->again;
	const char *problem = take_problem(walk, number);
	const struct page_head *head;
	struct node node, next;
	size_t size = 0;

	if (!problem) {
		head = (const struct page_head *)(walk->pages->map + number * PAGE);
		problem = head_problem(head, number, branch ? FLAG_BRANCH : FLAG_LEAF);
	}
	if (!problem)
		problem = nodes_problem(walk, (const uint8_t *)head, first, end);
	if (problem) {
		tell(walk, first, end, problem);
		return;
	}
	if (later && level <= 2)
		leave_piece(walk, number, level, first, end);
	if (!branch) {
		walk->found.leaves++;
		if (!later)
			walk_leaf(walk, (const uint8_t *)head, first, end);
		return;
	}
	walk->found.branches++;
	for (unsigned i = 0; i < n_nodes(head); i++) {
		struct text from = first, to = end;

		read_node((const uint8_t *)head, i, &node, &size);
		if (i > 0)
			from = node.key;
		if (i + 1 < n_nodes(head)) {
			read_node((const uint8_t *)head, i + 1, &next, &size);
			to = next.key;
		}
		if (later && level == 2)
			take_leaf(walk, node.child, from, to);
		else
			walk_page(walk, node.child, level - 1, from, to);
	}
}

/* A whole tree; the numbers that LMDB keeps of it must be those that are found. */
static void walk_tree(struct walk *walk, const struct tree *tree)
{
	if (tree->depth > DEPTH_MAX || (tree->depth == 0) != (tree->root == NO_PAGE)) {
		tell(walk, none, none, "its depth cannot be");
		return;
	}
	if (tree->depth > 0)
		walk_page(walk, tree->root, tree->depth, none, none);
	if (walk->damaged)
		return; /* so they will not be */
	if (tree->branches != walk->found.branches || tree->leaves != walk->found.leaves ||
	    tree->overflows != walk->found.overflows ||
	    (!walk->later && tree->entries != walk->found.entries))
		tell(walk, none, none, "it has other pages or records than it says");
}

/* All of them. */

/* What the main tree has of the databases that are looked for. */
struct found_dbs {
	const char *const *names;
	int n, n_found;
	struct tree trees[PAGES_DBS_MAX];
	bool is_there[PAGES_DBS_MAX];
};

static void find_db(struct walk *walk, struct text key, struct text value)
{
	struct found_dbs *dbs = walk->context;
	struct tree tree;

	for (int db = 0; db < dbs->n; db++) {
		if (!text_equal(key, text_of(dbs->names[db])))
			continue;
		if (value.size != sizeof(tree))
			break;
		memcpy(&tree, value.data, sizeof(tree));
		if (tree.pad != 0 || tree.flags != 0)
			break;
		dbs->trees[db] = tree;
		dbs->is_there[db] = true;
		dbs->n_found++;
		return;
	}
	tell(walk, none, none, "it has a database that cannot be");
}

static void pass_on(struct walk *walk, struct text key, struct text value)
{
	walk->pages->watcher.record(walk->pages->watcher.context, walk->db, key, value);
}

/* Pages that a transaction freed: a count, then their numbers. */
static void check_free(struct walk *walk, struct text key, struct text value)
{
	uint64_t *last_txn = walk->context, n, number;

	if (key.size != sizeof(*last_txn) || value.size < sizeof(n)) {
		tell(walk, none, none, "a list cannot be");
		return;
	}
	memcpy(last_txn, key.data, sizeof(*last_txn));
	memcpy(&n, value.data, sizeof(n));
	if (n > value.size / sizeof(n) - 1) {
		tell(walk, none, none, "a list is cut off");
		return;
	}
	for (uint64_t i = 1; i <= n; i++) {
		memcpy(&number, value.data + i * sizeof(number), sizeof(number));
		if (number < 2 || number > walk->pages->meta.last_page)
			tell(walk, none, none, "it has a page that is not there");
		else if (!take(walk->pages, number))
			tell(walk, none, none, "it has a page that is in use");
		else
			continue;
		return;
	}
}

static void note_txn(struct walk *walk, struct text key, struct text value)
{
	uint64_t *last_txn = walk->context;

	(void)value;
	if (key.size == sizeof(*last_txn))
		memcpy(last_txn, key.data, sizeof(*last_txn));
}

/* Each commit but the first frees the pages that it replaces, under its own number. Where the last
 * number is not the meta's, or the older meta has a later one, a meta's number has changed, and
 * what LMDB would show is an older state. But where the disk fails under a meta, LMDB itself leaves
 * the trees of the commit that was broken off, and has acknowledged to nobody, in the older meta,
 * with the number and the last page that were there: that is no damage. */
static void walk_free(struct pages *pages)
{
	uint64_t last_txn = 0, older_txn = 0;
	struct walk walk = {
		.pages = pages, .db = PAGES_FREE, .record = check_free, .context = &last_txn
	};
	struct walk older = { .pages = pages,
			      .db = PAGES_FREE,
			      .again = true,
			      .silent = true,
			      .record = note_txn,
			      .context = &older_txn };

	walk_tree(&walk, &pages->meta.free);
	walk_tree(&older, &pages->older.free);
	if ((!walk.damaged && last_txn != pages->meta.txn && pages->meta.txn > 1) ||
	    (!older.damaged && older_txn > pages->meta.txn &&
	     pages->older.last_page > pages->meta.last_page))
		pages_tell(pages, PAGES_MAIN, none, none, "the last commit is not the last one");
}

int pages_walk(struct pages *pages, const char *const names[], int n, uint32_t may_lack)
{
	struct found_dbs dbs = { .names = names, .n = n };
	struct walk walk = { .pages = pages, .db = PAGES_MAIN, .record = find_db, .context = &dbs };

	assert(n <= PAGES_DBS_MAX);
	walk_tree(&walk, &pages->meta.main);
	for (int db = 0; db < n; db++) {
		walk = (struct walk){
			.pages = pages, .db = db, .later = db == n - 1, .record = pass_on
		};
		if (dbs.is_there[db])
			walk_tree(&walk, &dbs.trees[db]);
		else if (!(may_lack >> db & 1))
			tell(&walk, none, none, "it is not there");
	}
	pages->last_db = n - 1;
	pages->pieces_expected = dbs.trees[n - 1].entries;
	walk_free(pages);
	return pages->out_of_memory ? LIFT_E_MEMORY : 0;
}

size_t pages_pieces(const struct pages *pages)
{
	return pages->n_pieces;
}

uint64_t pages_walk_piece(struct pages *pages, size_t i)
{
	const struct piece *piece = &pages->pieces[i];
	struct walk walk = {
		.pages = pages, .db = pages->last_db, .again = true, .record = pass_on
	};

	walk_page(&walk, piece->page, piece->level,
		  (struct text){ (const char *)piece->first, piece->first_size },
		  (struct text){ (const char *)piece->end, piece->end_size });
	pages->pieces_entries += walk.found.entries;
	return (walk.found.branches + walk.found.leaves) * PAGE;
}

bool pages_pieces_are_whole(const struct pages *pages)
{
	return pages->pieces_entries == pages->pieces_expected;
}
