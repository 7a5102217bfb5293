/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What shapes contributions, as one digest: a ledger that was made with another one is built anew.
 * Names, levels, places, headcounts and targets' values are asked for when a figure is read, and
 * are not part of it.
 */
#include "daemon/catalogue/parts.h"

#include <sodium.h>

enum { FORMAT = 1 /* of what is digested */ };

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
	put_numbers(digest, programme->regions, programme->n_regions);
	put_number(digest, programme->complete);
	put_number(digest, programme->stalled_after_days);
	put_number(digest, programme->n_targets);
	for (uint32_t i = 0; i < programme->n_targets; i++) {
		put_number(digest, programme->targets[i].measure);
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
	for (uint32_t i = 0; i < c->n_dimensions; i++) {
		put_text(&digest, text_of(c->dimensions[i].name));
		put_texts(&digest, c->dimensions[i].values, c->dimensions[i].n_values);
	}
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
