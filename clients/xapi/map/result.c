/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/result.h"

#include <math.h>

#include "clients/xapi/map/places.h"
#include "clients/xapi/map/words.h"

static bool number_of(const json_t *map, const char *key, double *ret_value)
{
	const json_t *value = json_object_get(map, key);

	if (!json_is_number(value))
		return false;
	*ret_value = json_number_value(value);
	return isfinite(*ret_value);
}

static struct score score_at(const struct map *map, double value, const char *how)
{
	struct score score = { .value = -1, .how = how };

	/* Of numbers near the end of all there are, the difference may be none. */
	if (isnan(value))
		return (struct score){ .value = -1,
				       .dropped = map->out_of_range != RANGE_REFUSE,
				       .refused = map->out_of_range == RANGE_REFUSE,
				       .how = how };
	/* What differs from the range by rounding alone is in it, as METRICS has it. */
	if (floor(value * SCORE_ONE + 0.5) >= 0 && floor(value * SCORE_ONE + 0.5) <= SCORE_ONE) {
		score.value = event_score(value < 0 ? 0 : value > 1 ? 1 : value);
		return score;
	}
	score.dropped = map->out_of_range != RANGE_REFUSE;
	score.refused = map->out_of_range == RANGE_REFUSE;
	if (map->out_of_range == RANGE_CLIP)
		score.value = value < 0 ? 0 : SCORE_ONE;
	return score;
}

struct score score_of(const struct statement *statement)
{
	const struct map *map = statement->map;
	const char *source = statement->platform->source;
	const json_t *json = json_object_get(json_object_get(statement->json, "result"), "score");
	double raw = 0, min = 0, max = 0, scaled;
	bool has_raw = number_of(json, "raw", &raw), has_max = number_of(json, "max", &max);

	if (!json_is_object(json))
		return (struct score){ .value = -1, .how = "there is none" };
	number_of(json, "min", &min);
	if (has_raw && has_max && max > min)
		return score_at(map, (raw - min) / (max - min), "raw, of min to max");
	if (number_of(json, "scaled", &scaled)) {
		if (source && words_find(&map->shifted, text_of(source)) != IRI_NONE)
			return score_at(map, (scaled + 1) / 2,
					"scaled, of -1 to 1 (scaled_from_minus_1)");
		return score_at(map, scaled, "scaled");
	}
	return (struct score){
		.value = -1,
		.dropped = has_raw,
		.how = has_raw ? "raw says nothing without a max that is above min"
			       : "neither raw nor scaled",
	};
}

/* One part, "1.5H": its value, and the letter. */
static bool read_part(const char **at, const char *end, double *ret_value, char *ret_letter)
{
	double value = 0, place = 1;
	const char *from = *at, *digits;

	while (*at < end && **at >= '0' && **at <= '9')
		value = value * 10 + (*(*at)++ - '0');
	if (*at == from)
		return false;
	if (*at < end && (**at == '.' || **at == ',')) {
		digits = ++*at;
		while (*at < end && **at >= '0' && **at <= '9')
			value += (*(*at)++ - '0') * (place /= 10);
		if (*at == digits)
			return false;
	}
	if (*at == end)
		return false;
	*ret_value = value;
	*ret_letter = *(*at)++;
	return true;
}

/* A duration of ISO 8601, also with weeks, and fractions in any part; a year has 365 days, a month
 * 30. False where it is none. */
static bool duration_parse(struct text text, double *ret_s)
{
	static const struct {
		char letter;
		bool of_time;
		double s;
	} parts[] = {
		{ 'Y', false, 365 * 86400. },
		{ 'M', false, 30 * 86400. },
		{ 'W', false, 7 * 86400. },
		{ 'D', false, 86400. },
		{ 'H', true, 3600. },
		{ 'M', true, 60. },
		{ 'S', true, 1. },
	};
	const char *at = text.data, *end = at + text.size;
	size_t next = 0, n = sizeof(parts) / sizeof(parts[0]);
	bool time = false, any = false;
	double s = 0;

	if (text.size < 2 || *at++ != 'P')
		return false;
	while (at < end) {
		double value;
		char letter;

		if (*at == 'T' && !time) {
			at++;
			time = true;
			any = false;
			continue;
		}
		if (!read_part(&at, end, &value, &letter))
			return false;
		while (next < n && (parts[next].letter != letter || parts[next].of_time != time))
			next++;
		if (next == n)
			return false;
		s += value * parts[next++].s;
		any = true;
	}
	if (any)
		*ret_s = s;
	return any;
}

int32_t minutes_of(const json_t *statement, int64_t *ret_ms)
{
	struct text text =
		json_text(json_object_get(json_object_get(statement, "result"), "duration"));
	double s;

	if (!duration_parse(text, &s))
		return -1;
	if (s >= (MINUTES_MAX + 0.5) * 60)
		return MINUTES_MAX + 1;
	*ret_ms = (int64_t)(s * 1000);
	return (int32_t)floor(s / 60 + 0.5);
}
