/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/openmetrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "clients/web/metrics/health.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct written {
	struct exposition exposition;
	char *text;
	size_t size;
};

static void begin(struct written *written, bool is_openmetrics, size_t series_max)
{
	*written = (struct written){ .exposition = { .is_openmetrics = is_openmetrics,
						     .series_max = series_max } };
	written->exposition.out = open_memstream(&written->text, &written->size);
	assert_non_null(written->exposition.out);
}

static void end(struct written *written)
{
	exposition_end(&written->exposition);
	assert_int_equal(fclose(written->exposition.out), 0);
}

static void put_some(struct exposition *exposition)
{
	const struct exposition_label labels[] = { { "a", TEXT("quo\"te \\ and\nline") },
						   { "b", TEXT("") } };

	exposition_begin(exposition, EXPOSITION_GAUGE, "never", "It has no sample.");
	exposition_begin(exposition, EXPOSITION_COUNTER, "asked", "How often.");
	exposition_put(exposition, labels, 2, 9007199254740992.0);
	exposition_put(exposition, NULL, 0, 0.25);
	exposition_begin(exposition, EXPOSITION_INFO, "build", "What.");
	exposition_put(exposition, labels + 1, 1, 1);
	exposition_one(exposition, "lower", "Below 0.", -1);
}

#define LABELS "{a=\"quo\\\"te \\\\ and\\nline\",b=\"\"}"
#define LEFT_OUT                                                                               \
	"# HELP lift_web_series_left_out Series that are not here, since there are more than " \
	"series_max.\n# TYPE lift_web_series_left_out gauge\nlift_web_series_left_out 0\n"

static void each_form_has_its_own_names(void **state)
{
	static const char open[] =
		"# HELP asked How often.\n# TYPE asked counter\n"
		"asked_total" LABELS " 9007199254740992\nasked_total 0.25\n"
		"# HELP build What.\n# TYPE build info\nbuild_info{b=\"\"} 1\n"
		"# HELP lower Below 0.\n# TYPE lower gauge\nlower -1\n" LEFT_OUT "# EOF\n";
	static const char older[] =
		"# HELP asked_total How often.\n# TYPE asked_total counter\n"
		"asked_total" LABELS " 9007199254740992\nasked_total 0.25\n"
		"# HELP build_info What.\n# TYPE build_info gauge\n"
		"build_info{b=\"\"} 1\n"
		"# HELP lower Below 0.\n# TYPE lower gauge\nlower -1\n" LEFT_OUT;
	struct written written;

	(void)state;
	begin(&written, true, 100);
	put_some(&written.exposition);
	end(&written);
	assert_string_equal(written.text, open);
	free(written.text);
	begin(&written, false, 100);
	put_some(&written.exposition);
	end(&written);
	assert_string_equal(written.text, older);
	free(written.text);
}

static size_t count_series(const char *text, double *ret_left_out)
{
	size_t n = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		n += *line != '#';
		if (strncmp(line, "lift_web_series_left_out ", 25) == 0)
			*ret_left_out = strtod(line + 25, NULL);
	}
	return n;
}

static void there_are_never_more_than_series_max(void **state)
{
	(void)state;
	for (size_t most = 1; most < 12; most++) {
		struct written written;
		double left_out = -1;

		begin(&written, true, most);
		for (int i = 0; i < 3; i++)
			put_some(&written.exposition);
		end(&written);
		assert_true(count_series(written.text, &left_out) <= most);
		assert_true(left_out == (most < 13 ? 13 - (double)most : 0));
		free(written.text);
	}
}

static struct figure figure_of(const char *region, const char *kind, const char *id,
			       const char *metrics)
{
	json_t *made = json_loads(metrics, 0, NULL);

	assert_non_null(made);
	return (struct figure){ text_of(region), text_of(kind), text_of(id), made, NULL };
}

