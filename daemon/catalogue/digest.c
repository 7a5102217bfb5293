/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What shapes contributions, as one digest: a ledger that was made with another one is built anew.
 * Names, labels, levels, places, headcounts, targets' values and shares, and how many a requirement
 * asks of each place, are looked up when a figure is read, and are no part of it.
 */
#include "daemon/catalogue/index.h"

#include <sodium.h>

enum { FORMAT = 2 /* of what is digested */ };

struct digest {
	crypto_generichash_state state;
};

static void put_number(struct digest *digest, int64_t number)
{
	uint8_t bytes[8];

	put_be(bytes, (uint64_t)number, sizeof(bytes));
	crypto_generichash_update(&digest->state, bytes, sizeof(bytes));
}

/* The length goes before the bytes, so that no two catalogues make the same row of them. */
static void put_text(struct digest *digest, struct text text)
{
	put_number(digest, (int64_t)text.size);
	if (text.size)
		crypto_generichash_update(&digest->state, (const uint8_t *)text.data, text.size);
}

static void put_texts(struct digest *digest, const char *const *texts, uint32_t n)
{
	put_number(digest, n);
	for (uint32_t i = 0; i < n; i++)
		put_text(digest, text_of(texts[i]));
}

static void put_numbers(struct digest *digest, const uint32_t *numbers, uint32_t n)
{
	put_number(digest, n);
	for (uint32_t i = 0; i < n; i++)
		put_number(digest, numbers[i]);
}

static void put_where(struct digest *digest, const struct where *where)
{
	put_number(digest, where->n);
	for (uint32_t i = 0; i < where->n; i++) {
		put_number(digest, where->is[i].dimension);
		put_number(digest, where->is[i].value);
	}
}

static void put_dimension(struct digest *digest, const struct dimension *dimension)
{
	put_text(digest, text_of(dimension->name));
	put_texts(digest, dimension->values, dimension->n_values);
	for (uint32_t i = 0; i < dimension->n_values; i++) {
		const struct value_words *words = &dimension->words[i];

		put_number(digest, words->folds);
		put_texts(digest, words->aliases, words->n_aliases);
	}
}

static void put_region(struct digest *digest, const struct region *region)
{
	put_text(digest, text_of(region->code));
	put_texts(digest, region->aliases, region->n_aliases);
	put_numbers(digest, region->parents, region->n_parents);
}

static void put_module(struct digest *digest, const struct module *module)
{
	put_text(digest, text_of(module->id));
	put_texts(digest, module->aliases, module->n_aliases);
	put_number(digest, module->pass_mark);
	put_number(digest, module->stalled_after_days);
	put_number(digest, module->minutes);
	put_number(digest, module->n_grants);
	for (uint32_t i = 0; i < module->n_grants; i++) {
		put_number(digest, module->grants[i].competence);
		put_number(digest, module->grants[i].level);
		put_number(digest, module->grants[i].by_pass);
		put_number(digest, module->grants[i].valid_months);
	}
}

static void put_programme(struct digest *digest, const struct programme *programme)
{
	put_text(digest, text_of(programme->id));
	put_numbers(digest, programme->modules, programme->n_modules);
	put_number(digest, programme->from);
	put_number(digest, programme->to);
	put_number(digest, programme->n_memberships);
	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		put_number(digest, programme->memberships[i].region);
		put_number(digest, programme->memberships[i].from);
		put_number(digest, programme->memberships[i].to);
	}
	put_number(digest, programme->complete);
	put_number(digest, programme->by_pass);
	put_number(digest, programme->admission);
	put_number(digest, programme->enrolled_only);
	put_number(digest, programme->profile);
	put_number(digest, programme->stalled_after_days);
	put_number(digest, programme->n_targets);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		put_number(digest, programme->targets[i].measure);
		put_number(digest, programme->targets[i].each);
		put_number(digest, programme->targets[i].region);
		put_where(digest, &programme->targets[i].where);
	}
}

static void put_competence(struct digest *digest, const struct competence *competence)
{
	put_text(digest, text_of(competence->id));
	put_number(digest, competence->n_requirements);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		put_number(digest, competence->requirements[i].level);
		put_where(digest, &competence->requirements[i].where);
	}
}

void catalogue_digest(struct catalogue *c)
{
	struct digest digest;

	crypto_generichash_init(&digest.state, NULL, 0, sizeof(c->digest));
	put_number(&digest, FORMAT);
	put_text(&digest, calendar_bytes(c->calendar));
	put_number(&digest, c->n_dimensions);
	for (uint32_t i = 0; i < c->n_dimensions; i++)
		put_dimension(&digest, &c->dimensions[i]);
	put_number(&digest, c->n_regions);
	for (uint32_t i = 0; i < c->n_regions; i++)
		put_region(&digest, &c->regions[i]);
	put_number(&digest, c->n_modules);
	for (uint32_t i = 0; i < c->n_modules; i++)
		put_module(&digest, &c->modules[i]);
	put_number(&digest, c->n_programmes);
	for (uint32_t i = 0; i < c->n_programmes; i++)
		put_programme(&digest, &c->programmes[i]);
	put_number(&digest, c->n_competences);
	for (uint32_t i = 0; i < c->n_competences; i++)
		put_competence(&digest, &c->competences[i]);
	crypto_generichash_final(&digest.state, c->digest, sizeof(c->digest));
}

void catalogue_text_digest(const struct catalogue *catalogue, char to[static CATALOGUE_TEXT_DIGEST])
{
	uint8_t digest[CATALOGUE_TEXT_DIGEST / 2];

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)catalogue->text.data,
			   catalogue->text.size, NULL, 0);
	sodium_bin2hex(to, CATALOGUE_TEXT_DIGEST, digest, sizeof(digest));
}
