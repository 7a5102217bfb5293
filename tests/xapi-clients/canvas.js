// SPDX-License-Identifier: Apache-2.0
// What Canvas does: it has a pair of keys, tells the public one, and signs what it sends.
//   node canvas.js keys DIR        makes DIR/jwks.json and DIR/private.json
//   node canvas.js send ADDRESS DIR
"use strict";
const crypto = require("crypto");
const fs = require("fs");

const [what, ...words] = process.argv.slice(2);
const url = (text) => Buffer.from(text).toString("base64url");

function keys(dir) {
	const pair = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
	const jwk = { ...pair.publicKey.export({ format: "jwk" }), kid: "2025-09", alg: "RS256", use: "sig" };
	fs.writeFileSync(`${dir}/jwks.json`, JSON.stringify({ keys: [jwk] }));
	fs.writeFileSync(`${dir}/private.json`, JSON.stringify(pair.privateKey.export({ format: "jwk" })));
}

function sign(event, dir) {
	const key = crypto.createPrivateKey({ key: JSON.parse(fs.readFileSync(`${dir}/private.json`)), format: "jwk" });
	const text = `${url(JSON.stringify({ alg: "RS256", typ: "JWT", kid: "2025-09" }))}.${url(JSON.stringify(event))}`;
	return `${text}.${crypto.sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

async function send(address, dir) {
	const event = {
		metadata: { event_name: "course_completed", event_time: "2025-09-01T09:30:00Z" },
		body: {
			course: { id: "565", name: "Velferdsteknologi" },
			user: { id: "123", name: "Kari" },
			progress: { completed_at: "2025-09-01T09:30:00Z" },
		},
	};
	const post = async (body) =>
		(await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body })).status;
	const expect = (about, is) => {
		console.log(`${is ? "ok" : "not ok"}: ${about}`);
		if (!is) process.exitCode = 1;
	};
	const signed = sign(event, dir);
	expect("what Canvas has signed is taken", (await post(signed)) === 200);
	expect("once more", (await post(signed)) === 200);
	expect("another letter is refused", (await post(signed.replace(/^(.{60})./, "$1~"))) >= 400);
	expect("what nobody has signed is refused", (await post(JSON.stringify(event))) === 401);
}

if (what === "keys") keys(...words);
else send(...words);
