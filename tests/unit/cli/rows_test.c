/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/rows.h"
#include "clients/cli/sheet/separator.h"
#include "proto/iso8601.h"
#include "proto/json.h"
#include "proto/visible.h"
#include "tests/seed.h"

/* What a reader said, as text: "LINE EVENT" and "LINE! REASON", a line each. */
struct heard {
	char *text;
	size_t size;
	FILE *out;
	struct msg_reader *reader;
};

/* "17", or "17.2" for the second row that begins there. */
static void print_place(const struct heard *heard, uint64_t place)
{
	fprintf(heard->out, "%" PRIu64, row_line(place));
	if (row_nth(place) > 0)
		fprintf(heard->out, ".%" PRIu64, row_nth(place) + 1);
}

static int hear_event(void *context, struct text event, uint64_t place)
{
	struct heard *heard = context;
	json_t *json;
	char *text;

	assert_int_equal(json_from_msg(heard->reader, event, &json), 0);
	text = json_line(json);
	print_place(heard, place);
	fprintf(heard->out, " %s\n", text);
	free(text);
	json_decref(json);
	return 0;
}

static void hear_refused(void *context, uint64_t place, const char *reason)
{
	struct heard *heard = context;

	print_place(heard, place);
	fprintf(heard->out, "! %s\n", reason);
}

/* Read a text in pieces: what was heard, which the caller frees; the problem of a header at its
 * end. */
static char *read_encoded(enum rows_format format, enum encoding encoding, const char *text,
			  size_t size, size_t piece)
{
	struct heard heard = { .reader = msg_reader_new() };
	const struct rows_sink sink = { &heard, hear_event, hear_refused };
	struct rows *rows;
	int err = 0;

	heard.out = open_memstream(&heard.text, &heard.size);
	assert_int_equal(rows_open(format, encoding, &(struct sheet){ .zone = NULL }, &sink, &rows),
			 0);
	for (size_t i = 0; !err && i < size; i += piece)
		err = rows_feed(rows, text + i, size - i < piece ? size - i : piece);
	if (!err)
		err = rows_finish(rows);
	if (err)
		fprintf(heard.out, "%s: %s\n", lift_err_code(err), rows_problem(rows));
	fclose(heard.out);
	rows_free(rows);
	msg_reader_free(heard.reader);
	return heard.text;
}

