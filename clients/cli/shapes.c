/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/shapes.h"

#define SHAPE(key, kind, parts, optional)  \
	{                                  \
		key, kind, parts, optional \
	}
#define IS_TEXT(key)		    SHAPE(key, SHAPE_TEXT, NULL, false)
#define IS_TEXT_OR_NIL(key)	    SHAPE(key, SHAPE_TEXT, NULL, true)
#define IS_COUNT(key)		    SHAPE(key, SHAPE_COUNT, NULL, false)
#define IS_COUNT_OR_NIL(key)	    SHAPE(key, SHAPE_COUNT, NULL, true)
#define IS_SUM(key)		    SHAPE(key, SHAPE_SUM, NULL, false)
#define IS_SUM_OR_NIL(key)	    SHAPE(key, SHAPE_SUM, NULL, true)
#define IS_FLAG(key)		    SHAPE(key, SHAPE_FLAG, NULL, false)
#define IS_FLAG_OR_NIL(key)	    SHAPE(key, SHAPE_FLAG, NULL, true)
#define IS_MAP(key, parts)	    SHAPE(key, SHAPE_MAP, parts, false)
#define IS_MAP_OR_NIL(key, parts)   SHAPE(key, SHAPE_MAP, parts, true)
#define IS_MAP_OF(key, each)	    SHAPE(key, SHAPE_MAP_OF, each, false)
#define IS_MAP_OF_OR_NIL(key, each) SHAPE(key, SHAPE_MAP_OF, each, true)
#define IS_LIST(key, each)	    SHAPE(key, SHAPE_LIST, each, false)
#define IS_LIST_OR_NIL(key, each)   SHAPE(key, SHAPE_LIST, each, true)
#define IS_ROW(key, parts)	    SHAPE(key, SHAPE_ROW, parts, false)
#define IS_ANYTHING(key)	    SHAPE(key, SHAPE_ANY, NULL, true)
#define END			    SHAPE(NULL, SHAPE_END, NULL, false)

static const struct shape a_text[] = { IS_TEXT(NULL), END };
static const struct shape a_count[] = { IS_COUNT(NULL), END };
static const struct shape anything[] = { IS_ANYTHING(NULL), END };
static const struct shape nothing[] = { END };

static const struct shape range[] = { IS_COUNT(NULL), IS_COUNT(NULL), END };
static const struct shape a_range[] = { IS_ROW(NULL, range), END };

/* Status */

static const struct shape rebuild[] = { IS_COUNT("done"), IS_COUNT("total"),
					IS_COUNT_OR_NIL("left_ms"), END };

static const struct shape journal[] = { IS_COUNT("last"), IS_COUNT("bytes"),
					IS_LIST("damaged", a_range), END };

static const struct shape ledger[] = { IS_COUNT("applied"), IS_COUNT("lag"), IS_FLAG("walking"),
				       IS_MAP_OR_NIL("rebuild", rebuild), END };

static const struct shape clock_keys[] = { IS_COUNT_OR_NIL("now"), IS_COUNT("behind_ms"), END };

static const struct shape job[] = { IS_TEXT("job"), IS_COUNT("done"), IS_COUNT("total"), END };
static const struct shape a_job[] = { IS_MAP(NULL, job), END };

static const struct shape stream[] = { IS_TEXT("stream"), IS_LIST("missing", a_range),
				       IS_COUNT_OR_NIL("since"), END };
static const struct shape a_stream[] = { IS_MAP(NULL, stream), END };

static const struct shape unknown_text[] = { IS_TEXT(NULL),	   IS_TEXT(NULL),
					     IS_COUNT(NULL),	   IS_TEXT_OR_NIL(NULL),
					     IS_TEXT_OR_NIL(NULL), END };
static const struct shape an_unknown_text[] = { IS_ROW(NULL, unknown_text), END };
static const struct shape unknown_texts[] = { IS_COUNT("events"), IS_LIST("texts", an_unknown_text),
					      END };

static const struct shape by_reason[] = { IS_TEXT("code"), IS_COUNT("n"), END };
static const struct shape each_reason[] = { IS_MAP(NULL, by_reason), END };

