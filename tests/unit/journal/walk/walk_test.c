/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/walk/walk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/lmdb/layout.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/store/pages_format.h"
#include "daemon/store/store.h"
#include "tests/unit/journal/place.h"

static const uint8_t secret[16] = "a secret's dig";
enum { ROUNDS = 40, EVENTS = 1200 /* a round: a commit */, NEWEST_SMALL = 1, FLIPS = 300 };
#define EVERYTHING UINT64_MAX

/* A journal that has something of everything. */

static struct entry entry_of(struct journal *journal, uint32_t n)
{
	struct entry entry = { .refused = n % 50 == 7, .err = LIFT_E_TYPE };
	uint8_t profile[12];

	if (entry.refused)
		return entry;
	put_be(profile, name_numbered(journal, NAME_REGION, "region-", n % 20), 4);
	put_be(profile + 4, name_numbered(journal, NAME_DIMENSION, "d", n % 2), 4);
	put_be(profile + 8, name_numbered(journal, NAME_VALUE, "v", n % 3), 4);
	entry.fact =
		(struct fact){ .module = name_numbered(journal, NAME_MODULE, "module-", n % 30),
			       .time = WORLD_BEGIN + n,
			       .type = EVENT_STARTED,
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
	assert_int_equal(journal_add_name(journal, NAME_PROFILE,
					  (struct text){ (char *)profile, sizeof(profile) },
					  &entry.fact.profile),
			 0);
	memset(entry.learner, (int)n, sizeof(entry.learner));
	return entry;
}

/* Two sources of two streams; one of them has a hole. */
static void fill(struct journal *journal)
{
	static const char *const names[4][2] = {
		{ "a", "x" }, { "a", "y" }, { "b", "x" }, { "b", "with a hole" }
	};
	struct stream *stream;

	for (uint32_t round = 0, n = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < EVENTS; i++, n++) {
			const char *const *name = names[n / 30 % 4];
			struct entry entry = entry_of(journal, n);
			uint64_t seq;

			assert_int_equal(journal_add_stream(journal, text_of(name[0]),
							    text_of(name[1]), &stream),
					 0);
			seq = stream->n_ranges ? stream->ranges[0].last + 1 : stream->next;
			if (seq == 5 && name == names[3])
				seq++;
			journal_append(journal, stream, seq, WORLD_BEGIN + round, &entry);
		}
		journal_keep_sent(journal, text_of("what was sent"));
		journal_refuse_reused(journal, stream, 1 + round % 4, WORLD_BEGIN + round);
		assert_int_equal(journal_commit(journal), 0);
	}
}

static struct dir template_dir;

static const char *file_of(const struct dir *dir)
{
	return dir_path(dir, "journal/data.mdb");
}

static int make_template(void **state)
{
	struct journal *journal;

	(void)state;
	dir_begin(&template_dir);
	assert_int_equal(journal_open(dir_path(&template_dir, "journal"), secret, &journal), 0);
	fill(journal);
	journal_close(journal);
	return 0;
}

static int remove_template(void **state)
{
	(void)state;
	dir_end(&template_dir);
	return 0;
}

static uint8_t *read_all(const char *path, size_t *ret_size)
{
	struct stat info;
	uint8_t *bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && fstat(fd, &info) == 0);
	bytes = malloc((size_t)info.st_size);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, (size_t)info.st_size), info.st_size);
	close(fd);
	*ret_size = (size_t)info.st_size;
	return bytes;
}

