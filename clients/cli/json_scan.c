/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/json_scan.h"

#include <string.h>

#include "clients/cli/sheet/row.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What a character is in an object. */
enum step { STEP_ON, STEP_END, STEP_BROKEN_BEFORE, STEP_BROKEN_AFTER };

static enum step step_in_text(struct json_scan *scan, char c)
{
	if (c == '\n')
		return STEP_BROKEN_AFTER;
	if (scan->escaped)
		scan->escaped = false;
	else if (c == '\\')
		scan->escaped = true;
	else
		scan->in_text = c != '"';
	return STEP_ON;
}

/* Brackets are counted, and not compared: whoever reads the object does that. */
static enum step step_in_object(struct json_scan *scan, char c)
{
	bool at_line = scan->at_line;

	if (scan->in_text)
		return step_in_text(scan, c);
	scan->at_line = c == '\n';
	if (is_space(c))
		return STEP_ON;
	if (c == '{' && scan->depth > 0 && (at_line || !strchr(":[,", scan->last)))
		return STEP_BROKEN_BEFORE;
	scan->last = c;
	scan->in_text = c == '"';
	if (c == '{' || c == '[')
		scan->depth++;
	else if (c == '}' || c == ']')
		scan->depth--;
	return scan->depth > 0 ? STEP_ON : STEP_END;
}

static enum json_found scan_object(struct json_scan *scan, const char *data, size_t size,
				   bool ended, size_t *ret_used, const char **ret_reason)
{
	enum step step = STEP_ON;
	size_t i = scan->at;

	while (i < size && i < ROW_MAX && step == STEP_ON)
		step = step_in_object(scan, data[i++]);
	scan->at = i;
	*ret_used = i;
	if (step == STEP_END) {
		scan->state = JSON_BETWEEN;
		return JSON_OBJECT;
	}
	if (step != STEP_ON) {
		scan->state = JSON_BETWEEN;
		*ret_used = step == STEP_BROKEN_BEFORE ? i - 1 : i;
		*ret_reason = step == STEP_BROKEN_BEFORE
				      ? "no JSON: the object is not closed"
				      : "no JSON: a text is not closed on its line";
		return JSON_REFUSED;
	}
	if (i == ROW_MAX) {
		scan->state = JSON_PASSING_OBJECT;
		*ret_reason = "the object is longer than 65536 bytes";
		return JSON_REFUSED;
	}
	if (ended) {
		scan->state = JSON_BETWEEN;
		*ret_reason = "no JSON: the file ends within the object";
		return JSON_REFUSED;
	}
	*ret_used = 0;
	return JSON_MORE;
}

static size_t pass_object(struct json_scan *scan, const char *data, size_t size)
{
	enum step step = STEP_ON;
	size_t i = 0;

	while (i < size && step == STEP_ON)
		step = step_in_object(scan, data[i++]);
	if (step != STEP_ON)
		scan->state = JSON_BETWEEN;
	return step == STEP_BROKEN_BEFORE ? i - 1 : i;
}

/* To the end of the line, or, in an array, to what may come next. */
static size_t pass_line(struct json_scan *scan, const char *data, size_t size)
{
	size_t i = 0;

	while (i < size && data[i] != '\n' && !(scan->in_array && strchr(",]{", data[i])))
		i++;
	if (i < size) {
		scan->state = JSON_BETWEEN;
		i += data[i] == '\n';
	}
	return i;
}

/* Between objects, where what was passed has ended: spaces, commas, the brackets of an array, the
 * marks of files that were joined. How many bytes they are. */
static size_t pass_between(struct json_scan *scan, const char *data, size_t size)
{
	size_t i = 0;

	for (; i < size; i++) {
		if (data[i] == (scan->in_array ? ']' : '['))
			scan->in_array = !scan->in_array;
		else if (!is_space(data[i]) && data[i] != ',')
			break;
	}
	if (size - i >= 3 && memcmp(data + i, byte_order_mark, 3) == 0)
		return i + 3;
	return i;
}

static bool may_be_mark(const char *data, size_t size)
{
	return size < 3 && memcmp(data, byte_order_mark, size) == 0;
}

enum json_found json_scan_next(struct json_scan *scan, const char *data, size_t size, bool ended,
			       size_t *ret_used, const char **ret_reason)
{
	if (scan->state == JSON_IN_OBJECT)
		return scan_object(scan, data, size, ended, ret_used, ret_reason);
	*ret_used = 0;
	if (scan->state == JSON_PASSING_OBJECT)
		*ret_used = pass_object(scan, data, size);
	else if (scan->state == JSON_PASSING_LINE)
		*ret_used = pass_line(scan, data, size);
	if (*ret_used == 0)
		*ret_used = pass_between(scan, data, size);
	if (*ret_used > 0)
		return JSON_NOTHING;
	if (!ended && may_be_mark(data, size))
		return JSON_MORE;
	if (data[0] == '{') {
		*scan = (struct json_scan){ .state = JSON_IN_OBJECT, .in_array = scan->in_array };
		return scan_object(scan, data, size, ended, ret_used, ret_reason);
	}
	scan->state = JSON_PASSING_LINE;
	*ret_used = 1;
	*ret_reason = "a row must be a JSON object";
	return JSON_REFUSED;
}