static const struct shape source[] = {
	IS_TEXT("source"),
	IS_TEXT("namespace"),
	IS_COUNT("accepted"),
	IS_COUNT("rejected"),
	IS_SUM("missing"),
	IS_COUNT_OR_NIL("last_event"),
	IS_COUNT_OR_NIL("last_received"),
	IS_COUNT_OR_NIL("last_accepted"),
	IS_LIST("streams", a_stream),
	IS_MAP_OR_NIL("unknown", unknown_texts),
	IS_COUNT_OR_NIL("recent"),
	IS_COUNT_OR_NIL("quarantined"),
	IS_LIST_OR_NIL("refused", each_reason),
	IS_COUNT_OR_NIL("expected_ms"),
	IS_TEXT_OR_NIL("expected_by"),
	IS_COUNT_OR_NIL("late_since"),
	END,
};
static const struct shape a_source[] = { IS_MAP(NULL, source), END };

static const struct shape endpoint[] = { IS_TEXT(NULL), IS_TEXT(NULL), END };
static const struct shape an_endpoint[] = { IS_ROW(NULL, endpoint), END };

static const struct shape limit[] = { IS_TEXT("what"),		IS_TEXT_OR_NIL("source"),
				      IS_TEXT_OR_NIL("stream"), IS_SUM("used"),
				      IS_SUM("most"),		END };
static const struct shape a_limit[] = { IS_MAP(NULL, limit), END };

static const struct shape disk[] = { IS_SUM("bytes"),
				     IS_SUM("free"),
				     IS_SUM_OR_NIL("bytes_a_day"),
				     IS_COUNT_OR_NIL("over_ms"),
				     IS_COUNT_OR_NIL("days"),
				     END };

static const struct shape audience[] = { IS_TEXT("audience"), IS_TEXT_OR_NIL("plane"),
					 IS_COUNT("subscribers"), END };
static const struct shape an_audience[] = { IS_MAP(NULL, audience), END };

static const struct shape refused_key[] = { IS_TEXT("name"), IS_COUNT("refused"),
					    IS_COUNT_OR_NIL("last"), END };
static const struct shape a_refused_key[] = { IS_MAP(NULL, refused_key), END };

static const struct shape held_name[] = { IS_TEXT("kind"), IS_TEXT("rule"), IS_COUNT("n"), END };
static const struct shape each_held_name[] = { IS_MAP(NULL, held_name), END };
static const struct shape brought_name[] = { IS_TEXT("source"),
					     IS_TEXT("kind"),
					     IS_TEXT("rule"),
					     IS_COUNT("kept"),
					     IS_COUNT("refused"),
					     IS_TEXT("like"),
					     END };
static const struct shape each_brought_name[] = { IS_MAP(NULL, brought_name), END };
static const struct shape persons[] = { IS_LIST("held", each_held_name),
					IS_LIST("sources", each_brought_name), IS_COUNT("left_out"),
					END };

static const struct shape newest_release[] = { IS_COUNT("release"), IS_TEXT("day"), END };
static const struct shape open_plane[] = { IS_MAP_OR_NIL("newest", newest_release),
					   IS_TEXT_OR_NIL("next"), END };
static const struct shape to_forget[] = { IS_COUNT("learners"), END };

static const struct shape status[] = {
	IS_MAP_OR_NIL("open", open_plane),
	IS_FLAG("healthy"),
	IS_LIST("troubles", a_text),
	IS_LIST_OR_NIL("restart", a_text),
	IS_TEXT("version"),
	IS_TEXT("as_of"),
	IS_MAP("clock", clock_keys),
	IS_MAP("journal", journal),
	IS_MAP("ledger", ledger),
	IS_LIST("jobs", a_job),
	IS_MAP_OF("counters", a_count),
	IS_SUM("missing"),
	IS_LIST("sources", a_source),
	IS_COUNT_OR_NIL("sources_left_out"),
	IS_COUNT_OR_NIL("streams_left_out"),
	IS_COUNT_OR_NIL("gaps_left_out"),
	IS_COUNT_OR_NIL("late"),
	IS_LIST_OR_NIL("unheard", a_text),
	IS_LIST_OR_NIL("limits", a_limit),
	IS_LIST_OR_NIL("endpoints", an_endpoint),
	IS_MAP_OR_NIL("to_forget", to_forget),
	IS_MAP_OR_NIL("disk", disk),
	IS_LIST_OR_NIL("audiences", an_audience),
	IS_LIST_OR_NIL("keys", a_refused_key),
	IS_MAP_OR_NIL("persons", persons),
	IS_MAP_OF_OR_NIL("connected", a_count),
	IS_COUNT_OR_NIL("recent_ms"),
	END,
};

