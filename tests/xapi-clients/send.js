// SPDX-License-Identifier: Apache-2.0
// Clients of others send to lift-xapi: node send.js ENDPOINT NAME PASSWORD. A line for each thing that went as it should;
// status 1 at the first that did not.
"use strict";
const XAPI = require("@xapi/xapi").default;
const TinCan = require("tincanjs");

const [endpoint, name, password] = process.argv.slice(2);
const verb = (word) => ({ id: `http://adlnet.gov/expapi/verbs/${word}`, display: { en: word } });
const statement = (learner, word) => ({
	actor: { objectType: "Agent", account: { homePage: "https://moodle.example", name: learner } },
	verb: verb(word),
	object: { objectType: "Activity", id: "https://moodle.example/course/vt-basics" },
	timestamp: "2025-09-01T08:00:00.000Z",
});

const expect = (what, is) => {
	if (!is) throw new Error(what);
	console.log(`ok: ${what}`);
};

async function xapi() {
	const client = new XAPI({ endpoint, auth: XAPI.toBasicAuth(name, password) });
	const about = await client.getAbout();
	expect("@xapi/xapi asks for the versions", about.data.version.includes("1.0.3"));
	const one = await client.sendStatement({ statement: statement("xapi-1", "completed") });
	expect("@xapi/xapi sends a statement", one.status === 200 && one.data.length === 1);
	const two = await client.sendStatements({
		statements: [statement("xapi-2", "completed"), statement("xapi-3", "completed")],
	});
	expect("@xapi/xapi sends two", two.status === 200 && two.data.length === 2);
	const voided = await client.voidStatement({
		actor: { objectType: "Agent", mbox: "mailto:admin@moodle.example" },
		statementId: two.data[1],
	});
	expect("@xapi/xapi voids one", voided.status === 200);
	const refused = await client.getStatements({}).then(() => 200, (e) => (e.response || e).status);
	expect("@xapi/xapi gets no statements", refused === 403);
}

const saved = (lrs, one) =>
	new Promise((resolve) => lrs.saveStatement(one, { callback: (err, xhr) => resolve([err, xhr && xhr.status]) }));
const savedAll = (lrs, all) =>
	new Promise((resolve) => lrs.saveStatements(all, { callback: (err, xhr) => resolve([err, xhr && xhr.status]) }));

async function tincan() {
	const lrs = new TinCan.LRS({ endpoint, username: name, password, allowFail: false });
	const make = (learner) => new TinCan.Statement(statement(learner, "completed"));
	const one = make("tincan-1");
	let [err, status] = await saved(lrs, one);
	expect("tincanjs saves a statement, by PUT", err === null && status === 204);
	[err, status] = await saved(lrs, one);
	expect("tincanjs saves it again", err === null && status === 204);
	one.verb = new TinCan.Verb(verb("failed"));
	[err, status] = await saved(lrs, one);
	expect("tincanjs is told of another one with its id", status === 409);
	[err, status] = await savedAll(lrs, [make("tincan-2"), make("tincan-3")]);
	expect("tincanjs saves two, by POST", err === null && status === 200);
}

xapi()
	.then(tincan)
	.catch((error) => {
		console.log(`not ok: ${error.message}`);
		process.exit(1);
	});
