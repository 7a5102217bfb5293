// SPDX-License-Identifier: Apache-2.0
// Figures by what people are: each dimension on its own, for the figures have no cross tables.
import {bars} from '../../charts/bars.js'
import {part, read} from '../../charts/sums/read.js'
import {frame, legend} from '../../charts/table.js'

/**
 * @param {object} ctx
 * @param {object} figure
 * @param {{main: string, inner?: string, names: string[], more?: Array<{key, text}>}} what
 *   main, inner: keys of a value's counts; names: of both, for people
 * @returns {Array<object>} one frame for each dimension
 */
export function byDimension(ctx, figure, what, say) {
	const by = read(figure, 'by')
	if (!by)
		return []
	return ctx.catalogue.dimensions
		.filter(dimension => by[dimension.name])
		.map(dimension => {
			const values = by[dimension.name]
			const rows = [...dimension.values, 'unknown']
				.filter(value => values[value]?.[what.main])
				.map(value => ({
					name: say.sentence(say.value(dimension.name, value)),
					value: values[value][what.main],
					inner: what.inner ? (values[value][what.inner] ?? (say.isOpen ? undefined : 0)) : undefined,
					counts: values[value],
				}))
			const sum = rows.reduce((all, row) => all + row.value, 0)
			for (const row of rows) row.text = say.percent(part(row.value, sum))
			const title = say.t('chart.by_dimension', {name: ctx.label(dimension)})
			return frame(
				{
					title,
					legend: what.inner
						? legend([
								{name: what.names[0], mark: 's1'},
								{name: what.names[1], mark: 's2'},
							])
						: undefined,
					body: bars(
						rows,
						{
							caption: title,
							head: [say.dimension(dimension.name), what.names[0]],
							extra: extras(what, say),
						},
						say,
					),
				},
				say,
			)
		})
}

function extras(what, say) {
	const columns = []
	if (what.inner) columns.push({text: what.names[1], cell: row => say.num(row.inner)})
	for (const each of what.more ?? [])
		columns.push({text: each.text, cell: row => say.num(each.of ? each.of(row.counts) : (row.counts[each.key] ?? (say.isOpen ? null : 0)))})
	return columns
}