const struct answer_shape shape_of_status = { NULL, status, NULL };

/* Close: to a source, and to an operator */

static const struct shape closed[] = { IS_TEXT("source"), IS_TEXT("stream"), IS_COUNT("next"),
				       IS_SUM("missing"), END };

const struct answer_shape shape_of_closed = { "closed", closed, NULL };
const struct answer_shape shape_of_closed_ok = { NULL, closed, NULL };

/* Reload, backup, verify, compact */

static const struct shape change[] = { IS_TEXT("text"), END };
static const struct shape a_change[] = { IS_MAP(NULL, change), END };

static const struct shape reload[] = {
	IS_LIST("errors", a_text),	   IS_LIST_OR_NIL("changes", a_change),
	IS_LIST_OR_NIL("alive", a_change), IS_LIST_OR_NIL("loses", a_change),
	IS_COUNT_OR_NIL("left_out"),	   IS_LIST_OR_NIL("taken", a_text),
	IS_LIST_OR_NIL("restart", a_text), END,
};
const struct answer_shape shape_of_reload = { NULL, reload, NULL };

static const struct shape work[] = { IS_TEXT("text"), END };
static const struct shape work_so_far[] = { IS_COUNT("done"), IS_COUNT("total"), END };
const struct answer_shape shape_of_work = { NULL, work, work_so_far };

/* Of which there is nothing more to say. */

static const struct shape done[] = { END };
const struct answer_shape shape_of_done = { NULL, done, NULL };

/* Roster: of each id nothing, or what is so. */

static const struct shape a_module_id[] = { IS_TEXT(NULL), END };
static const struct shape time_of_month[] = { IS_TEXT(NULL), IS_COUNT(NULL), END };
static const struct shape a_time_of_month[] = { IS_ROW(NULL, time_of_month), END };
static const struct shape held[] = { IS_TEXT(NULL), IS_COUNT(NULL), IS_TEXT_OR_NIL(NULL), END };
static const struct shape a_held[] = { IS_ROW(NULL, held), END };
static const struct shape record[] = { IS_TEXT_OR_NIL("first"),
				       IS_TEXT_OR_NIL("last"),
				       IS_TEXT_OR_NIL("enrolment"),
				       IS_LIST_OR_NIL("done", a_module_id),
				       IS_TEXT_OR_NIL("completed"),
				       IS_TEXT_OR_NIL("withdrawn"),
				       IS_LIST_OR_NIL("months", a_time_of_month),
				       IS_LIST_OR_NIL("competences", a_held),
				       IS_LIST_OR_NIL("lapsed", a_held),
				       END };
static const struct shape a_record[] = { IS_MAP_OR_NIL(NULL, record), END };
static const struct shape roster_keys[] = { IS_COUNT("state"), IS_LIST("rows", a_record), END };
static const struct shape roster_counted[] = { IS_COUNT("state"), IS_LIST("rows", a_record),
					       IS_COUNT("there"), END };
const struct answer_shape shape_of_roster = { NULL, roster_keys, NULL };
const struct answer_shape shape_of_roster_counted = { NULL, roster_counted, roster_keys };

/* Export */

/* One with known_at says how far it is, before there are rows. */
static const struct shape export_keys[] = { IS_LIST("rows", a_text), END };
static const struct shape export_more[] = { IS_LIST_OR_NIL("rows", a_text), IS_COUNT_OR_NIL("done"),
					    IS_COUNT_OR_NIL("total"), END };
const struct answer_shape shape_of_export = { NULL, export_keys, export_more };