static char *read_text(enum rows_format format, const char *text, size_t size, size_t piece)
{
	return read_encoded(format, ENCODING_UTF8, text, size, piece);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define ARCHIVE "this is an archive: unpack it; or a workbook: save the sheet as \"CSV UTF-8\""
#define SAVED                                                                            \
	", not a CSV file: in Excel, File > Save As > \"CSV UTF-8 (Comma delimited)\"; " \
	"in LibreOffice, File > Save As > \"Text CSV\"\n"
#define NAMES                                                                          \
	"type, time, learner, module, region, score, passed, phase, minutes, state, "  \
	"valid_until, attrs.NAME, voids.type, voids.time, voids.score, voids.passed, " \
	"voids.phase, voids.minutes and voids.state; for other columns, say by a map " \
	"(--map) what they are"
#define HEADER "type,time,learner,module,region,score,passed,attrs.role,voids.type,voids.time\n"
#define NOT    "! a row must be a JSON object\n"
#define BODY   "\"type\":\"started\",\"time\":5,\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\""
#define WHO    "\"type\":\"x\",\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\","
#define HEARD  "\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\","
#define EVENT \
	"\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\",\"time\":5,\"type\":\"started\"}\n"

static const struct {
	const char *why;
	enum rows_format format;
	const char *text, *heard;
} cases[] = {
	{ "a plain row", ROWS_CSV, HEADER "started,5,a,m,r,,,,,\n", "2 {" EVENT },
	{ "the last newline may be missing", ROWS_CSV, HEADER "started,5,a,m,r,,,,,", "2 {" EVENT },
	{ "lines may end as on Windows", ROWS_CSV,
	  "type,time,learner,module,region\r\nstarted,5,a,m,r\r\n", "2 {" EVENT },
	{ "a byte-order mark is no part of the header", ROWS_CSV,
	  "\xef\xbb\xbftype,time,learner,module,region\nstarted,5,a,m,r\n", "2 {" EVENT },
	{ "empty lines are no rows, but are counted", ROWS_CSV,
	  HEADER "\n\r\nstarted,5,a,m,r,,,,,\n", "4 {" EVENT },
	{ "maps come from dotted columns, values with their types", ROWS_CSV,
	  HEADER "assessed,2026-08-17T09:00:00+02:00,a,m,r,0.5,true,nurse,started,7\n",
	  "2 {\"attrs\":{\"role\":\"nurse\"},\"learner\":\"a\",\"module\":\"m\",\"passed\":true,"
	  "\"region\":\"r\",\"score\":0.5,\"time\":1786950000000,\"type\":\"assessed\","
	  "\"voids\":{\"time\":7,\"type\":\"started\"}}\n" },
	{ "a score is a real number also where it is whole", ROWS_CSV,
	  "type,time,learner,module,region,score\na,5,a,m,r,1\n",
	  "2 "
	  "{\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\",\"score\":1.0,\"time\":5,\"type\":"
	  "\"a\"}\n" },
	{ "what cannot be converted goes on as the text that it is", ROWS_CSV,
	  "type,time,learner,module,region,score,passed\nx,soon,a,m,r,0x1p3,yes\n",
	  "2 "
	  "{\"learner\":\"a\",\"module\":\"m\",\"passed\":\"yes\",\"region\":\"r\",\"score\":"
	  "\"0x1p3\","
	  "\"time\":\"soon\",\"type\":\"x\"}\n" },
	{ "spaces around a value are no part of it, spaces in it are", ROWS_CSV,
	  "type,time,learner,module,region\nstarted, 5,a  b ,\" m\n\",r\t\n",
	  "2 {\"learner\":\"a  b\",\"module\":\"m\",\"region\":\"r\",\"time\":5,"
	  "\"type\":\"started\"}\n" },
	{ "nor are spaces and marks that nobody sees", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,\xc2\xa0"
	  "5\xe2\x80\xaf,\xe2\x80\x8b"
	  "a\xe2\x80\x8d,\xef\xbb\xbfm\xe2\x80\x8e,\xe3\x80\x80r\n",
	  "2 {" EVENT },
	{ "a space stands before a quote", ROWS_CSV,
	  "type, time, \"learner\", module, region\nstarted, 5, \"a\" , \"m\", r\n", "2 {" EVENT },
	{ "a byte-order mark that came into the middle", ROWS_CSV,
	  "type,time,learner,module,region\n\xef\xbb\xbfstarted,5,a,m,r\n", "2 {" EVENT },
	{ "semicolons, as spreadsheets of the North write them, with decimal commas", ROWS_CSV,
	  "type;time;learner;module;region;score;passed\r\nassessed;5;a;m;r;0,82;SANN\r\n",
	  "2 {\"learner\":\"a\",\"module\":\"m\",\"passed\":true,\"region\":\"r\",\"score\":0.82,"
	  "\"time\":5,\"type\":\"assessed\"}\n" },
	{ "tabs", ROWS_CSV, "type\ttime\tlearner\tmodule\tregion\nstarted\t5\ta\tm\tr\n",
	  "2 {" EVENT },
	{ "semicolons, and a separator and newline in quotes", ROWS_CSV,
	  "\"type\";time;learner;module;region\nstarted;5;\"a;\n,\";m;r\nstarted;5;a;m;r\n",
	  "2 {\"learner\":\"a;\\n,\",\"module\":\"m\",\"region\":\"r\",\"time\":5,"
	  "\"type\":\"started\"}\n4 {" EVENT },
	{ "commas in a file of semicolons", ROWS_CSV,
	  "type;time;learner;module;region\nstarted;5;\"a,b\";m,\"n;r\nstarted;5;a;m;r\n",
	  "2! quotes enclose a whole cell, and quotes in it are doubled\n3 {" EVENT },
	{ "a first line that names the separator", ROWS_CSV,
	  "sep=;\r\ntype;time;learner;module;region\r\nstarted;5;a;m;r\r\n", "3 {" EVENT },
	{ "in quotes, behind a byte-order mark, another one", ROWS_CSV,
	  "\xef\xbb\xbf\"SEP=|\"\ntype|time|learner|module|region\nstarted|5|a|m|r\n",
	  "3 {" EVENT },
	{ "a decimal comma in quotes, in a file of commas", ROWS_CSV,
	  "type,time,learner,module,region,score\na,5,a,m,r,\"0,5\"\n",
	  "2 {\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\",\"score\":0.5,\"time\":5,"
	  "\"type\":\"a\"}\n" },
	{ "a decimal comma without quotes there", ROWS_CSV,
	  "type,time,learner,module,region,score\na,5,a,m,r,0,5\nstarted,5,a,m,r,\n",
	  "2! the row has a value in cell 7, and the header 6 columns: is a separator in a value "
	  "that is not in quotes?\n3 {" EVENT },
	{ "rows of nothing but separators and spaces", ROWS_CSV,
	  "type,time,learner,module,region\n,,,,\n ,,\xc2\xa0\n,,,,,,,\nstarted,5,a,m,r\n",
	  "5 {" EVENT },
	{ "cells that are missing at the end are empty", ROWS_CSV,
	  HEADER "started,5,a,m,r\nstarted,5,a,m,r,,\n", "2 {" EVENT "3 {" EVENT },
	{ "so are those that are too many", ROWS_CSV,
	  "type,time,learner,module,region,,,\nstarted,5,a,m,r,,,,,,\n", "2 {" EVENT },
	{ "commas and quotes in quotes", ROWS_CSV,
	  "type,time,learner,module,region\n\"started\",5,\"a,\"\"b\"\"\",m,r\n",
	  "2 "
	  "{\"learner\":\"a,\\\"b\\\"\",\"module\":\"m\",\"region\":\"r\",\"time\":5,\"type\":"
	  "\"started\"}\n" },
	{ "a newline in quotes is counted; a row's line is its first", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,\"a\nb\",m,r\nstarted,5,a,m,r\n",
	  "2 "
	  "{\"learner\":\"a\\nb\",\"module\":\"m\",\"region\":\"r\",\"time\":5,\"type\":"
	  "\"started\"}\n"
	  "4 {" EVENT },
	{ "too few cells, too many cells; the next row is read", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5\nstarted,5,a,m,r,x\nstarted,5,a,m,r\n",
	  "2! the row has 2 of 5 cells: 'learner' is missing\n"
	  "3! the row has a value in cell 6, and the header 5 columns: is a separator in a value "
	  "that is not in quotes?\n4 {" EVENT },
	{ "text behind a closing quote", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,\"a\"b,m,r\nstarted,5,a,m,r\n",
	  "2! quotes enclose a whole cell, and quotes in it are doubled\n3 {" EVENT },
	{ "a quote in the middle of a cell does not open anything", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,a\"b,m,r\nstarted,5,a,m,r\n",
	  "2! quotes enclose a whole cell, and quotes in it are doubled\n3 {" EVENT },
	{ "a quote that is not closed costs its own line only", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,\"a,m,r\nstarted,5,a,m,r\n",
	  "2! a quote in the row is not closed\n3 {" EVENT },
	{ "a lone carriage return", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,a\rb,m,r\nstarted,5,a,m,r\n",
	  "2! a carriage return in the middle of a row is in quotes\n3 {" EVENT },
	{ "no UTF-8", ROWS_CSV,
	  "type,time,learner,module,region\nstarted,5,\xff,m,r\nstarted,5,a,m,r\n",
	  "2! the row is not UTF-8\n3 {" EVENT },
	{ "an unknown column", ROWS_CSV, "type,time,learner,module,region,voids.learner\n",
	  "malformed: the header has a column 'voids.learner'; there are " NAMES "\n" },
	{ "a column twice", ROWS_CSV, "type,time,learner,module,region,Time\n",
	  "malformed: the header has the column 'Time' twice\n" },
	{ "columns in another case, but for attributes", ROWS_CSV,
	  "Type,TIME,Learner,module,region,attrs.Role,Voids.time\n",
	  "malformed: the header has a column 'Voids.time'; there are " NAMES "\n" },
	{ "these are read", ROWS_CSV, "Type,TIME,Learner,module,region\nstarted,5,a,m,r\n",
	  "2 {" EVENT },
	{ "a column without a name, as of a data frame's index", ROWS_CSV,
	  ",type,time,learner,module,region\n",
	  "malformed: column 1 of the header has no name; there are " NAMES "\n" },
	{ "no header at all: the row may have an id, and is not quoted", ROWS_CSV,
	  "anna.hansen,started,5,m,r\n",
	  "malformed: the first line must be a header with the names of columns; there are " NAMES
	  "\n" },
	{ "carriage returns alone", ROWS_CSV, "type,time,learner,module,region\rstarted,5,a,m,r\r",
	  "malformed: lines must end with a newline, not with carriage returns alone: save it "
	  "as \"CSV UTF-8\"\n" },
	{ "a problem does not steer a terminal", ROWS_CSV, "type,\x1b[31m\xc2\x9b\xe2\x80\xaey\n",
	  "malformed: the header has a column '?[31m?\?\?\?\?y'; there are " NAMES "\n" },
	{ "a file without anything has no rows", ROWS_CSV, "", "" },
	{ "nor has one of empty lines", ROWS_CSV, "\xef\xbb\xbf\n\r\n", "" },
	{ "nor one that ends behind its header", ROWS_CSV, HEADER, "" },
	{ "nor one of empty lines of JSON", ROWS_JSONL, "\n \n", "" },
	{ "a line of JSON", ROWS_JSONL,
	  "{\"type\":\"started\",\"time\":5,\"learner\":\"a\",\"module\":\"m\",\"region\":\"r\"}",
	  "1 {" EVENT },
	{ "times that are texts become integers, where they can", ROWS_JSONL,
	  "{" WHO "\"time\":\"2026-08-17T07:00:00Z\",\"voids\":{\"time\":\"1\"}}\n"
	  "{" WHO "\"time\":\"soon\"}\n",
	  "1 {" HEARD "\"time\":1786950000000,\"type\":\"x\",\"voids\":{\"time\":1}}\n"
	  "2 {" HEARD "\"time\":\"soon\",\"type\":\"x\"}\n" },
	{ "times with a point", ROWS_JSONL, "{" WHO "\"time\":1786950000000.75}\n",
	  "1 {" HEARD "\"time\":1786950000000,\"type\":\"x\"}\n" },
	{ "a program that knows only texts", ROWS_JSONL,
	  "{" WHO "\"time\":\"5\",\"attrs\":{\"role\":\"\",\"passed\":\" TRUE\"},\"passed\":"
	  "\"True\",\"phase\":\"\",\"score\":\"0.5\",\"voids\":{\"passed\":\"\"}}\n",
	  "1 {\"attrs\":{\"passed\":\"TRUE\",\"role\":\"\"},\"learner\":\"a\",\"module\":\"m\","
	  "\"passed\":true,\"phase\":null,\"region\":\"r\",\"score\":0.5,\"time\":5,\"type\":"
	  "\"x\",\"voids\":{\"passed\":null}}\n" },
	{ "minutes, states and days, as programs write them that have only texts or real numbers",
	  ROWS_JSONL,
	  "{" WHO "\"time\":5,\"minutes\":\" 90\",\"state\":\"\",\"valid_until\":\"\"}\n"
	  "{" WHO "\"time\":5,\"minutes\":90.0,\"state\":\"waiting \",\"valid_until\":"
	  "\" 2026-12-31\",\"voids\":{\"minutes\":\"90\",\"state\":\"\"}}\n"
	  "{" WHO "\"time\":5,\"minutes\":1.5}\n",
	  "1 {\"learner\":\"a\",\"minutes\":90,\"module\":\"m\",\"region\":\"r\",\"state\":null,"
	  "\"time\":5,\"type\":\"x\",\"valid_until\":null}\n"
	  "2 {\"learner\":\"a\",\"minutes\":90,\"module\":\"m\",\"region\":\"r\",\"state\":"
	  "\"waiting\",\"time\":5,\"type\":\"x\",\"valid_until\":\"2026-12-31\",\"voids\":{"
	  "\"minutes\":90,\"state\":null}}\n"
	  "3 {\"learner\":\"a\",\"minutes\":1.5,\"module\":\"m\",\"region\":\"r\",\"time\":5,"
	  "\"type\":\"x\"}\n" },
	{ "ids and codes that are numbers", ROWS_JSONL,
	  "{\"type\":\"x\",\"time\":5,\"learner\":17,\"module\":-1,\"region\":1813,\"attrs\":"
	  "{\"level\":3,\"share\":0.5}}\n",
	  "1 {\"attrs\":{\"level\":\"3\",\"share\":0.5},\"learner\":\"17\",\"module\":\"-1\","
	  "\"region\":\"1813\",\"time\":5,\"type\":\"x\"}\n" },
	{ "spaces around texts", ROWS_JSONL,
	  "{\"type\":\"started\",\"time\":5,\"learner\":\" a\",\"module\":\"m\\u00a0\","
	  "\"region\":\"r\\u200b\\n\"}",
	  "1 {" EVENT },
	{ "an array over several lines", ROWS_JSONL,
	  "[\n  {\n    " BODY "\n  },\n  {" BODY "}\n]\n", "2 {" EVENT "5 {" EVENT },
	{ "an array on a line", ROWS_JSONL, "[{" BODY "},{" BODY "}]", "1 {" EVENT "1.2 {" EVENT },
	{ "an object over several lines, one behind another", ROWS_JSONL,
	  "{\r\n\"attrs\":\r\n {},\r\n" BODY "\r\n}\r\n{" BODY "}{" BODY "}\n",
	  "1 {\"attrs\":{}," EVENT "6 {" EVENT "6.2 {" EVENT },
	{ "lines that end with commas", ROWS_JSONL, "{" BODY "},\n{" BODY "},\n",
	  "1 {" EVENT "2 {" EVENT },
	{ "arrays that were joined, with their byte-order marks", ROWS_JSONL,
	  "\xef\xbb\xbf[{" BODY "}]\n\xef\xbb\xbf[{" BODY "}]\n", "1 {" EVENT "2 {" EVENT },
	{ "an array that was cut off", ROWS_JSONL, "[{" BODY "},\n",
	  "1 {" EVENT "2! the array is not closed: the file may be cut off\n" },
	{ "an object that was cut off", ROWS_JSONL, "{" BODY "}\n{" BODY,
	  "1 {" EVENT "2! no JSON: the file ends within the object\n" },
	{ "brackets and quotes in texts", ROWS_JSONL,
	  "{\"attrs\":{\"a\":\"}\\\"{[\\\\\"}," BODY "}\n{" BODY "}\n",
	  "1 {\"attrs\":{\"a\":\"}\\\"{[\\\\\"}," EVENT "2 {" EVENT },
	{ "an object that is not closed costs itself only", ROWS_JSONL,
	  "{" BODY ",\n{" BODY "}\n{" BODY " {" BODY "}\n{" BODY ",\"attrs\":\n{" BODY "}\n",
	  "1! no JSON: the object is not closed\n2 {" EVENT
	  "3! no JSON: the object is not closed\n3.2 {" EVENT
	  "4! no JSON: the object is not closed\n5 {" EVENT },
	{ "so does a text that is not closed", ROWS_JSONL,
	  "{" BODY ",\"phase\":\"pre}\n{" BODY "}\n",
	  "1! no JSON: a text is not closed on its line\n2 {" EVENT },
	{ "what is no object, and no JSON; lines without anything", ROWS_JSONL,
	  "[1]\n\n{\"a\":}\n{" BODY "}\n<html> {\n]\n{" BODY "}}\n{" BODY "}\n",
	  "1! a row must be a JSON object\n3! no JSON: unexpected token (column 6)\n4 {" EVENT
	  "5! a row must be a JSON object\n6! a row must be a JSON object\n7 {" EVENT
	  "7.2! a row must be a JSON object\n8 {" EVENT },
	{ "what is no object, in an array", ROWS_JSONL,
	  "[\"a\", null,\n5, {" BODY "}, 7\n, {" BODY "}]",
	  "1! a row must be a JSON object\n1.2! a row must be a JSON object\n"
	  "2! a row must be a JSON object\n2.2 {" EVENT
	  "2.3! a row must be a JSON object\n3 {" EVENT },
	{ "an error within an object of several lines; nobody's id is said", ROWS_JSONL,
	  "{" BODY "}\n{\n  " BODY ",\n \"anna\" 5}\n",
	  "1 {" EVENT "2! no JSON: ':' expected (line 3 of it, column 9)\n" },
	{ "what Python prints", ROWS_JSONL, "{'type': 'started'}\n{\"score\": NaN}\n",
	  "1! this is how Python prints a dict, and no JSON: json.dumps writes it\n"
	  "2! NaN and infinity are no JSON: null stands for what is not known\n" },
	{ "an archive of anything", ROWS_CSV, "PK\x03\x04\x14\n", "malformed: " ARCHIVE "\n" },
	{ "a longer one", ROWS_JSONL,
	  "PK\x03\x04\x14.........................letters/a.txt and so on, over many bytes "
	  "and lines, of which none is read\n\n",
	  "malformed: " ARCHIVE "\n" },
	{ "a workbook of Excel", ROWS_CSV,
	  "PK\x03\x04\x14.........................[Content_Types].xml and so on, over more "
	  "bytes than are looked at\n",
	  "malformed: this is a workbook of Excel (xlsx)" SAVED },
	{ "one of LibreOffice's in Excel's form", ROWS_CSV,
	  "PK\x03\x04\x14........................._rels/.rels",
	  "malformed: this is a workbook of Excel (xlsx)" SAVED },
	{ "one of an older Excel", ROWS_CSV, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\n",
	  "malformed: this is a workbook of an older Excel (xls)" SAVED },
	{ "one of LibreOffice", ROWS_CSV,
	  "PK\x03\x04\x14.........................mimetypeapplication/"
	  "vnd.oasis.opendocument.spreadsheet",
	  "malformed: this is a workbook of LibreOffice (ods), not a CSV file: in LibreOffice, "
	  "File > Save As > \"Text CSV\"\n" },
	{ "one of Numbers", ROWS_CSV, "PK\x03\x04\x14.........................Index/Document.iwa",
	  "malformed: this is a workbook of Numbers, not a CSV file: in Numbers, File > Export To "
	  "> CSV, in Unicode (UTF-8)\n" },
	{ "compressed by another program", ROWS_CSV, "BZh91AY\n",
	  "malformed: this is compressed: 'bzcat FILE | lift publish -' sends it\n" },
	{ "a page of a platform that is called .xls, or of a server", ROWS_CSV, "<html><table>\n",
	  "malformed: this is HTML or XML, as of a web page: in a spreadsheet, save it as \"CSV "
	  "UTF-8\"; a download may be a message of the server\n" },
	{ "XML with a byte-order mark", ROWS_JSONL, "\xef\xbb\xbf<?xml?>\n",
	  "malformed: this is HTML or XML, as of a web page: in a spreadsheet, save it as \"CSV "
	  "UTF-8\"; a download may be a message of the server\n" },
	{ "a compressed file", ROWS_JSONL, "\x1f\x8b\x08\x01\n{\n",
	  "malformed: this is compressed: 'zcat FILE | lift publish -' sends it\n" },
	{ "a key twice", ROWS_JSONL, "{\"a\":1,\"a\":1}\n",
	  "1! no JSON: duplicate object key (column 10)\n" },
	{ "an event has no room for deeper maps", ROWS_JSONL, "{" BODY ",\"a\":{\"b\":[1]}}\n",
	  "1! an event holds maps of values (attrs, voids), nothing deeper\n" },
	{ "no UTF-8 in JSON", ROWS_JSONL, "{\"a\":\"\xff\"}\n{" BODY "}\n",
	  "1! the row is not UTF-8\n2 {" EVENT },
	{ "a key that is missing, in a file of events", ROWS_JSONL,
	  "{\"time\":5}\n{" BODY "}\n{" WHO "\"tim\":5}\n",
	  "1! it has no key 'type'\n"
	  "2 {" EVENT "3! it has no key 'time'\n" },
	{ "sixteen rows that are none: the file is not read on", ROWS_JSONL,
	  "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n{" BODY "}\n",
	  "malformed: none of its first 16 rows is an event, an object with the keys type, time, "
	  "learner, module and region; line 1: a row must be a JSON object\n" },
	{ "fifteen, and one that is: all is told", ROWS_JSONL,
	  "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n{\"a\":1}\n{" BODY "}\n",
	  "1" NOT "2" NOT "3" NOT "4" NOT "5" NOT "6" NOT "7" NOT "8" NOT "9" NOT "10" NOT "11" NOT
	  "12" NOT "13" NOT "14" NOT "15! it has no key 'type'\n16 {" EVENT },
	{ "objects that are none of events are told once", ROWS_JSONL,
	  "{\"user\":\"anna\"}\n{\"user\":\"anna\"}\n",
	  "malformed: none of its rows is an event, an object with the keys type, time, learner, "
	  "module and region; line 1: it has no key 'type'\n" },
	{ "xAPI statements", ROWS_JSONL,
	  "[{\"actor\":{\"account\":{\"name\":\"anna\"}},\"verb\":{\"id\":\"v\"},\"object\":{}}]",
	  "malformed: these are xAPI statements, which lift publish does not read; it wants "
	  "objects with the keys type, time, learner, module and region\n" },
	{ "an xAPI store's answer", ROWS_JSONL, "{\"statements\":[{}],\"more\":\"\"}",
	  "malformed: these are xAPI statements, which lift publish does not read; it wants "
	  "objects with the keys type, time, learner, module and region\n" },
	{ "Caliper events", ROWS_JSONL,
	  "{\"type\":\"Event\",\"actor\":{},\"action\":\"Completed\",\"eventTime\":\"\"}",
	  "malformed: these are Caliper events, which lift publish does not read; it wants "
	  "objects with the keys type, time, learner, module and region\n" },
	{ "a tracking log", ROWS_JSONL,
	  "{\"username\":\"anna\",\"event_type\":\"edx.course\",\"time\":\"\",\"event\":{}}\n",
	  "malformed: these are a tracking log of Open edX, which lift publish does not read; it "
	  "wants objects with the keys type, time, learner, module and region\n" },
};

static void rows_are_read_alike_in_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			char *heard = read_text(cases[i].format, cases[i].text,
						strlen(cases[i].text), pieces[k]);

			if (strcmp(heard, cases[i].heard) != 0)
				fail_msg("%s, in pieces of %zu: %s", cases[i].why, pieces[k],
					 heard);
			free(heard);
		}
	}
}

