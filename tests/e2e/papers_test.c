/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The papers that five owners hand in, each in its language, out of its example catalogue and a few
 * people whose story is known: what is read in them.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

/* An owner's paper. */
struct owner {
	const char *catalogue, *as_of, *programme, *language;
};

static const struct owner helgeland = { "helgeland", "2024-03-31", "master-2022", "nb" };
static const struct owner level_up = { "level-up", "2023-06-30", "level-up", "sv" };
static const struct owner mediq = { "mediq", "2024-03-31", "certificates", "da" };
static const struct owner akademi_norr = { "akademi-norr", "2022-03-31", "training", "sv" };
static const struct owner vesteralen = { "vesteralen", "2024-05-31", "rkk-2023", "nb" };

/* Runs of spaces, of those that no line is broken at and of new lines, too, become one: what is
 * said, however wide it is printed. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		bool hard = at[0] == '\xc2' && at[1] == '\xa0';

		at += hard;
		if (!hard && *at != ' ' && *at != '\n')
			*to++ = *at;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = 0;
}

static void check_says(const char *paper, const char *said)
{
	if (strstr(paper, said))
		return;
	fprintf(stderr, "%s\n", paper); /* longer than what cmocka prints */
	fail_msg("'%s' is not in it", said);
}

static void check_says_not(const char *paper, const char *said)
{
	if (!strstr(paper, said))
		return;
	fprintf(stderr, "%s\n", paper);
	fail_msg("'%s' is in it", said);
}

/* The daemon with an owner's catalogue, and what a platform has sent. */
static void start(struct daemon *daemon, const struct owner *owner)
{
	char lines[256];

	snprintf(lines, sizeof(lines), "catalogue: daemon/examples/%s.yaml\nas_of: %s\n",
		 owner->catalogue, owner->as_of);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void send(struct daemon *daemon, const char *source, const char *csv)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s.csv", daemon->dir, source);
	file_write(path, csv);
	free(daemon_lift_out(daemon, 0, "publish", path, "--source", source, NULL));
}

static char *paper_of(struct daemon *daemon, const struct owner *owner)
{
	char *paper = daemon_lift_out(daemon, 0, "report", owner->programme, "--language",
				      owner->language, NULL);

	squeeze(paper);
	return paper;
}