static void write_all(const char *path, const uint8_t *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

/* A copy of it in a new directory. */
static void copy_begin(struct dir *dir)
{
	size_t size;
	uint8_t *bytes = read_all(file_of(&template_dir), &size);

	dir_begin(dir);
	assert_int_equal(mkdir(dir_path(dir, "journal"), 0700), 0);
	write_all(file_of(dir), bytes, size);
	free(bytes);
}

/* Walk it, the newest part first: what is damaged. */
static struct journal_damage walk(const struct dir *dir, uint64_t newest_bytes)
{
	struct journal_damage damage;
	struct journal_walk *walked;
	bool more;
	int err = journal_walk_begin(file_of(dir), newest_bytes, &walked, &more);

	if (err == LIFT_E_NEWER) /* what says which format it is has changed: that is found, too */
		return (struct journal_damage){ .found = true };
	assert_int_equal(err, 0);
	if (more)
		assert_int_equal(journal_walk_rest(walked, 0), 0);
	damage = *journal_walk_damage(walked);
	journal_walk_end(walked);
	/* As the daemon has it, which knows the last number. */
	for (uint32_t i = 0; i < damage.n_ranges; i++)
		if (damage.ranges[i][1] == UINT64_MAX)
			damage.ranges[i][1] = ROUNDS * EVENTS;
	return damage;
}

/* What is whole. */

static void a_whole_journal_is_whole_in_one_part_and_in_two(void **state)
{
	struct journal_walk *walked;
	bool more;

	(void)state;
	assert_false(walk(&template_dir, EVERYTHING).found);
	assert_int_equal(journal_walk_begin(file_of(&template_dir), NEWEST_SMALL, &walked, &more),
			 0);
	assert_true(more); /* else it does not try what it is for */
	journal_walk_end(walked);
	assert_false(walk(&template_dir, NEWEST_SMALL).found);
}

static void a_journal_that_is_not_there_or_only_begun_is_not_damaged(void **state)
{
	struct journal_walk *walked;
	struct journal *journal;
	struct store *store;
	struct dir dir;
	bool more;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(journal_walk_begin(file_of(&dir), EVERYTHING, &walked, &more),
			 LIFT_E_NOT_FOUND);
	/* The daemon died before it had written what a journal begins with. */
	assert_int_equal(store_open(dir_path(&dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &store),
			 0);
	store_close(store);
	assert_false(walk(&dir, EVERYTHING).found);
	assert_int_equal(journal_open(dir_path(&dir, "journal"), secret, &journal), 0);
	journal_close(journal);
	assert_false(walk(&dir, EVERYTHING).found);
	dir_end(&dir);
}

static void a_journal_whose_file_is_empty_or_has_no_commit_is_damaged(void **state)
{
	static const struct {
		size_t pages;
		const char *said;
	} cases[] = {
		{ 0, "file: the file is empty" },
		{ 1, "file: the file is cut off" },
		{ 2, "file: nothing has ever been committed" },
	};
	const uint64_t none = 0;
	struct dir dir;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *bytes;
		size_t size;

		copy_begin(&dir);
		bytes = read_all(file_of(&dir), &size);
		for (size_t page = 0; page < 2; page++)
			memcpy(bytes + page * PAGE + PAGE_HEAD + offsetof(struct meta, txn), &none,
			       sizeof(none));
		write_all(file_of(&dir), bytes, cases[i].pages * PAGE);
		assert_string_equal(walk(&dir, EVERYTHING).text, cases[i].said);
		free(bytes);
		dir_end(&dir);
	}
}

/* Each kind of damage. */

struct copy {
	struct dir dir;
	struct store *store;
	struct store_txn txn;
};

static void put(struct copy *copy, int db, struct text key, struct text value)
{
	store_put(&copy->txn, db, key, value);
}

/* The nth record of a database (from its end, where n is negative), copied. */
struct record {
	uint8_t key[64], value[STORE_VALUE_MAX];
	size_t key_size, value_size;
};

static struct text record_key(struct record *record)
{
	return (struct text){ (char *)record->key, record->key_size };
}

static struct text record_value(struct record *record)
{
	return (struct text){ (char *)record->value, record->value_size };
}

static void get_nth(struct copy *copy, int db, int n, struct record *record)
{
	struct store_cursor cursor;
	struct text key, value, none = { NULL, 0 };
	bool found;

	store_cursor_open(&copy->txn, db, &cursor);
	found = n < 0 ? store_last(&cursor, &key, &value) : store_seek(&cursor, none, &key, &value);
	for (; found && n != 0 && n != -1; n += n < 0 ? 1 : -1)
		found = n < 0 ? store_previous(&cursor, &key, &value)
			      : store_next(&cursor, &key, &value);
	assert_true(found && key.size <= sizeof(record->key));
	record->key_size = key.size;
	record->value_size = value.size;
	memcpy(record->key, key.data, key.size);
	memcpy(record->value, value.data, value.size);
	store_cursor_close(&cursor);
}

static void flip_last_byte(struct copy *copy, int db, int n)
{
	struct record record;

	get_nth(copy, db, n, &record);
	record.value[record.value_size - 1] ^= 4;
	put(copy, db, record_key(&record), record_value(&record));
}

static void take_away(struct copy *copy, int db, int n)
{
	struct record record;

	get_nth(copy, db, n, &record);
	store_delete(&copy->txn, db, record_key(&record));
}

static void without_sums(struct copy *copy)
{
	put(copy, DB_META, text_of("format"), text_of("\1"));
	store_delete(&copy->txn, DB_META, text_of(SUMS_KEY));
}

/* A chunk sealed again: only what others say of it shows that it is another. */
static void reseal(struct copy *copy, int n, uint64_t seq, bool bad_name)
{
	struct record record;
	struct chunk chunk;
	struct entry entry;
	size_t size;

	get_nth(copy, DB_ENTRIES, n, &record);
	assert_int_equal(chunk_open(record_value(&record), &chunk), 0);
	if (seq)
		chunk.seq = seq;
	if (bad_name) {
		size = entry_decode(chunk.entries, &entry);
		assert_false(entry.refused);
		entry.fact.module = 10000000;
		chunk.count = 1;
		size = entry_encode(&entry, record.value + CHUNK_HEAD);
		chunk.entries = (struct text){ (char *)record.value + CHUNK_HEAD, size };
		record.value_size = CHUNK_HEAD + size;
	}
	chunk_seal(record.value, &chunk);
	put(copy, DB_ENTRIES, record_key(&record), record_value(&record));
}

static void chunk_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_ENTRIES, 3);
}
static void last_chunk_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_ENTRIES, -1);
}
static void chunk_gone(struct copy *copy)
{
	take_away(copy, DB_ENTRIES, 3);
}
static void last_chunk_gone(struct copy *copy)
{
	take_away(copy, DB_ENTRIES, -1);
}
static void chunk_of_other_numbers(struct copy *copy)
{
	reseal(copy, 3, 1000000, false);
}
static void chunk_of_no_name(struct copy *copy)
{
	reseal(copy, 3, 0, true);
}
static void name_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_NAMES, 9);
}
static void name_gone(struct copy *copy)
{
	take_away(copy, DB_NAMES, 9);
}
static void stream_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_STREAMS, 1);
}
static void stream_changed_without_sums(struct copy *copy)
{
	without_sums(copy);
	flip_last_byte(copy, DB_STREAMS, 3);
}
static void stream_gone_without_sums(struct copy *copy)
{
	without_sums(copy);
	take_away(copy, DB_STREAMS, 1);
}
static void source_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_SOURCES, 1);
}
static void source_changed_without_sums(struct copy *copy)
{
	struct record record;

	without_sums(copy);
	get_nth(copy, DB_SOURCES, 1, &record);
	record.value[23] ^= 1; /* the last event */
	put(copy, DB_SOURCES, record_key(&record), record_value(&record));
}
static void gap_gone(struct copy *copy)
{
	take_away(copy, DB_GAPS, 0);
}
static void stream_id_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_STREAM_IDS, 0);
}
static void refused_gone(struct copy *copy)
{
	take_away(copy, DB_REFUSED, 0);
}
/* As if next to nothing had been received. */
static void counts_gone(struct copy *copy)
{
	struct record record;

	for (int n = 0; n < 2; n++) {
		get_nth(copy, DB_SOURCES, n, &record);
		memset(record.value, 0, 16);
		put(copy, DB_SOURCES, record_key(&record), record_value(&record));
	}
}
static void counts_gone_and_last_chunk_changed(struct copy *copy)
{
	counts_gone(copy);
	last_chunk_changed(copy);
}
static void index_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_INDEX, 5);
}
static void index_gone_without_sums(struct copy *copy)
{
	without_sums(copy);
	take_away(copy, DB_INDEX, 0);
}
static void index_of_no_chunk_without_sums(struct copy *copy)
{
	uint8_t key[12], value[8];

	without_sums(copy);
	put(copy, DB_INDEX, index_key_encode(0, 12345, key), number_encode(3, value));
}
static void row_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_QUARANTINE, 2);
}
static void row_gone(struct copy *copy)
{
	take_away(copy, DB_QUARANTINE, 0);
}
static void reused_gone(struct copy *copy)
{
	take_away(copy, DB_REUSED, 0);
}
static void id_changed(struct copy *copy)
{
	put(copy, DB_META, text_of("id"), text_of("another journal."));
}
static void format_is_that_without_sums(struct copy *copy)
{
	put(copy, DB_META, text_of("format"), text_of("\1"));
}
static void sums_gone(struct copy *copy)
{
	store_delete(&copy->txn, DB_META, text_of(SUMS_KEY));
}
static void sums_changed(struct copy *copy)
{
	flip_last_byte(copy, DB_META, -1); /* the last key is "sums" */
}

