-- SPDX-License-Identifier: Apache-2.0
-- All module metrics (METRICS.md, sections 3 and 4) from all events, as of the last day of the world: of each region, its
-- county, and all. There are no presences, enrolments, voidings or phases in it.
create or replace table figures as
with fact as (
	select distinct learner, module, type, time, score from events
), profile as (
	select learner, arg_max(region, (time, region)) as home, arg_max(gender, (time, gender)) as gender,
		arg_max("role", (time, "role")) as "role"
	from events group by learner
), did as (
	select learner, module,
		min(time) filter (type <> 'withdrawn') as started,
		min(time) filter (type = 'completed') as completed,
		min(time) filter (type = 'assessed' and score >= 0.5) as passed,
		max(time) as latest,
		max(time) filter (type = 'withdrawn') as left_at,
		list(score order by time, score) filter (type = 'assessed') as scores
	from fact group by learner, module
), stands as (
	select module, home, gender, "role", started, completed, passed, scores, len(scores) as attempts,
		completed is null and left_at is not distinct from latest as withdrawn,
		to_timestamp(started / 1000)::date as started_on, to_timestamp(completed / 1000)::date as completed_on,
		to_timestamp(passed / 1000)::date as passed_on, to_timestamp(latest / 1000)::date as last_on,
		list_max(scores) as best, (completed - started) // 86400000 as days,
		case when len(scores) > 1 then list_max(scores[2:]) - scores[1] end as gain
	from did join profile using (learner) where started is not null
), here as (
	select place.region, stands.* from stands join places as place on place.leaf = stands.home
), main as (
	select region, module, count(*) as started, count(*) filter (withdrawn) as withdrawn,
		count(completed) as completed, count(attempts) as assessed, count(passed) as passed,
		count(*) filter (scores[1] >= 0.5) as passed_first, sum(attempts) as attempts,
		count(best) as score_n, avg(best) as score_mean, quantile_disc(floor(best * 100), 0.5) as score_median,
		histogram(least(floor(best * 10), 9)::int) as score_histogram,
		count(days) as days_n, quantile_disc(days, 0.5) as days_median, quantile_disc(days, 0.9) as days_p90,
		count(gain) as gain_n, avg(gain) as gain_mean,
		count(*) filter (last_on > date '2026-08-23' - 7) as active_7d,
		count(*) filter (last_on > date '2026-08-23' - 30) as active_30d,
		count(*) filter (completed is null and not withdrawn and last_on < date '2026-08-23' - 30) as stalled
	from here group by region, module
), of_value as (
	select region, module, unnest([{'d': 'gender', 'v': gender}, {'d': 'role', 'v': "role"}]) as which,
		completed, passed from here
), by_value as (
	select region, module, list({'of': which, 'started': s, 'completed': c, 'passed': p}) as by_value
	from (select region, module, which, count(*) as s, count(completed) as c, count(passed) as p
		from of_value group by all)
	group by region, module
), of_day as (
	select region, module, started_on as day, 1 as s, 0 as c, 0 as p from here
	union all select region, module, completed_on, 0, 1, 0 from here where completed_on is not null
	union all select region, module, passed_on, 0, 0, 1 from here where passed_on is not null
), daily as (
	select region, module, list({'day': day, 'started': s, 'completed': c, 'passed': p} order by day) as daily
	from (select region, module, day, sum(s) as s, sum(c) as c, sum(p) as p from of_day group by all)
	group by region, module
), of_hour as (
	select home, module, (isodow(to_timestamp(time / 1000)) - 1) * 24 + hour(to_timestamp(time / 1000)) as hour,
		count(*) as n
	from fact join profile using (learner) group by all
), hours as (
	select region, module, list({'hour': hour, 'n': n} order by hour) as hours
	from (select place.region, module, hour, sum(n) as n from of_hour join places as place on place.leaf = home group by all)
	group by region, module
)
select * from main join by_value using (region, module) join daily using (region, module)
	left join hours using (region, module);
