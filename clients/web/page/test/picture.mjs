// SPDX-License-Identifier: Apache-2.0
// A picture of a page has few colours, and pixels of four bytes: with a palette of the usual ones it is a third as large.
import {deflateSync, inflateSync} from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const PALETTE = 256

const CRCS = Int32Array.from({length: 256}, (_, n) => {
	for (let i = 0; i < 8; i++)
		n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1
	return n
})

function crc(bytes) {
	let sum = -1
	for (const byte of bytes)
		sum = CRCS[(sum ^ byte) & 255] ^ (sum >>> 8)
	return (sum ^ -1) >>> 0
}

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
	const ends = Buffer.alloc(8)
	ends.writeUInt32BE(data.length, 0)
	ends.writeUInt32BE(crc(body), 4)
	return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

function readChunks(png) {
	const chunks = {}
	for (let at = SIGNATURE.length; at < png.length;) {
		const size = png.readUInt32BE(at)
		const type = png.toString('latin1', at + 4, at + 8)
		chunks[type] = Buffer.concat([chunks[type] ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + size)])
		at += size + 12
	}
	return chunks
}

function paeth(left, up, corner) {
	const guess = left + up - corner
	const [a, b, c] = [left, up, corner].map(one => Math.abs(guess - one))
	return a <= b && a <= c ? left : b <= c ? up : corner
}

/** The pixels of eight bits a channel that a browser writes. */
function decode(png) {
	const {IHDR, IDAT} = readChunks(png)
	const [width, height, depth, colour] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4), IHDR[8], IHDR[9]]
	const channels = {2: 3, 6: 4}[colour]
	if (depth !== 8 || !channels || IHDR[12])
		throw new Error('not a PNG of 8 bits a channel, in colours, not interlaced')
	const raw = inflateSync(IDAT)
	const line = width * channels
	const pixels = Buffer.alloc(line * height)
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (line + 1)]
		for (let x = 0; x < line; x++) {
			const at = y * line + x
			const left = x >= channels ? pixels[at - channels] : 0
			const up = y ? pixels[at - line] : 0
			const corner = y && x >= channels ? pixels[at - line - channels] : 0
			const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]
			pixels[at] = raw[y * (line + 1) + 1 + x] + guess
		}
	}
	return {width, height, channels, pixels}
}

/** @param {Buffer} png @returns {Buffer} the same picture, with a palette */
export function withPalette(png) {
	const {width, height, channels, pixels} = decode(png)
	const colours = new Uint32Array(width * height)
	const counts = new Map()
	for (let i = 0; i < colours.length; i++) {
		const at = i * channels
		colours[i] = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2]
		counts.set(colours[i], (counts.get(colours[i]) ?? 0) + 1)
	}
	// The edges of letters are between two colours: of these, the ones that are alike count as one.
	const kept = []
	const far = (a, b) => Math.abs((a >> 16) - (b >> 16)) + Math.abs(((a >> 8) & 255) - ((b >> 8) & 255)) + Math.abs((a & 255) - (b & 255))
	const usual = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour)
	for (const least of [24, 12, 6, 1])
		for (const colour of usual)
			if (kept.length < PALETTE && kept.every(one => far(one, colour) >= least))
				kept.push(colour)
	const nearest = new Map()
	for (const colour of counts.keys())
		nearest.set(colour, kept.reduce((best, one, i) => (far(one, colour) < far(kept[best], colour) ? i : best), 0))
	const rows = Buffer.alloc((width + 1) * height)
	for (let i = 0; i < colours.length; i++)
		rows[i + Math.floor(i / width) + 1] = nearest.get(colours[i])
	const head = Buffer.alloc(13)
	head.writeUInt32BE(width, 0)
	head.writeUInt32BE(height, 4)
	head.set([8, 3, 0, 0, 0], 8)
	const palette = Buffer.from(kept.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))
	return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, {level: 9})), chunk('IEND', Buffer.alloc(0))])
}