struct record_case {
	const char *why;
	void (*damage)(struct copy *copy);
	const char *line; /* that one of the lines begins with */
	bool has_range;	  /* of the chunk, not of all */
};

static const struct record_case record_cases[] = {
	{ "its checksum is another", chunk_changed, "entries: a chunk is not what it was", true },
	{ "the last one has none behind it that says where it ends", last_chunk_changed,
	  "entries: a chunk is not what it was", true },
	{ "numbers have a gap", chunk_gone, "entries: chunks are missing", true },
	{ "only the counts know of it", last_chunk_gone, "entries: chunks are missing", true },
	{ "its checksum is right, and the stream has not these numbers", chunk_of_other_numbers,
	  "streams: ", false },
	{ "its checksum is right, and its module has no name", chunk_of_no_name,
	  "entries: a chunk has names that are not there", true },
	{ "events would count elsewhere", name_changed, "names: ", false },
	{ "numbers of names have no gap", name_gone, "names: ", false },
	{ "numbers would be taken twice, or never", stream_changed, "streams: ", false },
	{ "the chunks say what was received", stream_changed_without_sums,
	  "streams: what it has received is not in the entries: source=b stream=with a hole",
	  false },
	{ "the chunks know of the stream", stream_gone_without_sums,
	  "streams: what it has received is not in the entries", false },
	{ "counts are told", source_changed, "sources: ", false },
	{ "the chunks say what came", source_changed_without_sums,
	  "sources: what it has sent is not in the entries: source=b", false },
	{ "a gap would not be told", gap_gone, "gaps: ", false },
	{ "a stream would be taken for another", stream_id_changed, "stream_ids: ", false },
	{ "a platform would not be told", refused_gone, "refused: ", false },
	{ "they say which number is the last", counts_gone, "sources: ", false },
	{ "it ends nobody knows where", counts_gone_and_last_chunk_changed,
	  "entries: a chunk is not what it was", false },
	{ "a resend would not be found", index_changed, "index: ", false },
	{ "each chunk has its record", index_gone_without_sums,
	  "streams: the index has other chunks than the entries: source=a stream=x", false },
	{ "each record has its chunk", index_of_no_chunk_without_sums,
	  "streams: the index has other chunks than the entries: source=a stream=x", false },
	{ "a reason would be another", row_changed, "quarantine: ", false },
	{ "a refused event would not be told", row_gone, "quarantine: ", false },
	{ "it would be told twice", reused_gone, "reused: ", false },
	{ "the ledger would be taken for another's", id_changed, "meta: ", false },
	{ "it would be believed without sums", format_is_that_without_sums, "meta: ", false },
	{ "this format has sums", sums_gone, "meta: ", false },
	{ "a sum is what it is compared with", sums_changed, "", false },
};

static bool has_line(const struct journal_damage *damage, const char *begin)
{
	const char *line = damage->text;

	for (uint32_t i = 0; i < damage->n_lines; i++, line += strlen(line) + 1)
		if (strncmp(line, begin, strlen(begin)) == 0)
			return true;
	return false;
}

static void check_damage(const struct journal_damage *damage, const char *why, const char *line)
{
	if (!damage->found)
		fail_msg("not found, but %s", why);
	if (!has_line(damage, line))
		fail_msg("no line '%s', but '%s': %s", line, damage->text, why);
	assert_true(damage->n_ranges >= 1);
	for (uint32_t i = 0; i < damage->n_ranges; i++)
		assert_in_range(damage->ranges[i][1], damage->ranges[i][0], ROUNDS * EVENTS);
}