/* The characters of a text of the BMP, in UTF-16. */
static size_t to_utf16(const char *text, enum encoding encoding, char *to)
{
	size_t size = 0, n;
	uint32_t code;
	bool hidden;

	for (; (n = visible_next(text, &code, &hidden)) > 0; text += n) {
		assert_in_range(code, 1, 0xffff);
		to[size++] = (char)(encoding == ENCODING_UTF16LE ? code : code >> 8);
		to[size++] = (char)(encoding == ENCODING_UTF16LE ? code >> 8 : code);
	}
	return size;
}

static void what_is_heard_of_a_file_is_heard_of_it_in_utf16(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4 * COUNT(cases); i++) {
		enum encoding encoding = i % 2 ? ENCODING_UTF16LE : ENCODING_UTF16BE;
		const char *text = cases[i / 4].text;
		char utf16[4096], *heard;
		size_t size;

		/* What is no text has no other encoding; an archive is one by its bytes. */
		if (!msg_is_utf8(text, strlen(text)) || strncmp(text, "PK", 2) == 0 ||
		    strncmp(text, "BZh", 3) == 0)
			continue;
		assert_in_range(strlen(text), 0, sizeof(utf16) / 2);
		size = to_utf16(text, encoding, utf16);
		heard = read_encoded(cases[i / 4].format, encoding, utf16, size, i % 4 < 2 ? 1 : 3);
		if (strcmp(heard, cases[i / 4].heard) != 0)
			fail_msg("%s: %s", cases[i / 4].why, heard);
		free(heard);
	}
}