static const struct shape release[] = { IS_COUNT("release"),
					IS_FLAG("damaged"),
					IS_TEXT_OR_NIL("day"),
					IS_COUNT_OR_NIL("made"),
					IS_COUNT_OR_NIL("rows"),
					IS_COUNT_OR_NIL("applied"),
					END };
static const struct shape a_release[] = { IS_MAP(NULL, release), END };
static const struct shape releases[] = { IS_TEXT("every"), IS_TEXT("now_day"),
					 IS_TEXT_OR_NIL("next"), IS_LIST("releases", a_release),
					 END };
const struct answer_shape shape_of_releases = { NULL, releases, NULL };

static const struct shape n_of[] = { IS_COUNT("n"), IS_COUNT_OR_NIL("of"), END };
static const struct shape day[] = { IS_TEXT(NULL), IS_COUNT(NULL), IS_COUNT(NULL), END };
static const struct shape a_day[] = { IS_ROW(NULL, day), END };
static const struct shape month[] = { IS_TEXT(NULL), IS_COUNT(NULL), IS_COUNT(NULL), IS_COUNT(NULL),
				      END };
static const struct shape a_month[] = { IS_ROW(NULL, month), END };
static const struct shape move[] = { IS_TEXT(NULL), IS_TEXT(NULL), IS_COUNT(NULL), END };
static const struct shape a_move[] = { IS_ROW(NULL, move), END };
static const struct shape moves[] = { IS_LIST(NULL, a_move), END };
static const struct shape minutes[] = { IS_SUM("reported"), IS_SUM("nominal"), END };
static const struct shape enrolment[] = { IS_COUNT("applied"), IS_COUNT("waiting"),
					  IS_COUNT("admitted"), END };
static const struct shape target_so_far[] = { IS_TEXT("measure"),
					      IS_MAP_OF("where", a_text),
					      IS_SUM_OR_NIL("n"),
					      IS_SUM_OR_NIL("of"),
					      IS_MAP_OR_NIL("places", n_of),
					      IS_TEXT_OR_NIL("each"),
					      IS_ANYTHING("share"),
					      END };
static const struct shape a_target_so_far[] = { IS_MAP(NULL, target_so_far), END };
static const struct shape of_value[] = { IS_COUNT("participants"), IS_COUNT("completed"),
					 IS_SUM_OR_NIL("minutes"), END };
static const struct shape a_value[] = { IS_MAP(NULL, of_value), END };
static const struct shape a_dimension[] = { IS_MAP_OF(NULL, a_value), END };

const struct shape shape_of_programme_row[] = {
	IS_TEXT("region"),
	IS_COUNT("participants"),
	IS_COUNT("completed"),
	IS_COUNT("withdrawn"),
	IS_COUNT("active_30d"),
	IS_COUNT("stalled"),
	IS_MAP("reached", n_of),
	IS_LIST("daily", a_day),
	IS_LIST_OR_NIL("hours", a_count),
	IS_LIST_OR_NIL("targets", a_target_so_far),
	IS_MAP_OF("by", a_dimension),
	IS_MAP_OR_NIL("minutes", minutes),
	IS_LIST_OR_NIL("monthly", a_month),
	IS_MAP_OR_NIL("enrolment", enrolment),
	IS_COUNT_OR_NIL("not_started"),
	IS_MAP_OF_OR_NIL("moves", moves),
	END,
};

static const struct shape gain[] = { IS_COUNT("n"), IS_ANYTHING("mean"), END };

const struct shape shape_of_module_row[] = {
	IS_TEXT("region"),    IS_TEXT("id"),	  IS_COUNT("started"),	IS_COUNT("completed"),
	IS_COUNT("assessed"), IS_COUNT("passed"), IS_MAP("gain", gain), END,
};

static const struct shape need[] = { IS_COUNT("level"),
				     IS_MAP_OF("where", a_text),
				     IS_COUNT("n"),
				     IS_COUNT_OR_NIL("of"),
				     IS_COUNT_OR_NIL("gap"),
				     IS_TEXT_OR_NIL("each"),
				     IS_COUNT_OR_NIL("count"),
				     END };
static const struct shape a_need[] = { IS_MAP(NULL, need), END };