static void each_kind_of_damage_to_a_record_is_found_in_either_part(void **state)
{
	const uint64_t newest[] = { EVERYTHING, NEWEST_SMALL };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(record_cases) / sizeof(record_cases[0]); i++) {
		const struct record_case *one = &record_cases[i / 2];
		struct journal_damage damage;
		struct copy copy;

		copy_begin(&copy.dir);
		assert_int_equal(store_open(dir_path(&copy.dir, "journal"), journal_db_names,
					    DB_COUNT, STORE_ROOM_MAX, &copy.store),
				 0);
		assert_int_equal(store_begin(copy.store, true, &copy.txn), 0);
		one->damage(&copy);
		assert_int_equal(store_commit(&copy.txn), 0);
		store_close(copy.store);
		damage = walk(&copy.dir, newest[i % 2]);
		check_damage(&damage, one->why, one->line);
		if (one->has_range) {
			assert_int_equal(damage.n_ranges, 1);
			assert_true(damage.ranges[0][1] - damage.ranges[0][0] < 60);
		} else {
			assert_int_equal(damage.ranges[0][0], 1);
			assert_int_equal(damage.ranges[0][1], ROUNDS * EVENTS);
		}
		dir_end(&copy.dir);
	}
}

static void numbers_are_told_as_far_as_they_are_known(void **state)
{
	const struct journal_damage damage = {
		.n_ranges = 3, .ranges = { { 1, 1 }, { 3, 70 }, { UINT64_MAX - 2, UINT64_MAX } }
	};
	char text[DAMAGE_NUMBERS];

	(void)state;
	journal_damage_numbers(&damage, text);
	assert_string_equal(text, "1..1,3..70,18446744073709551613..last");
}

/* Damage to pages. */

struct image {
	uint8_t *bytes;
	size_t size;
	struct meta *metas[2]; /* the older one, the newer one */
};

static void image_begin(struct image *image)
{
	image->bytes = read_all(file_of(&template_dir), &image->size);
	for (int i = 0; i < 2; i++)
		image->metas[i] = (struct meta *)(image->bytes + (size_t)i * PAGE + PAGE_HEAD);
	if (image->metas[0]->txn > image->metas[1]->txn) {
		struct meta *newer = image->metas[0];

		image->metas[0] = image->metas[1];
		image->metas[1] = newer;
	}
}

static struct page_head *page_of(const struct image *image, uint64_t number)
{
	return (struct page_head *)(image->bytes + number * PAGE);
}

/* A database's record in the main tree, which is one leaf. */
static uint8_t *tree_at(const struct image *image, const char *name)
{
	uint8_t *root = (uint8_t *)page_of(image, image->metas[1]->main.root);
	uint8_t *at = memmem(root + PAGE_HEAD, PAGE - PAGE_HEAD, name, strlen(name));

	assert_non_null(at);
	return at + strlen(name);
}

static struct tree tree_of(const struct image *image, const char *name)
{
	struct tree tree;

	memcpy(&tree, tree_at(image, name), sizeof(tree));
	return tree;
}

/* The first bytes of a node. */
static uint8_t *node_of(struct page_head *page, unsigned i)
{
	uint16_t offset;

	memcpy(&offset, (uint8_t *)page + PAGE_HEAD + 2 * i, sizeof(offset));
	return (uint8_t *)page + offset;
}

static void magic_is_another(struct image *image)
{
	image->metas[0]->magic ^= 1;
}
static void newer_commit_has_an_older_number(struct image *image)
{
	image->metas[1]->txn -= 2;
	image->metas[0]->last_page--; /* the last commit has taken a page more */
}
static void older_commit_has_a_newer_number(struct image *image)
{
	image->metas[0]->txn += 2;
}
static void number_is_far_off(struct image *image)
{
	image->metas[1]->txn ^= UINT64_C(1) << 40;
}
static void page_size_is_another(struct image *image)
{
	image->metas[1]->free.pad = 8192;
}
static void last_page_is_an_earlier_one(struct image *image)
{
	image->metas[1]->last_page -= 2;
}
static void last_page_is_far_beyond(struct image *image)
{
	image->metas[1]->last_page |= UINT64_C(1) << 50;
}
static void root_is_another_page(struct image *image)
{
	image->metas[1]->main.root++;
}
static void file_is_shorter(struct image *image)
{
	image->size -= PAGE * 4;
}
static void file_is_one_page(struct image *image)
{
	image->size = PAGE;
}
static void page_says_it_is_another(struct image *image)
{
	page_of(image, tree_of(image, "streams").root)->number++;
}
static void page_is_of_another_kind(struct image *image)
{
	page_of(image, tree_of(image, "sources").root)->flags = FLAG_BRANCH;
}
static void page_has_fewer_records(struct image *image)
{
	page_of(image, tree_of(image, "sources").root)->lower -= 2;
}
static void record_is_not_in_its_page(struct image *image)
{
	uint16_t offset = PAGE - 4;

	memcpy((uint8_t *)page_of(image, tree_of(image, "streams").root) + PAGE_HEAD, &offset,
	       sizeof(offset));
}
static void child_is_another_page(struct image *image)
{
	struct page_head *root = page_of(image, tree_of(image, "entries").root);

	assert_int_equal(root->flags, FLAG_BRANCH);
	memcpy(node_of(root, 1), node_of(root, 0), 6);
}
static void separator_is_another(struct image *image)
{
	struct page_head *root = page_of(image, tree_of(image, "entries").root);

	node_of(root, 1)[NODE_HEAD + 5] ^= 0x40;
}
static void branch_has_more_room(struct image *image)
{
	page_of(image, tree_of(image, "entries").root)->upper += 8;
}
static void free_page_is_in_use(struct image *image)
{
	struct page_head *root = page_of(image, image->metas[1]->free.root);
	uint8_t *node;
	uint64_t used = tree_of(image, "names").root;

	assert_int_equal(root->flags, FLAG_LEAF);
	node = node_of(root, 0);
	memcpy(node + NODE_HEAD + 8 + 8, &used, sizeof(used)); /* behind key and count */
}
static void free_page_is_free_twice(struct image *image)
{
	uint8_t *node = node_of(page_of(image, image->metas[1]->free.root), 0);
	uint64_t n;

	memcpy(&n, node + NODE_HEAD + 8, sizeof(n));
	assert_true(n >= 2);
	memcpy(node + NODE_HEAD + 8 + 8, node + NODE_HEAD + 8 + 16, sizeof(n));
}
static void free_list_is_longer(struct image *image)
{
	node_of(page_of(image, image->metas[1]->free.root), 0)[NODE_HEAD + 8 + 2] = 1;
}
static void count_is_another(struct image *image)
{
	struct tree tree = tree_of(image, "entries");

	tree.entries++;
	memcpy(tree_at(image, "entries"), &tree, sizeof(tree));
}
static void database_has_another_name(struct image *image)
{
	tree_at(image, "quarantine")[-1] = 'x';
}