/* Whatever the quotes, and however much of the text is there at a time. */
static void a_search_that_remembers_finds_the_ends_that_one_from_the_beginning_finds(void **state)
{
	enum { TEXTS = 300, SIZE = 1200 };
	static const char letters[] = "\"\"\"\n\n,a";
	unsigned seed = (unsigned)test_seed();
	char text[SIZE];

	(void)state;
	for (int t = 0; t < TEXTS; t++) {
		/* From only quotes and newlines to hardly any. */
		int plain = t % 30;
		struct csv_scan scan = { 0 };
		size_t at = 0, there = 0;

		for (size_t i = 0; i < SIZE; i++)
			text[i] = rand_r(&seed) % 30 < plain
					  ? 'a'
					  : letters[(size_t)rand_r(&seed) % (sizeof(letters) - 1)];
		while (there < SIZE) {
			const char *newline;
			size_t end;

			there += 1 + (size_t)rand_r(&seed) % 40;
			there = there < SIZE ? there : SIZE;
			while ((newline = memchr(text + at, '\n', there - at))) {
				struct csv_scan fresh = { 0 };

				end = csv_record_size(text + at, there - at, &scan);
				assert_int_equal(end,
						 csv_record_size(text + at, there - at, &fresh));
				if (end == 0 && rand_r(&seed) % 2)
					break; /* for more */
				if (end == 0)  /* its first line alone is passed over */
					end = (size_t)(newline - text) + 1 - at;
				csv_scan_skip(&scan, end);
				at += end;
			}
		}
	}
}