const struct shape shape_of_competence_row[] = {
	IS_TEXT("region"),
	IS_TEXT("id"),
	IS_COUNT("holders"),
	IS_COUNT("lapsed"),
	IS_COUNT("expiring_30d"),
	IS_COUNT("expiring_90d"),
	IS_LIST("daily", a_day),
	IS_MAP_OR_NIL("coverage", n_of),
	IS_LIST("requirements", a_need),
	END,
};

/* Explain */

static const struct shape names[] = { IS_TEXT("region"), IS_TEXT("id"), END };

static const struct shape figure[] = { IS_TEXT("figure"), IS_TEXT("text"), END };
static const struct shape a_figure[] = { IS_MAP(NULL, figure), END };

static const struct shape refused[] = { IS_TEXT("code"), IS_TEXT("text"), IS_COUNT("n"), END };
static const struct shape a_refused[] = { IS_MAP(NULL, refused), END };

static const struct shape explained_source[] = {
	IS_TEXT("source"),
	IS_FLAG_OR_NIL("here"), /* older daemons do not say it */
	IS_COUNT_OR_NIL("last_event"),
	IS_COUNT_OR_NIL("last_received"),
	IS_COUNT("accepted"),
	IS_COUNT("rejected"),
	IS_SUM("missing"),
	IS_COUNT_OR_NIL("since"),
	IS_COUNT_OR_NIL("expected_ms"),
	IS_COUNT_OR_NIL("late_since"),
	IS_COUNT("quarantined"),
	IS_LIST("refused", a_refused),
	END,
};
static const struct shape an_explained_source[] = { IS_MAP(NULL, explained_source), END };

static const struct shape other_sources[] = { IS_COUNT("n"), IS_SUM("missing"),
					      IS_COUNT("rejected"), END };

static const struct shape latest[] = { IS_COUNT("n"), IS_LIST("latest", a_text), END };

static const struct shape unknown[] = { IS_COUNT("learners"), IS_MAP("modules", latest),
					IS_MAP("regions", latest), END };

static const struct shape explain[] = {
	IS_TEXT("as_of"),
	IS_TEXT("region"),
	IS_TEXT("kind"),
	IS_TEXT("id"),
	IS_MAP("names", names),
	IS_COUNT("learners"),
	IS_COUNT("facts"),
	IS_LIST("counted", a_text),
	IS_LIST("definition", a_figure),
	IS_LIST("sources", an_explained_source),
	IS_COUNT_OR_NIL("sources_left_out"),
	IS_MAP("other_sources", other_sources),
	IS_MAP("unknown", unknown),
	END,
};

const struct answer_shape shape_of_explain = { NULL, explain, NULL };

/* To an audience, which is told less. */
static const struct shape asked_source[] = {
	IS_TEXT("source"),
	IS_FLAG_OR_NIL("here"), /* older daemons do not say it */
	IS_COUNT_OR_NIL("last_event"),
	IS_COUNT_OR_NIL("last_received"),
	IS_COUNT_OR_NIL("accepted"),
	IS_COUNT_OR_NIL("rejected"),
	IS_SUM("missing"),
	IS_COUNT_OR_NIL("since"),
	IS_COUNT_OR_NIL("expected_ms"),
	IS_COUNT_OR_NIL("late_since"),
	IS_COUNT_OR_NIL("quarantined"),
	IS_LIST_OR_NIL("refused", a_refused),
	END,
};
static const struct shape an_asked_source[] = { IS_MAP(NULL, asked_source), END };

static const struct shape asked_others[] = { IS_COUNT("n"), IS_SUM("missing"),
					     IS_COUNT_OR_NIL("rejected"), END };

static const struct shape asked_explain[] = {
	IS_TEXT("as_of"),
	IS_TEXT("region"),
	IS_TEXT("kind"),
	IS_TEXT("id"),
	IS_MAP("names", names),
	IS_COUNT("learners"),
	IS_COUNT("facts"),
	IS_LIST("counted", a_text),
	IS_LIST("definition", a_figure),
	IS_LIST("sources", an_asked_source),
	IS_COUNT_OR_NIL("sources_left_out"),
	IS_MAP("other_sources", asked_others),
	IS_MAP_OR_NIL("unknown", unknown),
	END,
};

