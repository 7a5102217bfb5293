/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/style.h"

static const char sheet[] =
	"body { font: 10pt/1.35 \"Liberation Sans\", Arial, Helvetica, sans-serif; color: #000; "
	"background: #fff;\n"
	"  max-width: 178mm; margin: 8mm auto }\n"
	"h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 3mm }\n"
	"h2 { font-size: 12pt; margin: 6mm 0 1.5mm; break-after: avoid }\n"
	"p { margin: 1.5mm 0; break-after: avoid; font-size: 9pt }\n"
	"footer { margin-top: 7mm; font-size: 8.5pt; break-inside: avoid }\n"
	"footer p { break-after: auto; font-size: 8.5pt; overflow-wrap: anywhere }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr; gap: .6mm 5mm; margin: 0; "
	"font-size: 9pt }\n"
	"dt { font-weight: bold }\n"
	"dd { margin: 0; overflow-wrap: anywhere }\n"
	"table { border-collapse: collapse; width: 100%; font-size: 9pt; "
	"font-variant-numeric: tabular-nums }\n"
	"thead { display: table-header-group }\n"
	"tr { break-inside: avoid }\n"
	"th, td { padding: .7mm 1.2mm; text-align: left; vertical-align: baseline }\n"
	"th { font-weight: normal; overflow-wrap: break-word }\n"
	"thead th { font-size: 7.5pt; font-weight: bold; vertical-align: bottom; hyphens: auto }\n"
	"thead tr { border-bottom: .4mm solid #000 }\n"
	"tbody tr { border-bottom: .1mm solid #999 }\n"
	"tbody tr.all { border-top: .3mm solid #000; border-bottom: 0 }\n"
	"tr.all th, tr.all td, tr.none th, tr.none td { font-weight: bold }\n"
	".n { text-align: right; white-space: nowrap }\n"
	"thead .n { white-space: normal; min-width: 11mm }\n"
	".bar { width: 24mm; padding-left: 2mm }\n"
	".bar svg { display: block; width: 100%; height: 2.8mm }\n"
	".picture { display: block; width: 100%; height: auto; break-inside: avoid }\n"
	".together { break-inside: avoid }\n"
	".page { break-before: page }\n"
	".pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 7mm }\n"
	".pair section { min-width: 0 }\n"
	".pair table { font-size: 8pt }\n"
	".pair thead th { font-size: 7pt }\n"
	".pair .bar { display: none }\n"
	".tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2.5mm }\n"
	".tile { border: .2mm solid #888; border-radius: 1.2mm; padding: 2mm 3mm; "
	"break-inside: avoid }\n"
	".tile b { display: block; font-size: 19pt; line-height: 1.15 }\n"
	".tile small { display: block; font-size: 8pt; color: #333; min-height: 1.2em }\n"
	".week table { display: none }\n"
	".unknown td:last-child { overflow-wrap: anywhere; width: 45% }\n"
	"@media print { body { margin: 0; max-width: none } }\n"
	"@media screen and (max-width: 700px) { body { margin: 4mm } .table { overflow-x: auto }\n"
	"  .pair, .tiles { grid-template-columns: 1fr } }\n";

void print_style(enum language language, FILE *out)
{
	fprintf(out,
		"<style>\n@page { size: A4; margin: 16mm 16mm 18mm;\n"
		"  @bottom-right { content: \"%s \" counter(page) \" / \" counter(pages); "
		"font: 8pt sans-serif } }\n%s</style>\n",
		word_in(language, WORD_PAGE), sheet);
}