/* Rows of ROW_MAX bytes are read, longer ones are refused, and what comes next is read again. */
static void a_row_longer_than_the_limit_costs_itself_only(void **state)
{
	static const struct {
		const char *why, *row, *reason;
		enum rows_format format;
		size_t size;
	} rows[] = {
		{ "CSV at the limit", "started,5,", NULL, ROWS_CSV, ROW_MAX },
		{ "CSV beyond", "started,5,", "2! the row is longer than 65536 bytes\n", ROWS_CSV,
		  ROW_MAX + 1 },
		{ "CSV far beyond", "started,5,", "2! the row is longer than 65536 bytes\n",
		  ROWS_CSV, 10 * ROW_MAX },
		{ "JSON at the limit", "{\"a\":\"", "2! it has no key", ROWS_JSONL, ROW_MAX + 1 },
		{ "JSON beyond", "{\"a\":\"", "2! the object is longer than 65536 bytes\n",
		  ROWS_JSONL, ROW_MAX + 2 },
		{ "JSON far beyond", "{\"a\":\"", "2! the object is longer than 65536 bytes\n",
		  ROWS_JSONL, 10 * ROW_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool csv = rows[i].format == ROWS_CSV;
		const char *head = csv ? "type,time,learner,module,region\n" : "\n";
		const char *tail = csv ? ",m,r\nstarted,5,a,m,r\n" : "\"}\n{" BODY "}\n";
		size_t end = csv ? 5 : 3, last = strlen(tail) - end;
		size_t size = strlen(head) + rows[i].size + last;
		char *text = malloc(size + 1), *heard;

		memset(text, 'x', size);
		memcpy(text, head, strlen(head));
		memcpy(text + strlen(head), rows[i].row, strlen(rows[i].row));
		memcpy(text + strlen(head) + rows[i].size - end, tail, strlen(tail));
		heard = read_text(rows[i].format, text, size, 1 << 16);
		if (rows[i].reason && strncmp(heard, rows[i].reason, strlen(rows[i].reason)) != 0)
			fail_msg("%s: %.200s", rows[i].why, heard);
		if (!rows[i].reason && strncmp(heard, "2 {", 3) != 0)
			fail_msg("%s: %.200s", rows[i].why, heard);
		assert_non_null(strstr(heard, "\n3 {" EVENT));
		free(heard);
		free(text);
	}
}

/* Against a trivial model. */

static void add_cell(FILE *csv, FILE *model, unsigned *seed, const char *key)
{
	static const char *const parts[] = { "a", "\"", "\n", ",", "\r", "\xc3\xb8", " ", "b" };
	char cell[64] = "x";
	json_t *json;
	char *text;

	for (int i = rand_r(seed) % 6; i > 0; i--)
		strcat(cell, parts[(unsigned)rand_r(seed) % 8]);
	fputc('"', csv);
	for (const char *c = cell; *c; c++)
		fprintf(csv, "%s%c", *c == '"' ? "\"" : "", *c);
	fputc('"', csv);
	for (size_t n = strlen(cell); n > 0 && strchr(" \r\n", cell[n - 1]); n--)
		cell[n - 1] = 0; /* it begins with an x */
	json = json_string(cell);
	text = json_line(json);
	fprintf(model, "\"%s\":%s", key, text);
	free(text);
	json_decref(json);
}

static void random_cells_come_back_as_they_were_with_their_lines(void **state)
{
	static const char *const keys[] = { "learner", "module", "region", "time", "type" };
	unsigned first_seed = (unsigned)test_seed(), seed = first_seed;
	size_t csv_size, model_size, line = 2;
	char *csv_text, *model_text, *heard;
	FILE *csv = open_memstream(&csv_text, &csv_size);
	FILE *model = open_memstream(&model_text, &model_size);

	(void)state;
	fputs("learner,module,region,time,type\n", csv);
	for (int row = 0; row < 2000; row++) {
		size_t begin;

		fflush(csv);
		begin = csv_size;
		fprintf(model, "%zu {", line);
		for (int i = 0; i < 5; i++) {
			add_cell(csv, model, &seed, keys[i]);
			fputc(i < 4 ? ',' : '\n', csv);
			fputc(i < 4 ? ',' : '}', model);
		}
		fputc('\n', model);
		fflush(csv);
		for (size_t i = begin; i < csv_size; i++)
			line += csv_text[i] == '\n';
	}
	fclose(csv);
	fclose(model);
	for (size_t piece = 1; piece < 100000; piece = piece * 7 + 1) {
		heard = read_text(ROWS_CSV, csv_text, csv_size, piece);
		if (strcmp(heard, model_text) != 0)
			fail_msg("seed %u, pieces of %zu", first_seed, piece);
		free(heard);
	}
	free(csv_text);
	free(model_text);
}

/* Anything that is nearly a file, of pieces that files are made of: the same is heard however it
 * comes. */
static void a_soup_of_tokens_is_read_alike_in_pieces_of_any_size(void **state)
{
	enum { TEXTS = 400, TOKENS = 60, TOKEN = 80 };
	static const char *const json[] = { "{" BODY "}", "{" BODY,   "{" BODY ",", "}",
					    "[",	  "]",	      ",",	    "\n",
					    "\n",	  " ",	      "\"",	    "\\",
					    "{",	  "7",	      "{\"a\":{",   "\xef\xbb\xbf",
					    "\xef",	  "\xc3\xb8", "\xff" };
	static const char *const csv[] = { "started,5,a,m,r",
					   "started;5;a;m;r",
					   ",",
					   ";",
					   "\t",
					   "\"",
					   "\"\"",
					   "\n",
					   "\n",
					   "\r\n",
					   "\r",
					   " ",
					   "0,5",
					   "\xef\xbb\xbf",
					   "\xc2\xa0",
					   "\xc3\xb8",
					   "\xff",
					   "a" };
	static const char *const heads[] = { "type,time,learner,module,region\n",
					     "sep=;\ntype;time;learner;module;region;score\n",
					     "type\ttime\tlearner\tmodule\tregion\tscore\n" };
	unsigned seed = (unsigned)test_seed();

	(void)state;
	for (int t = 0; t < TEXTS; t++) {
		enum rows_format format = t % 2 ? ROWS_CSV : ROWS_JSONL;
		char text[TOKENS * TOKEN] = "", *at = text, *whole;

		if (format == ROWS_CSV)
			at = stpcpy(at, heads[(size_t)rand_r(&seed) % COUNT(heads)]);
		for (int i = rand_r(&seed) % TOKENS; i > 0; i--)
			at = stpcpy(at, format == ROWS_CSV
						? csv[(size_t)rand_r(&seed) % COUNT(csv)]
						: json[(size_t)rand_r(&seed) % COUNT(json)]);
		whole = read_text(format, text, strlen(text), sizeof(text));
		for (size_t piece = 1; piece < 40; piece = 2 * piece + 1) {
			char *heard = read_text(format, text, strlen(text), piece);

			if (strcmp(heard, whole) != 0)
				fail_msg("in pieces of %zu: '%s' gives\n%s instead of\n%s", piece,
					 text, heard, whole);
			free(heard);
		}
		free(whole);
	}
}

/* Formats and times. */

static void a_format_is_known_by_name_or_else_by_its_first_bytes(void **state)
{
	static const struct {
		const char *name, *beginning;
		enum rows_format format;
	} formats[] = {
		{ "a.csv", "{", ROWS_CSV },	 { "a.jsonl", "type", ROWS_JSONL },
		{ "a.NDJSON", "", ROWS_JSONL },	 { "a.json", "", ROWS_JSONL },
		{ "a.txt", " \n{", ROWS_JSONL }, { NULL, "\xef\xbb\xbf{", ROWS_JSONL },
		{ NULL, "\n [", ROWS_JSONL },	 { NULL, "type,", ROWS_CSV },
		{ NULL, "", ROWS_CSV },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		assert_int_equal(rows_format_of(formats[i].name, ENCODING_UTF8,
						text_of(formats[i].beginning)),
				 formats[i].format);
}

static void times_are_integers_or_iso_8601_with_an_offset(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
		const char *why; /* of what is none: ms is -1 */
	} times[] = {
		{ "0", 0, "" },
		{ "1700000000000", INT64_C(1700000000000), "" },
		{ "-5", -5, "" },
		{ "2026-08-17T07:00:00Z", INT64_C(1786950000000), "" },
		{ "2026-08-17T07:00Z", INT64_C(1786950000000), "seconds may be left out" },
		{ "2026-08-17 07:00:00z", INT64_C(1786950000000), "a space, a small z" },
		{ "2026-08-17T09:00:00+02:00", INT64_C(1786950000000), "" },
		{ "2026-08-17T09:00:00+0200", INT64_C(1786950000000), "" },
		{ "2026-08-17T09:00:00+02", INT64_C(1786950000000), "" },
		{ "2026-08-17T03:30:00-03:30", INT64_C(1786950000000), "" },
		{ "2026-08-17T07:00:00.25Z", INT64_C(1786950000250), "" },
		{ "2026-08-17T07:00:00,2504Z", INT64_C(1786950000250), "a comma; cut" },
		{ "2026-08-17T07:00:00.2505Z", INT64_C(1786950000250), "cut, not rounded" },
		{ "2026-08-17T07:00:00.99999999999Z", INT64_C(1786950000999),
		  "not the next second" },
		{ "2026-08-17T23:59:59.999999Z", INT64_C(1787011199999), "that day's end" },
		{ "2026-08-17t07:00:00z", INT64_C(1786950000000), "small letters" },
		{ "20260817T070000Z", INT64_C(1786950000000), "without hyphens and colons" },
		{ "20260817T0900+0200", INT64_C(1786950000000), "nor seconds" },
		{ "20260817T070000.25Z", INT64_C(1786950000250), "with a fraction" },
		{ "2026-08-17 07:00:00 UTC", INT64_C(1786950000000), "a zone that is one" },
		{ "2026-08-17 09:00:00 +0200", INT64_C(1786950000000), "a space before it" },
		{ "1969-12-31T23:59:58.9999Z", -1001, "cut, also before 1970" },
		{ "2024-02-29T00:00:00Z", INT64_C(1709164800000), "a leap day" },
		{ "2000-03-01T00:00:00Z", INT64_C(951868800000), "" },
		{ "1969-12-31T23:59:59Z", -1000, "before 1970" },
		{ "", -1, "nothing" },
		{ "-", -1, "no digits" },
		{ " 5", -1, "a space" },
		{ "9223372036854775808", -1, "beyond 2^63-1" },
		{ "2026-08-17T07:00:00", -1, "no offset" },
		{ "2026-08-17", -1, "a day is no moment" },
		{ "2026-02-29T00:00:00Z", -1, "no such day" },
		{ "2026-13-01T00:00:00Z", -1, "no such month" },
		{ "2026-08-17T24:00:00Z", -1, "no such hour" },
		{ "2026-08-17T07:60:00Z", -1, "no such minute" },
		{ "2026-08-17T07:00:60Z", -1, "no such second" },
		{ "2026-08-17T07:00:00.Z", -1, "a point without a fraction" },
		{ "2026-08-17T07:00:00Zx", -1, "more behind it" },
		{ "2026-08-17T07:00:00 CET", -1, "a zone that may mean several" },
		{ "2026-08-17T07:00:00U+02", -1, "half a zone" },
		{ "2026-08-17T07:00:00 ", -1, "a space is no offset" },
		{ "20260817T07:00:00Z", -1, "hyphens in one, not in the other" },
		{ "2026-08-17T070000Z", -1, "and the other way" },
		{ "20260817T07Z", -1, "no minutes" },
		{ "20260832T070000Z", -1, "no such day" },
		{ "202608\xff", -1, "no day, at its end" },
		{ "2026-08-17T07:00:00+2", -1, "half an offset" },
		{ "2026-08-17T07:00:00+02:", -1, "an offset without its minutes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t ms = -1;
		bool parsed = iso8601_parse(text_of(times[i].text), &ms);

		if (parsed != (times[i].ms != -1) || ms != times[i].ms)
			fail_msg("'%s' (%s): %" PRId64, times[i].text, times[i].why, ms);
	}
}

/* A row of random cells, each as it is or in quotes. */
static char *random_row(char *at, bool quoted, char cells[][8], size_t n)
{
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, quoted ? "%s\"%s\"" : "%s%s", i ? ";" : "", cells[i]);
	return stpcpy(at, "\r\n");
}

static void a_row_in_quotes_is_the_row_without_them(void **state)
{
	enum { ROWS = 2000, CELLS = 7, ROOM = ROWS * CELLS * 12 };
	static const char *const parts[] = { "a", " ", "\t", ",", "0", "5", "\xc2\xa0", "" };
	static const char header[] = "type;time;learner;module;region;score;passed\r\n";
	char *plain = malloc(ROOM), *quoted = malloc(ROOM), *heard, *expected;
	char *p = stpcpy(plain, header), *q = stpcpy(quoted, header);

	(void)state;
	srandom((unsigned)test_seed());
	for (int row = 0; row < ROWS; row++) {
		char cells[CELLS][8] = { "" };
		size_t n = (size_t)(random() % CELLS) + 1;

		for (size_t i = 0; i < n; i++)
			for (int k = 0; k < 3; k++)
				strcat(cells[i], parts[random() % (long)COUNT(parts)]);
		p = random_row(p, false, cells, n);
		q = random_row(q, true, cells, n);
	}
	heard = read_text(ROWS_CSV, plain, (size_t)(p - plain), 4096);
	expected = read_text(ROWS_CSV, quoted, (size_t)(q - quoted), 4096);
	assert_string_equal(heard, expected);
	assert_non_null(strstr(heard, "\"learner\""));
	free(heard);
	free(expected);
	free(plain);
	free(quoted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_in_quotes_is_the_row_without_them),
		cmocka_unit_test(rows_are_read_alike_in_pieces_of_any_size),
		cmocka_unit_test(what_is_heard_of_a_file_is_heard_of_it_in_utf16),
		cmocka_unit_test(
			a_search_that_remembers_finds_the_ends_that_one_from_the_beginning_finds),
		cmocka_unit_test(a_row_longer_than_the_limit_costs_itself_only),
		cmocka_unit_test(random_cells_come_back_as_they_were_with_their_lines),
		cmocka_unit_test(a_soup_of_tokens_is_read_alike_in_pieces_of_any_size),
		cmocka_unit_test(a_format_is_known_by_name_or_else_by_its_first_bytes),
		cmocka_unit_test(times_are_integers_or_iso_8601_with_an_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