const struct answer_shape shape_of_asked_explain = { NULL, asked_explain, NULL };

/* Quarantine, rejections */

static const struct shape quarantined[] = {
	IS_COUNT("number"),   IS_TEXT("source"),
	IS_TEXT("stream"),    IS_COUNT("seq"),
	IS_COUNT("time"),     IS_TEXT("code"),
	IS_TEXT("text"),      IS_MAP_OR_NIL("sent", nothing),
	IS_ANYTHING("retry"), END,
};
static const struct shape a_quarantined[] = { IS_MAP(NULL, quarantined), END };

static const struct shape quarantine[] = { IS_LIST("rows", a_quarantined), IS_COUNT_OR_NIL("next"),
					   END };
const struct answer_shape shape_of_quarantine = { NULL, quarantine, NULL };

static const struct shape staying[] = { IS_COUNT("number"), IS_TEXT("code"), IS_TEXT("text"),
					IS_FLAG("retry"), END };
static const struct shape each_staying[] = { IS_MAP(NULL, staying), END };

static const struct shape quarantine_changed[] = { IS_COUNT("gone"), IS_LIST("stay", each_staying),
						   IS_COUNT_OR_NIL("next"), END };
const struct answer_shape shape_of_quarantine_changed = { NULL, quarantine_changed, NULL };

static const struct shape rejected[] = { IS_COUNT(NULL),
					 IS_TEXT(NULL),
					 IS_COUNT(NULL),
					 IS_TEXT(NULL),
					 IS_TEXT(NULL),
					 IS_COUNT(NULL),
					 END };
static const struct shape a_rejected[] = { IS_ROW(NULL, rejected), END };

static const struct shape rejections[] = { IS_LIST("rows", a_rejected), IS_COUNT_OR_NIL("next"),
					   END };
const struct answer_shape shape_of_rejections = { "rejections", rejections, NULL };

static const struct shape key[] = { IS_TEXT("name"),
				    IS_LIST("public", a_text),
				    IS_LIST("sources", a_text),
				    IS_LIST("regions", a_text),
				    IS_LIST("audiences", a_text),
				    IS_LIST_OR_NIL("roster_sources", a_text),
				    IS_LIST_OR_NIL("roster_regions", a_text),
				    IS_LIST_OR_NIL("forget_sources", a_text),
				    IS_FLAG("control"),
				    IS_COUNT_OR_NIL("last"),
				    IS_TEXT_OR_NIL("last_what"),
				    IS_COUNT("accepted"),
				    IS_COUNT("refused"),
				    IS_LIST_OR_NIL("refused_by", each_reason),
				    IS_COUNT("connections"),
				    END };
static const struct shape a_key[] = { IS_MAP(NULL, key), END };

static const struct shape keys[] = { IS_LIST("keys", a_key), END };
const struct answer_shape shape_of_keys = { NULL, keys, NULL };

/* Audit */

static const struct shape deed[] = { IS_COUNT("time"),
				     IS_TEXT_OR_NIL("key"),
				     IS_TEXT_OR_NIL("audience"),
				     IS_TEXT("op"),
				     IS_TEXT_OR_NIL("source"),
				     IS_TEXT_OR_NIL("region"),
				     IS_TEXT_OR_NIL("kind"),
				     IS_TEXT_OR_NIL("id"),
				     IS_COUNT_OR_NIL("ids"),
				     IS_COUNT_OR_NIL("number"),
				     IS_COUNT_OR_NIL("release"),
				     IS_TEXT("result"),
				     END };
static const struct shape a_deed[] = { IS_MAP(NULL, deed), END };

static const struct shape audit[] = { IS_LIST("rows", a_deed), IS_COUNT_OR_NIL("next"), END };
const struct answer_shape shape_of_audit = { NULL, audit, NULL };

/* Access, forget */

/* Of what is held there is something in each message. */
static const struct shape held_of_one[] = { IS_TEXT_OR_NIL("source"),
					    IS_LIST_OR_NIL("facts", anything),
					    IS_LIST_OR_NIL("quarantine", anything),
					    IS_LIST("entries", anything), END };