static void the_helgeland_consortium_hands_in_municipalities_and_hospitals_apart_in_nb(void **state)
{
	struct daemon *daemon = *state;
	char *paper;

	start(daemon, &helgeland);
	send(daemon, "canvas",
	     "type,time,learner,module,region,state,attrs.gender,attrs.role\n"
	     "enrolled,2022-06-01T10:00:00+02:00,a,DHS-MASTER,1833,admitted,kvinne,sykepleier\n"
	     "started,2022-09-01T10:00:00+02:00,a,INF-3801,1833,,kvinne,sykepleier\n"
	     "enrolled,2022-06-01T10:00:00+02:00,b,DHS-MASTER,hsyk-mosjoen,admitted,mann,Leder\n"
	     "started,2022-09-05T10:00:00+02:00,b,INF-3801,hsyk-mosjoen,,mann,Leder\n"
	     "enrolled,2022-06-02T10:00:00+02:00,c,DHS-MASTER,1820,admitted,kvinne,lege\n"
	     "enrolled,2022-06-02T10:00:00+02:00,d,DHS-MASTER,1820,waiting,kvinne,lege\n"
	     /* A single course makes no student. */
	     "started,2022-10-02T10:00:00+02:00,e,INF-3801,1824,,kvinne,sykepleier\n");
	paper = paper_of(daemon, &helgeland);
	check_says(paper, "Rapport: Erfaringsbasert master i digitale helsetjenester, 2022");
	check_says(paper, "Periode 22.08.2022 til 31.03.2024 (programmet til i dag)");
	check_says(paper, "Deltakere 60 2 +2 58 3,3 % ");
	check_says(paper, "Deltakere, yrke: leder 8 1 +1 7 12,5 % ");
	check_says(paper, "Tatt opp 60 3 +3 57 5,0 % ");
	check_says(paper, "På venteliste 1 Tatt opp 3 Tatt opp og ikke begynt 1 ");
	/* 17 municipalities and the hospitals are rows of their own. */
	check_says(paper, "sykehus 3 1 33,3 % 1 0 600 0,2 % 0,0 % ");
	check_says(paper, "kommune 17 1 5,9 % 1 0 1240 0,1 % 0,0 % ");
	check_says(paper, "Rana Nordland 1 +1 0 420 0,2 % 0,0 % ");
	check_says(paper, "Etter yrke");
	check_says(paper, "sykepleier 1 50,0 % 0 0,0 % ");
	/* A need is the catalogue's, and says of whom: of those in the consortium. */
	check_says(paper, "for Konsortiet for Helgeland");
	check_says(paper, "yrke: leder hver av 170 personer 0 170 0,0 % 170 ");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

static void level_up_hands_in_the_places_of_women_and_what_managers_have_gained_in_sv(void **state)
{
	struct daemon *daemon = *state;
	char *paper;

	start(daemon, &level_up);
	send(daemon, "kursportal",
	     "type,time,learner,module,region,score,phase,attrs.gender,attrs.position\n"
	     "assessed,2022-10-01T10:00:00+02:00,a,information-1,1780,0.40,pre,kvinna,mellanchef\n"
	     "assessed,2022-11-01T10:00:00+01:00,a,information-1,1780,0.80,post,kvinna,"
	     "mellanchef\n"
	     "assessed,2023-05-02T10:00:00+02:00,b,information-1,Karlskrona,0.50,pre,kvinna,chef?\n"
	     "assessed,2023-05-03T10:00:00+02:00,b,information-1,Karlskrona,0.60,post,kvinna,\n"
	     "started,2023-06-03T10:00:00+02:00,c,information-1,1780,,,man,socialchef\n");
	paper = paper_of(daemon, &level_up);
	check_says(paper, "Rapport: Level-up");
	check_says(paper, "Deltagare 300 3 +3 297 1,0 % ");
	check_says(paper, "Deltagare, kön: kvinna 200 2 +2 198 1,0 % ");
	/* Two of three came in the last 90 days: 364 are left. */
	check_says(paper, "Programmets sista dag är 2024-06-28, 364 dagar efter 2023-06-30. Takten "
			  "är den under de 90 dagarna fram till 2023-06-30.");
	check_says(paper, "198 1,0 % 17 6 ");
	check_says(paper, "Leda med data, grunderna (för- och 3 0 2 2 100,0 % +25,0 ");
	check_says(paper, "kvinna 2 66,7 % ");
	check_says(paper, "mellanchef 1 33,3 % ");
	check_says(paper, "Karlskrona Blekinge län 1 +1 ");
	check_says(paper, "Texter som inte förståtts för chefsnivå 1 chef? ");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

static void a_danish_overview_hands_in_who_can_what_and_what_lapses_by_month_in_da(void **state)
{
	struct daemon *daemon = *state;
	char *paper;

	start(daemon, &mediq);
	send(daemon, "plan2learn",
	     "type,time,learner,module,region,passed,valid_until,attrs.role\n"
	     "assessed,2023-02-01T10:00:00+01:00,a,medicine,0773,true,,sygeplejerske\n"
	     "assessed,2023-04-15T10:00:00+02:00,b,medicine,0773,true,,sygeplejerske\n"
	     "assessed,2023-05-31T10:00:00+02:00,c,medicine,0773,true,,spl\n"
	     "assessed,2023-06-01T10:00:00+02:00,d,medicine,0773,true,2024-04-30,sygeplejerske\n"
	     "assessed,2024-03-01T10:00:00+01:00,e,medicine,0779,true,,"
	     "social- og sundhedsassistent\n");
	paper = paper_of(daemon, &mediq);
	check_says(paper, "Rapport: Beviser for uddannede");
	/* Held by four, lapsed of one; one ends within 30 days, and three do within 90. */
	check_says(paper, "Medicinhåndtering 4 0,1 % 1 1 3 ");
	check_says(paper, "Det, der udløber måned for måned");
	check_says(paper, "kompetence apr. 2024 maj 2024 juni 2024 juli 2024 aug. 2024 sep. 2024 ");
	/* d's own last day is that of April: its first day without is in May, as is c's. */
	check_says(paper, "Medicinhåndtering 1 2 0 0 0 0 ");
	check_says(paper,
		   "Medicinhåndtering, niveau 1 stilling: sygeplejerske hver af 859 personer 3 ");
	check_says(paper,
		   "Medicinhåndtering, niveau 1 alle 20 på hvert af 7 steder 4 140 2,9 % 136 ");
	check_says(paper, "Morsø Region Nordjylland 4 +4 0 420 1,0 % 0,0 % ");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

static void akademi_norr_hands_in_its_460_carers_with_hours_by_month_in_sv(void **state)
{
	struct daemon *daemon = *state;
	char *paper, *csv;

	start(daemon, &akademi_norr);
	send(daemon, "kursportal",
	     "type,time,learner,module,region,minutes,attrs.gender,attrs.role,attrs.shift\n"
	     "attended,2021-03-01T18:00:00+01:00,a,alarms,2425,90,k,undersköterska,natt\n"
	     "attended,2021-03-08T18:00:00+01:00,a,alarms,2425,50,k,undersköterska,natt\n"
	     "attended,2021-03-01T18:00:00+01:00,b,alarms,2463,119,m,vårdbiträde,dag\n"
	     "attended,2022-02-01T18:00:00+01:00,c,alarms,2463,60,m,vårdbiträde,dag\n"
	     /* Kramfors has left: what was done before stays, what is done later does not count. */
	     "attended,2021-06-01T18:00:00+02:00,d,alarms,2282,60,k,undersköterska,dag\n"
	     "attended,2021-09-01T18:00:00+02:00,e,alarms,2282,600,k,undersköterska,dag\n");
	paper = paper_of(daemon, &akademi_norr);
	check_says(paper, "Rapport: Utbildning för omsorgspersonal");
	check_says(paper, "Kramfors (2282, till 2021-06-30), Sollefteå (2283, från 2021-07-01)");
	/* 460 by December: 456 are missing in nine months, and 1 has come in the last three. */
	check_says(paper, "Deltagare 460 4 +4 456 0,9 % 51 7 ");
	check_says(paper, "Deltagartimmar 4000 5 +5 3995 0,1 % ");
	check_says(paper, "Deltagare, 10,0 % av personalen på varje 13 0 0 13 0,0 % ");
	check_says(paper, "Deltagartimmar 5 +5 ");
	/* Whole hours of each person and month: 2 and 1, 1, 1. */
	check_says(paper, "mars 2021 2 0 2 3 ");
	check_says(paper, "juni 2021 1 0 1 1 ");
	check_says(paper, "sep 2021 0 0 0 0 ");
	check_says(paper, "feb 2022 1 0 1 1 ");
	/* Åsele is not Dorotea: shares, and no "yes". */
	check_says(paper, "Dorotea Västerbottens län 1 +1 0 150 0,7 % 0,0 % ");
	check_says(paper, "Åsele Västerbottens län 2 +2 0 170 1,2 % 0,0 % ");
	check_says(paper, "Kramfors Västernorrlands län 1 +1 0 900 0,1 % 0,0 % ");
	check_says(paper, "natt 1 25,0 % ");
	check_says(paper, "När folk lär sig");
	csv = daemon_lift_out(daemon, 0, "report", "training", "--format", "csv", NULL);
	check_says(csv, ",hours_attended,2021-03-01,2021-03-31,3\r\n");
	free(csv);
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

static void the_lofoten_vesteralen_salten_community_hands_in_needs_by_place_in_nb(void **state)
{
	struct daemon *daemon = *state;
	char *paper;

	start(daemon, &vesteralen);
	send(daemon, "dossier",
	     "type,time,learner,module,region,passed,attrs.gender,attrs.role\n"
	     "assessed,2023-09-01T10:00:00+02:00,a,news2,1866,true,kvinne,sykepleier\n"
	     "assessed,2023-09-01T10:00:00+02:00,b,news2,1866,true,kvinne,sykepleier\n"
	     "assessed,2023-09-01T10:00:00+02:00,c,news2,1866,true,kvinne,sykepleier\n"
	     "assessed,2023-09-01T10:00:00+02:00,d,news2,nlsh-vesteralen,true,mann,spl\n"
	     /* Who came unskilled, and is an assistant nurse now, has come unskilled. */
	     "started,2023-02-01T10:00:00+01:00,e,observation,1868,,mann,ufaglært\n"
	     "completed,2024-02-01T10:00:00+01:00,e,medicine,1868,,mann,helsefagarbeider\n"
	     "started,2023-02-01T10:00:00+01:00,f,observation,1868,,mann,Ufaglært\n"
	     "completed,2024-02-01T10:00:00+01:00,f,medicine,1868,,mann,helsefagarbeider\n");
	paper = paper_of(daemon, &vesteralen);
	check_says(paper, "Rapport: RKKs opplæring, 2023 og 2024");
	check_says(paper, "Deltakere, stilling: ufaglært 160 2 +2 158 1,3 % ");
	check_says(paper, "Endringer i stilling");
	check_says(paper, "ufaglært helsefagarbeider 2 ");
	/* Three in Hadsel are two of two there, and none of two elsewhere. */
	check_says(paper,
		   "Observere og handle tidlig, nivå 2 alle 2 på hvert av 7 steder 3 14 21,4 % "
		   "11 ");
	check_says(paper, "sykehus 1 1 100,0 % 1 0 260 ");
	check_says(paper, "Hadsel Nordland 3 +3 0 370 0,8 % ");
	/* Of the health community, and not of all that the catalogue has. */
	check_says(paper, "for RKK Vesterålen");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

/* What was wrong. */

static const char own_catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {gender: [f, m], role: [nurse, carer, unskilled]}\n"
	"regions:\n"
	"  - {code: helgeland, name: Helgeland}\n"
	"  - {code: '1833', name: Rana, parents: [helgeland], level: municipality}\n"
	"  - {code: '1820', name: Alstahaug, parents: [helgeland], level: municipality}\n"
	"modules: [{id: first-aid}]\n"
	"programmes:\n"
	"  - {id: p, name: P, modules: [first-aid], from: 2024-01-01, to: 2024-12-31,\n"
	"     regions: [helgeland]}\n";

static void start_own(struct daemon *daemon)
{
	char path[PATH_SIZE], lines[256];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, own_catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %.128s\nas_of: 2024-06-30\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void six_people_of_whom_two_are_understood_are_told_of_on_page_one(void **state)
{
	static const struct owner owner = { NULL, NULL, "p", "en" };
	struct daemon *daemon = *state;
	char *paper;

	start_own(daemon);
	send(daemon, "list",
	     "type,time,learner,module,region,attrs.gender,attrs.role\n"
	     "completed,2024-02-01T10:00:00Z,a,first-aid,1833,f,nurse\n"
	     "completed,2024-02-01T10:00:00Z,b,first-aid,1833,F,Sykepleier\n"
	     "completed,2024-02-01T10:00:00Z,c,first-aid,Rana kommune,f,nurse\n"
	     "completed,2024-02-01T10:00:00Z,d,first-aid,Rana kommune,f,nurse\n"
	     "completed,2024-02-01T10:00:00Z,e,first-aid,Rana kommune,f,nurse\n"
	     "completed,2024-02-01T10:00:00Z,f,First aid,1833,f,nurse\n");
	paper = paper_of(daemon, &owner);
	check_says(paper, "Participants 2 +2 – Completed 2 +2 100.0% ");
	check_says(paper, "they are in none of these");
	check_says(paper, "People whose place is not in the 3 ");
	check_says(paper, " 1 Rana kommune ");
	check_says(paper, " 1 First aid ");
	check_says(paper, "Participants whose gender is unknown 1 ");
	check_says(paper, "Texts not understood for gender 1 F ");
	check_says(paper, "Texts not understood for role 1 Sykepleier ");
	check_says_not(paper, "none is known to be missing");
	free(paper);
	/* Of one place, nothing of that: nobody knows whose they are. */
	paper = daemon_lift_out(daemon, 0, "report", "p", "--region", "1833", NULL);
	check_says_not(paper, "Rana kommune");
	check_says_not(paper, "Sykepleier");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

static void one_person_on_two_platforms_is_two_and_that_is_said(void **state)
{
	static const struct owner owner = { NULL, NULL, "p", "nb" };
	static const char csv[] = "type,time,learner,module,region\n"
				  "completed,2024-02-01T10:00:00Z,a,first-aid,1833\n";
	struct daemon *daemon = *state;
	char *paper;

	start_own(daemon);
	send(daemon, "moodle", csv);
	paper = paper_of(daemon, &owner);
	check_says_not(paper, "holdes fra hverandre");
	free(paper);
	send(daemon, "canvas", csv);
	paper = paper_of(daemon, &owner);
	check_says(paper, "Deltakere 2 +2 ");
	check_says(paper, "Plattformer hvis personer holdes fra 2 canvas, moodle ");
	check_says(paper, "én person på to av dem er to");
	free(paper);
	daemon_stop(daemon, SIGTERM);
}

/* What python3's own library reads of a workbook: its sheets, and the cells of each row; numbers
 * are numbers there, texts in quotes. Then all that its files have, whatever it is for. */
static const char read_workbook[] =
	"import sys, zipfile\n"
	"from xml.etree import ElementTree as E\n"
	"m = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'\n"
	"z = zipfile.ZipFile(sys.argv[1])\n"
	"texts = [''.join(t.text or '' for t in s.iter(m + 't'))\n"
	"         for s in E.fromstring(z.read('xl/sharedStrings.xml'))]\n"
	"sheets = E.fromstring(z.read('xl/workbook.xml')).find(m + 'sheets')\n"
	"for i, sheet in enumerate(sheets):\n"
	"    print('sheet ' + sheet.get('name'))\n"
	"    for row in E.fromstring(z.read(f'xl/worksheets/sheet{i + 1}.xml')).iter(m + 'row'):\n"
	"        cells = [(c.get('t'), c.find(m + 'v')) for c in row]\n"
	"        print('|'.join('' if v is None else repr(texts[int(v.text)]) if t == 's'\n"
	"                       else v.text for t, v in cells))\n"
	"for name in z.namelist():\n"
	"    print('file ' + name, z.read(name).decode())\n";

static struct outcome workbook_read(const struct daemon *daemon, const char *path)
{
	char script[PATH_SIZE];
	const char *const args[] = { "/usr/bin/python3", script, path, NULL };
	struct outcome outcome;
	struct process process;

	path_make(script, "%s/read.py", daemon->dir);
	file_write(script, read_workbook);
	process_start(&process, daemon->dir, "python", args, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	return outcome;
}

static void the_workbook_has_numbers_as_numbers_shares_as_percent_and_days_as_days(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];
	struct outcome outcome;

	start(daemon, &akademi_norr);
	send(daemon, "kursportal",
	     "type,time,learner,module,region,minutes,attrs.role\n"
	     "attended,2021-03-01T18:00:00+01:00,a,alarms,2425,90,undersköterska\n");
	path_make(path, "%s/r.xlsx", daemon->dir);
	free(daemon_lift_out(daemon, 0, "report", "training", "--language", "sv", "--output", path,
			     NULL));
	outcome = workbook_read(daemon, path);
	check_says(outcome.out, "sheet Rapport  Utbildning för omso");
	check_says(outcome.out, "'Deltagare'|1|1\n");
	check_says(outcome.out, "'Deltagare'|460|1|1|459|0.00217391304347826");
	check_says(outcome.out, "sheet Räckvidd  kommun\n");
	check_says(outcome.out, "'Dorotea'|'Västerbottens län'|1|1|0|0|0|0|150|0.0066666666666666");
	/* 1 March 2021 is day 44256 of a spreadsheet. */
	check_says(outcome.out, "sheet Månad för månad\n");
	check_says(outcome.out, "\n44256|1|0|1|1|90\n");
	/* Mondays at 18 hours. */
	check_says(outcome.out, "'mån'|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|1|0|0|0|0|0\n");
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

static void check_is_of_rana_alone(const struct daemon *daemon, const char *path, const char *place)
{
	static const char *const others[] = { "Alstahaug", "1820", "elsewhere", "Sandnessjoen",
					      "Journal" };
	struct outcome outcome = workbook_read(daemon, path);

	check_says(outcome.out, "'Participants'|2|2\n");
	check_says(outcome.out, place);
	check_says(outcome.out, "'nurse'|2|1|");
	check_says(outcome.out, "'moodle'|");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check_says_not(outcome.out, others[i]);
	check_says(outcome.out, "'carer'|0|0|0|"); /* of the catalogue, and nobody's here */
	outcome_free(&outcome);
}

static void the_workbook_of_one_region_or_audience_has_nothing_of_the_others(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE], lines[1024];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, own_catalogue);
	snprintf(lines, sizeof(lines),
		 "catalogue: %s\nas_of: 2024-06-30\naudiences:\n"
		 "  - {name: rana, regions: ['1833'], publish: ['ipc://%s/run/rana'],\n"
		 "     snapshot: ['ipc://%s/run/rana-snapshot'], ask: ['ipc://%s/run/rana-ask']}\n",
		 path, daemon->dir, daemon->dir, daemon->dir);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	send(daemon, "moodle",
	     "type,time,learner,module,region,attrs.role\n"
	     "completed,2024-02-01T10:00:00Z,a,first-aid,1833,nurse\n"
	     "started,2024-02-02T10:00:00Z,b,first-aid,1833,nurse\n");
	send(daemon, "elsewhere",
	     "type,time,learner,module,region,attrs.role\n"
	     "completed,2024-02-01T10:00:00Z,a,first-aid,1820,carer\n"
	     "completed,2024-03-01T10:00:00Z,c,first-aid,Sandnessjoen,carer\n");
	path_make(path, "%s/r.xlsx", daemon->dir);
	free(daemon_lift_out(daemon, 0, "report", "p", "--region", "1833", "--output", path, NULL));
	check_is_of_rana_alone(daemon, path, "'Rana'|'Helgeland'|2|2|");
	free(daemon_lift_out(daemon, 0, "report", "p", "--audience", "rana", "--region", "1833",
			     "--output", path, NULL));
	/* In what it lies, the audience is not told. */
	check_is_of_rana_alone(daemon, path, "'Rana'|2|2|");
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_helgeland_consortium_hands_in_municipalities_and_hospitals_apart_in_nb),
		TEST(level_up_hands_in_the_places_of_women_and_what_managers_have_gained_in_sv),
		TEST(a_danish_overview_hands_in_who_can_what_and_what_lapses_by_month_in_da),
		TEST(akademi_norr_hands_in_its_460_carers_with_hours_by_month_in_sv),
		TEST(the_lofoten_vesteralen_salten_community_hands_in_needs_by_place_in_nb),
		TEST(six_people_of_whom_two_are_understood_are_told_of_on_page_one),
		TEST(one_person_on_two_platforms_is_two_and_that_is_said),
		TEST(the_workbook_has_numbers_as_numbers_shares_as_percent_and_days_as_days),
		TEST(the_workbook_of_one_region_or_audience_has_nothing_of_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
