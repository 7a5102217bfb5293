/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/metrics/exposition.h"

#include <inttypes.h>
#include <math.h>

enum { OWN = 1 /* the series that says how many there are not */ };
static const double exact_most = 9007199254740992.0; /* 2^53 */

static const struct {
	const char *word, *suffix;
} types[] = {
	[EXPOSITION_GAUGE] = { "gauge", "" },
	[EXPOSITION_COUNTER] = { "counter", "_total" },
	[EXPOSITION_INFO] = { "info", "_info" },
};

void exposition_begin(struct exposition *exposition, enum exposition_type type, const char *name,
		      const char *help)
{
	exposition->family = (struct exposition_family){ name, help, type };
	exposition->is_begun = false;
}

/* OpenMetrics names the family, the older format the series. */
static void put_head(struct exposition *exposition)
{
	const struct exposition_family *family = &exposition->family;
	const char *suffix = exposition->is_openmetrics ? "" : types[family->type].suffix;
	const char *word = types[family->type].word;

	if (family->type == EXPOSITION_INFO && !exposition->is_openmetrics)
		word = "gauge";
	fprintf(exposition->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", family->name, suffix,
		family->help, family->name, suffix, word);
	exposition->is_begun = true;
}

static void put_escaped(FILE *out, struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		if (c == '\n')
			fputs("\\n", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			putc(c, out);
	}
}

static void put_number(FILE *out, double value)
{
	if (value == floor(value) && fabs(value) <= exact_most)
		fprintf(out, "%.0f", value);
	else
		fprintf(out, "%.15g", value);
}

static void put_line(struct exposition *exposition, const struct exposition_label *labels, size_t n,
		     double value)
{
	const struct exposition_family *family = &exposition->family;
	FILE *out = exposition->out;

	if (!exposition->is_begun)
		put_head(exposition);
	fprintf(out, "%s%s", family->name, types[family->type].suffix);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		put_escaped(out, labels[i].value);
		putc('"', out);
	}
	fputs(n ? "} " : " ", out);
	put_number(out, value);
	putc('\n', out);
	exposition->series++;
}

void exposition_put(struct exposition *exposition, const struct exposition_label *labels, size_t n,
		    double value)
{
	if (exposition->series + OWN < exposition->series_max)
		put_line(exposition, labels, n, value);
	else
		exposition->left_out++;
}

void exposition_put_json(struct exposition *exposition, const struct exposition_label *labels,
			 size_t n, const json_t *value, double factor)
{
	if (json_is_number(value))
		exposition_put(exposition, labels, n, json_number_value(value) * factor);
	else if (json_is_boolean(value))
		exposition_put(exposition, labels, n, json_is_true(value));
}

void exposition_one(struct exposition *exposition, const char *name, const char *help, double value)
{
	exposition_begin(exposition, EXPOSITION_GAUGE, name, help);
	exposition_put(exposition, NULL, 0, value);
}

void exposition_one_json(struct exposition *exposition, enum exposition_type type, const char *name,
			 const char *help, const json_t *value, double factor)
{
	exposition_begin(exposition, type, name, help);
	exposition_put_json(exposition, NULL, 0, value, factor);
}

void exposition_end(struct exposition *exposition)
{
	exposition_begin(exposition, EXPOSITION_GAUGE, "lift_web_series_left_out",
			 "Series that are not here, since there are more than series_max.");
	put_line(exposition, NULL, 0, (double)exposition->left_out);
	if (exposition->is_openmetrics)
		fputs("# EOF\n", exposition->out);
}