/* What LMDB itself gives to who reads all records: an error, or another record, or worse; all of
 * them, as if nothing were damaged; those before the last commit, likewise. */
enum lmdb_gives { OTHER, ALL, OLDER };

static const struct page_case {
	const char *why;
	void (*damage)(struct image *image);
	const char *line;
	enum lmdb_gives lmdb_gives;
} page_cases[] = {
	{ "LMDB would not open it", magic_is_another, "file: ", OTHER },
	{ "LMDB would give the state before the last commit", newer_commit_has_an_older_number,
	  "file: ", OLDER },
	{ "likewise", older_commit_has_a_newer_number, "file: ", OLDER },
	{ "numbers of commits follow one another", number_is_far_off, "file: ", OTHER },
	{ "pages are of one size", page_size_is_another, "file: ", OTHER },
	{ "pages in use would be given out again", last_page_is_an_earlier_one, "", OTHER },
	{ "the file would have a hole of a petabyte", last_page_is_far_beyond, "file: ", OTHER },
	{ "the tree of trees is another page", root_is_another_page, "file: ", OTHER },
	{ "pages at the end are missing", file_is_shorter, "", OTHER },
	{ "there are two metas", file_is_one_page, "file: the file is cut off", OTHER },
	{ "another page would be freed", page_says_it_is_another, "streams: ", ALL },
	{ "LMDB would take keys for pages", page_is_of_another_kind, "sources: ", OTHER },
	{ "a record would be missing", page_has_fewer_records, "sources: ", OTHER },
	{ "LMDB would read behind the page", record_is_not_in_its_page, "streams: ", OTHER },
	{ "a stretch of entries would be there twice", child_is_another_page, "entries: ", OTHER },
	{ "a search would go astray", separator_is_another, "entries: ", OTHER },
	{ "a new record would be written over another", branch_has_more_room, "entries: ", ALL },
	{ "a page in use would be overwritten", free_page_is_in_use, "free list: ", ALL },
	{ "a page would be given out twice", free_page_is_free_twice, "free list: ", ALL },
	{ "what is behind the list would be pages", free_list_is_longer, "free list: ", ALL },
	{ "the tree has not so many", count_is_another, "entries: ", ALL },
	{ "it would be made anew, empty", database_has_another_name, "file: ", OTHER },
};

static void each_kind_of_damage_to_a_page_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(page_cases) / sizeof(page_cases[0]); i++) {
		struct journal_damage damage;
		struct image image;
		struct dir dir;

		copy_begin(&dir);
		image_begin(&image);
		page_cases[i].damage(&image);
		write_all(file_of(&dir), image.bytes, image.size);
		free(image.bytes);
		damage = walk(&dir, NEWEST_SMALL);
		check_damage(&damage, page_cases[i].why, page_cases[i].line);
		dir_end(&dir);
	}
}

/* Any byte. */

/* All records as LMDB finds them, in order and one by one. */
static struct sum sum_of_all(const struct dir *dir)
{
	struct text key, value, found, none = { NULL, 0 };
	struct store_cursor cursor;
	struct sum sum = { 0 };
	struct store_txn txn;
	struct store *store;

	assert_int_equal(store_open_read_only(dir_path(dir, "journal"), journal_db_names, DB_COUNT,
					      DB_COUNT, &store),
			 0);
	assert_int_equal(store_begin(store, false, &txn), 0);
	for (int db = 0; db < DB_COUNT; db++) {
		store_cursor_open(&txn, db, &cursor);
		for (bool more = store_seek(&cursor, none, &key, &value); more;
		     more = store_next(&cursor, &key, &value)) {
			assert_true(store_get(&txn, db, key, &found));
			assert_true(text_equal(found, value));
			sum_add(&sum, (uint8_t)db, key, value);
		}
		store_cursor_close(&cursor);
	}
	assert_int_equal(txn.err, 0);
	store_abort(&txn);
	store_close(store);
	return sum;
}

/* This is what the file is read by hand for: record sums do not show it. */
static void damage_that_lmdb_reads_past_is_found(void **state)
{
	struct sum whole = sum_of_all(&template_dir);

	(void)state;
	for (size_t i = 0; i < sizeof(page_cases) / sizeof(page_cases[0]); i++) {
		const struct page_case *one = &page_cases[i];
		struct image image;
		struct sum sum;
		struct dir dir;

		if (one->lmdb_gives == OTHER)
			continue;
		copy_begin(&dir);
		image_begin(&image);
		one->damage(&image);
		write_all(file_of(&dir), image.bytes, image.size);
		free(image.bytes);
		sum = sum_of_all(&dir);
		if (sum_equal(&sum, &whole) != (one->lmdb_gives == ALL))
			fail_msg("LMDB gives other records than it should, where %s", one->why);
		if (!walk(&dir, EVERYTHING).found)
			fail_msg("not found, but %s", one->why);
		dir_end(&dir);
	}
}