const struct answer_shape shape_of_access = { NULL, held_of_one, NULL };

static const struct shape forgetting[] = { IS_COUNT("known"),
					   IS_COUNT("unknown"),
					   IS_COUNT_OR_NIL("number"),
					   IS_TEXT("forgotten"),
					   IS_LIST("backups", a_text),
					   IS_LIST("elsewhere", a_text),
					   END };
const struct answer_shape shape_of_forget = { NULL, forgetting, NULL };

/* Catalogue */

static const struct shape region[] = { IS_TEXT("code"), IS_TEXT("name"), IS_TEXT("level"),
				       IS_LIST("parents", a_text), END };
static const struct shape a_region[] = { IS_MAP(NULL, region), END };

static const struct shape module[] = { IS_TEXT("id"), IS_TEXT("name"), END };
static const struct shape a_module[] = { IS_MAP(NULL, module), END };

static const struct shape target[] = { IS_TEXT("measure"), IS_COUNT_OR_NIL("value"),
				       IS_MAP_OF("where", a_text), END };
static const struct shape a_target[] = { IS_MAP(NULL, target), END };

static const struct shape programme[] = {
	IS_TEXT("id"),
	IS_TEXT("name"),
	IS_LIST("modules", a_text),
	IS_TEXT_OR_NIL("from"),
	IS_TEXT_OR_NIL("to"),
	IS_LIST("regions", a_text),
	IS_COUNT("complete"),
	IS_LIST("targets", a_target),
	IS_COUNT("stalled_after_days"),
	END,
};
static const struct shape a_programme[] = { IS_MAP(NULL, programme), END };

static const struct shape dimension[] = { IS_TEXT("name"), IS_LIST("values", a_text), END };
static const struct shape a_named_dimension[] = { IS_MAP(NULL, dimension), END };

static const struct shape catalogue[] = {
	IS_LIST("regions", a_region),
	IS_LIST("modules", a_module),
	IS_LIST("programmes", a_programme),
	IS_LIST("dimensions", a_named_dimension),
	IS_LIST_OR_NIL("competences", a_module), /* which has an id and a name, too */
	END,
};
const struct answer_shape shape_of_catalogue = { NULL, catalogue, NULL };

/* An audience's. */
static const struct shape asked_catalogue[] = {
	IS_TEXT("as_of"),
	IS_COUNT("now"),
	IS_LIST("regions", a_region),
	IS_LIST("modules", a_module),
	IS_LIST("programmes", a_programme),
	IS_LIST("dimensions", a_named_dimension),
	IS_LIST_OR_NIL("competences", a_module),
	END,
};
const struct answer_shape shape_of_asked_catalogue = { NULL, asked_catalogue, NULL };

/* Messages */

const struct shape shape_of_metric[] = {
	IS_COUNT("time"),
	IS_TEXT("region"),
	IS_TEXT("kind"),
	IS_TEXT("id"),
	IS_TEXT_OR_NIL("plane"),
	IS_TEXT_OR_NIL("as_of"),
	IS_COUNT_OR_NIL("release"),
	IS_MAP_OF_OR_NIL("metrics", anything),
	END,
};

static const struct shape beat_source[] = { IS_TEXT("source"),
					    IS_COUNT_OR_NIL("last_event"),
					    IS_SUM("missing"),
					    IS_COUNT_OR_NIL("expected_ms"),
					    IS_COUNT_OR_NIL("late_since"),
					    END };
static const struct shape a_beat_source[] = { IS_MAP(NULL, beat_source), END };

/* That of an open audience has no sources, and before the first release no day. */
const struct shape shape_of_beat[] = { IS_COUNT("seq"),
				       IS_COUNT("time"),
				       IS_TEXT_OR_NIL("as_of"),
				       IS_TEXT_OR_NIL("plane"),
				       IS_COUNT_OR_NIL("release"),
				       IS_LIST_OR_NIL("sources", a_beat_source),
				       END };

const struct shape shape_of_catalogue_message[] = {
	IS_LIST("regions", anything),
	IS_LIST("modules", anything),
	IS_LIST("programmes", anything),
	IS_LIST("competences", anything),
	END,
};
