// SPDX-License-Identifier: Apache-2.0
// duck.mjs MODULES EVENTS.csv: how long DuckDB takes for all module metrics of events that it has in memory already.
// Prints EVENTS/S EVENTS ROWS, with tabs.
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';

const [modules, csv] = process.argv.slice(2);
const {DuckDBInstance} = await import(pathToFileURL(`${modules}/@duckdb/node-api/lib/index.js`));
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const ask = async (sql) => Number((await connection.runAndReadAll(sql)).getRows()[0][0]);

await connection.run("set timezone = 'Europe/Oslo'");
await connection.run(`create table events as select * from read_csv('${csv}', header = false, columns = {
	'type': 'varchar', 'time': 'bigint', 'learner': 'varchar', 'module': 'varchar', 'region': 'varchar',
	'score': 'double', 'gender': 'varchar', 'role': 'varchar'})`);
await connection.run(`create table places as select 'r' || i as leaf,
	unnest(['r' || i, 'county' || (i % 5), 'all']) as region from range(50) as t(i)`);
const events = await ask('select count(*) from events');
const start = performance.now();
await connection.run(readFileSync(new URL('recompute.sql', import.meta.url), 'utf8'));
const seconds = (performance.now() - start) / 1000;
console.log([Math.round(events / seconds), events, await ask('select count(*) from figures')].join('\t'));
if (process.env.DUCK_SHOW)
	console.log((await connection.runAndReadAll(process.env.DUCK_SHOW)).getRowsJson());
process.exit(0);