/* One more commit goes the way of all before it. */
static void append_more(const struct dir *dir)
{
	struct journal *journal;

	assert_int_equal(journal_open(dir_path(dir, "journal"), secret, &journal), 0);
	for (int i = 0; i < 3; i++) {
		struct entry entry = entry_of(journal, 1);
		struct stream *stream;

		assert_int_equal(journal_find_stream(journal, text_of("a"), text_of("x"), &stream),
				 0);
		journal_append(journal, stream, stream->next, WORLD_BEGIN + ROUNDS, &entry);
		assert_int_equal(journal_commit(journal), 0);
	}
	assert_int_equal(journal_last(journal), ROUNDS * EVENTS + 3);
	journal_close(journal);
}

/* The one change that looks like a commit that the disk broke off: see walk_free. */
static bool is_as_broken_off(const struct image *image, uint64_t newest)
{
	return image->metas[1]->txn == newest - 2;
}

static void a_changed_byte_is_found_or_changes_nothing(void **state)
{
	struct sum whole = sum_of_all(&template_dir), sum;
	int found = 0;

	(void)state;
	for (int i = 0; i < FLIPS; i++) {
		struct image image;
		struct dir dir;
		uint64_t newest;
		size_t at;

		copy_begin(&dir);
		image_begin(&image);
		newest = image.metas[1]->txn;
		/* The metas are few bytes, and matter more. */
		at = chance_of(20) ? PAGE * chance(2) + chance(PAGE_HEAD + sizeof(struct meta))
				   : chance((uint32_t)image.size);
		image.bytes[at] ^= (uint8_t)(1 + chance(255));
		if (is_as_broken_off(&image, newest)) {
			free(image.bytes);
			dir_end(&dir);
			continue;
		}
		write_all(file_of(&dir), image.bytes, image.size);
		free(image.bytes);
		if (walk(&dir, NEWEST_SMALL).found) {
			found++;
		} else {
			sum = sum_of_all(&dir);
			if (!sum_equal(&sum, &whole))
				fail_msg("byte %zu was changed, and it was not found", at);
			append_more(&dir);
			if (walk(&dir, EVERYTHING).found)
				fail_msg("byte %zu was changed, and it was found later", at);
		}
		dir_end(&dir);
	}
	assert_true(found > FLIPS / 4);
}

/* Damage in a form that fits. */