/* Also of what is missing, null, or of another type than it should be. */
static void figures_have_names_that_stay(void **state)
{
	static const char *const lines[] = {
		"\nlift_people_learners{region=\"all\"} 7\n",
		"\nlift_people_active{region=\"all\",days=\"30\"} 5\n",
		"\nlift_people_places{region=\"all\"} 3\n",
		"\nlift_programme_participants{region=\"1820\",programme=\"p\"} 4\n",
		"\nlift_programme_target{region=\"1820\",programme=\"p\",target=\"1\",measure="
		"\"completed\",where=\"role=nurse,shift=night\"} 2\n",
		"\nlift_programme_target_value{region=\"1820\",programme=\"p\",target=\"1\","
		"measure=\"completed\",where=\"role=nurse,shift=night\"} 10\n",
		"\nlift_programme_target_places{region=\"1820\",programme=\"p\",target=\"2\","
		"measure=\"hours\",where=\"\"} 1\n",
		"\nlift_programme_reported_seconds{region=\"1820\",programme=\"p\"} 5400\n",
		"\nlift_competence_holders{region=\"1820\",competence=\"c\"} 9\n",
		"\nlift_competence_expiring{region=\"1820\",competence=\"c\",days=\"30\"} 1\n",
		"\nlift_competence_gap{region=\"1820\",competence=\"c\",requirement=\"1\","
		"level=\"2\",where=\"\"} 7\n",
		"\nlift_competence_level_holders{region=\"1820\",competence=\"c\",level=\"3\"} 6\n",
		"\nlift_module_started{region=\"1820\",module=\"m/\\\"n\\\"\"} 12\n",
	};
	static const char *const never[] = { "null", "nan", "lift_competence_headcount",
					     "lift_competence_lapsed",
					     ("target=\"2\",measure="
					      "\"hours\",where=\"\"} 0") };
	struct figure rows[] = {
		figure_of(
			"1820", "competence", "c",
			"{\"holders\":9,\"lapsed\":\"many\",\"expiring_30d\":1,\"coverage\":null,"
			"\"levels\":{\"3\":6},\"requirements\":[{\"level\":2,\"where\":{},\"n\":3,"
			"\"of\":10,\"gap\":7},{\"level\":1,\"where\":{},\"n\":3,\"of\":null,"
			"\"gap\":null}]}"),
		figure_of("1820", "module", "m/\"n\"", "{\"started\":12}"),
		figure_of("all", "people", "all",
			  "{\"learners\":7,\"active_30d\":5,\"reached\":{\"n\":1,\"of\":3}}"),
		figure_of("1820", "programme", "p",
			  "{\"participants\":4,\"minutes\":{\"reported\":90},\"targets\":[{"
			  "\"measure\":\"completed\",\"where\":{\"role\":\"nurse\",\"shift\":"
			  "\"night\"},\"n\":2,\"of\":10},{\"measure\":\"hours\",\"where\":{},"
			  "\"places\":{\"n\":1,\"of\":2}}]}"),
	};
	const struct figures figures = { rows, COUNT(rows), COUNT(rows) };
	struct written written;

	(void)state;
	begin(&written, false, 1000);
	openmetrics_figures(&written.exposition, &figures);
	end(&written);
	for (size_t i = 0; i < COUNT(lines); i++)
		if (!strstr(written.text, lines[i]))
			fail_msg("%sis not in\n%s", lines[i] + 1, written.text);
	for (size_t i = 0; i < COUNT(never); i++)
		assert_null(strstr(written.text, never[i]));
	free(written.text);
	for (size_t i = 0; i < COUNT(rows); i++)
		json_decref((json_t *)rows[i].metrics);
}

static void what_is_of_one_source_is_not_told_of_the_daemon(void **state)
{
	json_t *status = json_loads(
		"{\"healthy\":false,\"version\":\"1\",\"troubles\":[\"journal: full\","
		"\"ledgers are many\"],\"limits\":[{\"what\":\"journal\",\"used\":9,\"most\":10},"
		"{\"what\":\"modules\",\"source\":\"secret\",\"used\":9,\"most\":10}],"
		"\"counters\":{\"events_accepted\":5,\"connections\":2},\"sources\":[{\"source\":"
		"\"secret\"}],\"disk\":null,\"ledger\":{\"lag\":3,\"rebuild\":null},"
		"\"journal\":{\"last\":8,\"damaged\":[[1,2]]}}",
		0, NULL);
	struct written written;

	(void)state;
	assert_non_null(status);
	begin(&written, false, 1000);
	health_put(&written.exposition, status);
	end(&written);
	assert_null(strstr(written.text, "secret"));
	assert_non_null(strstr(written.text, "\nlift_daemon_up 1\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_healthy 0\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_trouble{what=\"journal\"} 1\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_trouble{what=\"ledger\"} 0\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_limit_used{what=\"journal\"} 9\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_events_accepted_total 5\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_ledger_lag_entries 3\n"));
	assert_non_null(strstr(written.text, "\nlift_daemon_journal_damaged_ranges 1\n"));
	assert_null(strstr(written.text, "lift_daemon_disk"));
	free(written.text);
	begin(&written, false, 1000);
	health_put(&written.exposition, NULL);
	end(&written);
	assert_non_null(strstr(written.text, "\nlift_daemon_up 0\n"));
	assert_null(strstr(written.text, "lift_daemon_ledger"));
	free(written.text);
	json_decref(status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_has_its_own_names),
		cmocka_unit_test(there_are_never_more_than_series_max),
		cmocka_unit_test(figures_have_names_that_stay),
		cmocka_unit_test(what_is_of_one_source_is_not_told_of_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