static void ranges_of_much_damage_cover_all_of_it(void **state)
{
	struct journal_damage damage;
	struct copy copy;
	enum { EVERY = 3, CHUNKS = 3 * (DAMAGE_RANGES_MAX + 9) };

	(void)state;
	copy_begin(&copy.dir);
	assert_int_equal(store_open(dir_path(&copy.dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &copy.store),
			 0);
	assert_int_equal(store_begin(copy.store, true, &copy.txn), 0);
	for (int n = 0; n < CHUNKS; n += EVERY)
		flip_last_byte(&copy, DB_ENTRIES, n);
	assert_int_equal(store_commit(&copy.txn), 0);
	damage = walk(&copy.dir, EVERYTHING);
	assert_int_equal(damage.n_ranges, DAMAGE_RANGES_MAX);
	assert_int_equal(damage.n_lines, DAMAGE_LINES_MAX);
	assert_true(damage.n_left_out > 0);
	assert_int_equal(store_begin(copy.store, false, &copy.txn), 0);
	for (int n = 0; n < CHUNKS; n += EVERY) {
		struct record record;
		bool covered = false;
		uint64_t number;

		get_nth(&copy, DB_ENTRIES, n, &record);
		number = get_be(record.key, 8);
		for (uint32_t i = 0; i < damage.n_ranges; i++)
			covered |= number >= damage.ranges[i][0] && number <= damage.ranges[i][1];
		assert_true(covered);
	}
	for (uint32_t i = 1; i < damage.n_ranges; i++)
		assert_true(damage.ranges[i][0] > damage.ranges[i - 1][1] + 1);
	store_abort(&copy.txn);
	store_close(copy.store);
	dir_end(&copy.dir);
}

/* Formats. */

/* Sums of format 2: of the databases that it had. */
static void put_old_sums(struct copy *copy)
{
	uint8_t bytes[DB_COUNT_BEFORE_3 * SUM_BYTES];

	for (int db = 0; db < DB_COUNT_BEFORE_3; db++) {
		struct store_cursor cursor;
		struct text key, value;
		struct sum sum = { 0 };

		store_cursor_open(&copy->txn, db, &cursor);
		while (db != DB_ENTRIES && store_next(&cursor, &key, &value))
			sum_add(&sum, (uint8_t)db, key, value);
		store_cursor_close(&cursor);
		sum_encode(&sum, bytes + db * SUM_BYTES);
	}
	put(copy, DB_META, text_of(SUMS_KEY), (struct text){ (char *)bytes, sizeof(bytes) });
}

/* A journal as an older format had it, with an accepted event in one stream, and a refused one
 * behind a gap in another. Format 1 had no sums. */
static void write_old(const struct dir *dir, char format)
{
	static const struct {
		enum name_kind kind;
		uint32_t id;
		struct text name;
	} names[] = {
		{ NAME_SOURCE, 0, TEXT("old") },       { NAME_STREAM, 0, TEXT("\0\0\0\0s") },
		{ NAME_STREAM, 1, TEXT("\0\0\0\0t") }, { NAME_MODULE, 0, TEXT("module") },
		{ NAME_REGION, 0, TEXT("1813") },      { NAME_PROFILE, 0, TEXT("\0\0\0\0") },
	};
	uint8_t chunk[CHUNK_HEAD + ENTRY_MAX], key[12], number[8], row[QUARANTINE_ROW_MAX];
	uint8_t stream[4 + STREAM_RECORD_MAX] = { 0 }, source[SOURCE_ROW_BEFORE_3] = { 0 };
	const struct entry entries[] = { { .fact = { .time = WORLD_BEGIN,
						     .type = EVENT_STARTED,
						     .result = { .score = -1, .passed = -1 },
						     .voids_time = EVENT_NO_TIME } },
					 { .refused = true, .err = LIFT_E_TYPE } };
	const struct quarantined refused = { 2,		  1,	     4,	       WORLD_BEGIN + 6,
					     LIFT_E_TYPE, { "", 0 }, { "", 0 } };
	struct copy copy;

	assert_int_equal(store_open(dir_path(dir, "journal"), journal_db_names, DB_COUNT_BEFORE_3,
				    STORE_ROOM_MAX, &copy.store),
			 0);
	assert_int_equal(store_begin(copy.store, true, &copy.txn), 0);
	put(&copy, DB_META, text_of("format"), (struct text){ &format, 1 });
	put(&copy, DB_META, text_of("secret"), (struct text){ (const char *)secret, 16 });
	put(&copy, DB_META, text_of("id"), text_of("sixteen bytes id"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put(&copy, DB_NAMES, name_key_encode(names[i].kind, names[i].id, key),
		    names[i].name);
	for (uint32_t i = 0; i < 2; i++) {
		size_t size = entry_encode(&entries[i], chunk + CHUNK_HEAD);
		uint64_t seq = i ? 4 : 1;
		struct chunk head = {
			i, seq, 1, WORLD_BEGIN + 5 + i, { (char *)chunk + CHUNK_HEAD, size }, false,
		};

		chunk_seal(chunk, &head);
		put(&copy, DB_ENTRIES, number_encode(1 + i, number),
		    (struct text){ (char *)chunk, CHUNK_HEAD + size });
		put(&copy, DB_INDEX, index_key_encode(i, seq, key), number_encode(1 + i, number));
	}
	put_be(stream + 4, 2, 8); /* next, after the source */
	put(&copy, DB_STREAMS, id_encode(0, key), (struct text){ (char *)stream, 4 + 16 });
	put_be(stream + 4, 1, 8);
	put_be(stream + 12, WORLD_BEGIN + 6, 8);
	put_be(stream + 20, 4, 8);
	put_be(stream + 28, 4, 8);
	put(&copy, DB_STREAMS, id_encode(1, key), (struct text){ (char *)stream, 4 + 32 });
	put(&copy, DB_QUARANTINE, number_encode(2, number), quarantined_encode(&refused, row));
	put_be(source, 1, 8);
	put_be(source + 8, 1, 8);
	put_be(source + 16, WORLD_BEGIN, 8);
	put_be(source + 24, WORLD_BEGIN + 6, 8);
	put(&copy, DB_SOURCES, id_encode(0, key), (struct text){ (char *)source, sizeof(source) });
	if (format > JOURNAL_FORMAT_WITHOUT_SUMS)
		put_old_sums(&copy);
	assert_int_equal(store_commit(&copy.txn), 0);
	store_close(copy.store);
}

static void is_the_old_source(void *context, uint32_t id, struct text name,
			      const struct source_record *record)
{
	(void)context;
	assert_int_equal(id, 0);
	assert_true(text_equal(name, text_of("old")));
	assert_int_equal(record->streams, 2);
	assert_int_equal(record->gaps, 1);
	assert_int_equal(record->missing, 3);
	assert_true(record->since == WORLD_BEGIN + 6);
	assert_int_equal(record->rows, 1);
}

static int count_row(void *context, const struct quarantined *row)
{
	assert_int_equal(row->seq, 4);
	++*(int *)context;
	return 0;
}

static int count_gap(void *context, const struct stream *stream, struct text name)
{
	assert_int_equal(stream->id, 1);
	assert_true(text_equal(name, text_of("t")));
	++*(int *)context;
	return 0;
}

static void check_upgraded(struct journal *journal)
{
	struct journal_view view;
	struct stream *stream;
	struct entry entry;
	int rows = 0, gaps = 0;

	assert_memory_equal(journal_id(journal), "sixteen bytes id", JOURNAL_ID);
	assert_int_equal(journal_view_begin(journal, &view), 0);
	assert_int_equal(journal_view_format(&view), JOURNAL_FORMAT);
	assert_int_equal(journal_view_sources(&view, is_the_old_source, NULL), 0);
	assert_int_equal(journal_view_refused(&view, 0, 0, count_row, &rows), 0);
	assert_int_equal(journal_view_gaps(&view, count_gap, &gaps), 0);
	journal_view_end(&view);
	assert_true(rows == 1 && gaps == 1);
	assert_int_equal(journal_find_stream(journal, text_of("old"), text_of("s"), &stream), 0);
	assert_int_equal(journal_lookup(journal, stream, 1, &entry), 0);
	assert_int_equal(entry.fact.time, WORLD_BEGIN);
	journal_append(journal, stream, stream->next, WORLD_BEGIN + 9, &entry);
	assert_int_equal(journal_commit(journal), 0);
}

static void a_journal_of_an_older_format_is_walked_read_and_becomes_one_of_this(void **state)
{
	struct journal *journal;
	struct journal_view view;
	struct dir dir;

	(void)state;
	for (char format = 1; format < JOURNAL_FORMAT_OF_GAPS; format++) {
		dir_begin(&dir);
		write_old(&dir, format);
		assert_false(walk(&dir, EVERYTHING).found);
		/* Beside a daemon, and of a backup, it is read as it is. */
		assert_int_equal(
			journal_open_read_only(dir_path(&dir, "journal"), secret, &journal), 0);
		assert_int_equal(journal_last(journal), 2);
		assert_int_equal(journal_view_begin(journal, &view), 0);
		assert_int_equal(journal_view_format(&view), format);
		journal_view_end(&view);
		journal_close(journal);
		for (int turn = 0; turn < 2; turn++) {
			assert_int_equal(journal_open(dir_path(&dir, "journal"), secret, &journal),
					 0);
			check_upgraded(journal);
			journal_close(journal);
			assert_false(walk(&dir, EVERYTHING).found);
		}
		dir_end(&dir);
	}
}

/* Of formats before 6 the records of sources end where they did. */
static void cut_sources(struct copy *copy, struct sum *sum)
{
	uint8_t key[ID_KEY], row[SOURCE_ROW];
	struct source_record record;
	struct text old, cut;

	for (uint32_t id = 0; store_get(&copy->txn, DB_SOURCES, id_encode(id, key), &old); id++) {
		assert_int_equal(source_row_decode(old, &record), 0);
		cut = source_row_encode(&record, row);
		cut.size = SOURCE_ROW_BEFORE_6;
		sum_remove(sum, DB_SOURCES, id_encode(id, key), old);
		sum_add(sum, DB_SOURCES, id_encode(id, key), cut);
		put(copy, DB_SOURCES, id_encode(id, key), cut);
	}
}

static void was_heard(void *context, uint32_t id, struct text name,
		      const struct source_record *record)
{
	(void)id, (void)name;
	++*(int *)context;
	assert_true(record->last_accepted > 0 && record->last_accepted == record->last_received);
}

/* All but what says which format it is, and what sources have sent, is as it was: of format 3 there
 * are no rows that may be judged again, of format 4 no facts with more than it knew. */
static void becomes_one_of_this(const char *format)
{
	uint8_t bytes[SUMS_BYTES];
	struct sum sums[DB_COUNT];
	struct journal *journal;
	struct journal_view view;
	struct text sums_there;
	struct copy copy;
	int sources = 0;

	copy_begin(&copy.dir);
	assert_int_equal(store_open(dir_path(&copy.dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &copy.store),
			 0);
	assert_int_equal(store_begin(copy.store, true, &copy.txn), 0);
	assert_true(store_get(&copy.txn, DB_META, text_of(SUMS_KEY), &sums_there));
	assert_int_equal(sums_decode(sums_there, sums), 0);
	sum_remove(&sums[DB_META], DB_META, text_of("format"),
		   (struct text){ &(char){ JOURNAL_FORMAT }, 1 });
	sum_add(&sums[DB_META], DB_META, text_of("format"), text_of(format));
	put(&copy, DB_META, text_of("format"), text_of(format));
	if (format[0] < JOURNAL_FORMAT_OF_RHYTHMS)
		cut_sources(&copy, &sums[DB_SOURCES]);
	sums_there = sums_encode(sums, bytes);
	sums_there.size = DB_COUNT_BEFORE_7 * SUM_BYTES;
	put(&copy, DB_META, text_of(SUMS_KEY), sums_there);
	assert_int_equal(store_commit(&copy.txn), 0);
	store_close(copy.store);
	assert_false(walk(&copy.dir, EVERYTHING).found);
	assert_int_equal(journal_open(dir_path(&copy.dir, "journal"), secret, &journal), 0);
	assert_int_equal(journal_view_begin(journal, &view), 0);
	assert_int_equal(journal_view_format(&view), JOURNAL_FORMAT);
	assert_int_equal(journal_view_sources(&view, was_heard, &sources), 0);
	assert_true(sources > 0);
	journal_view_end(&view);
	journal_close(journal);
	assert_false(walk(&copy.dir, EVERYTHING).found);
	dir_end(&copy.dir);
}

static void a_journal_of_format_3_to_6_becomes_one_of_this(void **state)
{
	(void)state;
	becomes_one_of_this("\3");
	becomes_one_of_this("\4");
	becomes_one_of_this("\5");
	becomes_one_of_this("\6");
}

static void a_journal_of_a_newer_format_is_not_called_damaged(void **state)
{
	struct journal_walk *walked;
	struct copy copy;
	bool more;

	(void)state;
	copy_begin(&copy.dir);
	assert_int_equal(store_open(dir_path(&copy.dir, "journal"), journal_db_names, DB_COUNT,
				    STORE_ROOM_MAX, &copy.store),
			 0);
	assert_int_equal(store_begin(copy.store, true, &copy.txn), 0);
	put(&copy, DB_META, text_of("format"), (struct text){ &(char){ JOURNAL_FORMAT + 1 }, 1 });
	assert_int_equal(store_commit(&copy.txn), 0);
	store_close(copy.store);
	assert_int_equal(journal_walk_begin(file_of(&copy.dir), EVERYTHING, &walked, &more),
			 LIFT_E_NEWER);
	dir_end(&copy.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_journal_is_whole_in_one_part_and_in_two),
		cmocka_unit_test(a_journal_that_is_not_there_or_only_begun_is_not_damaged),
		cmocka_unit_test(a_journal_whose_file_is_empty_or_has_no_commit_is_damaged),
		cmocka_unit_test(numbers_are_told_as_far_as_they_are_known),
		cmocka_unit_test(each_kind_of_damage_to_a_record_is_found_in_either_part),
		cmocka_unit_test(each_kind_of_damage_to_a_page_is_found),
		cmocka_unit_test(damage_that_lmdb_reads_past_is_found),
		cmocka_unit_test(a_changed_byte_is_found_or_changes_nothing),
		cmocka_unit_test(ranges_of_much_damage_cover_all_of_it),
		cmocka_unit_test(
			a_journal_of_an_older_format_is_walked_read_and_becomes_one_of_this),
		cmocka_unit_test(a_journal_of_format_3_to_6_becomes_one_of_this),
		cmocka_unit_test(a_journal_of_a_newer_format_is_not_called_damaged),
	};

	chance_begin();
	return cmocka_run_group_tests_name("journal_walk", tests, make_template, remove_template);
}
