/* SPDX-License-Identifier: Apache-2.0 */
/* Each phrase in each language. */
#include "clients/cli/report/words/words.h"

static const struct phrase {
	const char *in[LANGUAGES];
} phrases[WORDS] = {
	[WORD_TITLE] = { { "Report: {0}", "Rapport: {0}", "Rapport: {0}", "Rapport: {0}" } },
	[WORD_PROGRAMME] = { { "Programme", "Program", "Program", "Program" } },
	[WORD_REGION] = { { "Region", "Område", "Område", "Område" } },
	[WORD_EVERYWHERE] = { { "everywhere", "overalt", "överallt", "overalt" } },
	[WORD_PERIOD] = { { "Period", "Periode", "Period", "Periode" } },
	[WORD_FROM_TO] = { { "{0} to {1}", "{0} til {1}", "{0} till {1}", "{0} til {1}" } },
	[WORD_FROM] = { { "from {0}", "fra {0}", "från {0}", "fra {0}" } },
	[WORD_UNTIL] = { { "until {0}", "til {0}", "till {0}", "til {0}" } },
	[WORD_UNTIL_TODAY] = { { "until today", "til i dag", "till i dag", "til i dag" } },
	[WORD_TO_THE_END] = { { "to the end of the programme", "til programmets slutt",
				"till programmets slut", "til programmets slutning" } },
	[WORD_FROM_THE_BEGINNING] = { { "from the beginning of the programme",
					"fra programmets start", "från programmets början",
					"fra programmets begyndelse" } },
	[WORD_PROGRAMME_UNTIL_TODAY] = { { "the programme until today", "programmet til i dag",
					   "programmet till i dag", "programmet til i dag" } },
	[WORD_WHOLE_PROGRAMME] = { { "the whole programme", "hele programmet", "hela programmet",
				     "hele programmet" } },
	[WORD_COMPLETED_WITH] = { { "Completed with", "Fullført med", "Slutfört med",
				    "Gennemført med" } },
	[WORD_MODULES_OF] = { { "{0} of {1} modules", "{0} av {1} moduler", "{0} av {1} moduler",
				"{0} af {1} moduler" } },
	[WORD_AND_MORE] = { { "and {0} more", "og {0} til", "och {0} till", "og {0} til" } },
	[WORD_DRAWN_UP] = { { "Drawn up", "Laget", "Framställd", "Udarbejdet" } },
	[WORD_DRAWN_UP_ON] = { { "{0}, by liftd{1}", "{0}, av liftd{1}", "{0}, av liftd{1}",
				 "{0}, af liftd{1}" } },
	[WORD_PAGE] = { { "Page", "Side", "Sida", "Side" } },
	[WORD_NOTHING] = { { "Nothing.", "Ingenting.", "Ingenting.", "Intet." } },
	[WORD_SIX_NUMBERS] = { { "The programme in six numbers", "Programmet i seks tall",
				 "Programmet i sex tal", "Programmet i seks tal" } },
	[WORD_PARTICIPANTS] = { { "Participants", "Deltakere", "Deltagare", "Deltagere" } },
	[WORD_COMPLETED] = { { "Completed", "Fullført", "Slutfört", "Gennemført" } },
	[WORD_WITHDRAWN] = { { "Withdrawn", "Sluttet", "Avbrutit", "Afbrudt" } },
	[WORD_ACTIVE_30D] = { { "Active in the last 30 days", "Aktive siste 30 dager",
				"Aktiva senaste 30 dagarna", "Aktive seneste 30 dage" } },
	[WORD_PLACES_REACHED] = { { "Places with participants", "Steder med deltakere",
				    "Platser med deltagare", "Steder med deltagere" } },
	[WORD_HOURS_ATTENDED] = { { "Participant hours", "Deltakertimer", "Deltagartimmar",
				    "Deltagertimer" } },
	[WORD_STALLED] = { { "Stalled: nothing for over {0} days",
			     "Stoppet opp: ingenting på over {0} dager",
			     "Avstannat: inget på över {0} dagar",
			     "Gået i stå: intet i over {0} dage" } },
	[WORD_ON_LAST_DAY] = { { "on the last day", "siste dag", "sista dagen", "sidste dag" } },
	[WORD_IN_PERIOD] = { { "in the period", "i perioden", "under perioden", "i perioden" } },
	[WORD_SHARE] = { { "share", "andel", "andel", "andel" } },
	[WORD_TO_COME] = { { "{0} is to come: figures are those of then "
			     "if nothing happens after {1}. Pace, "
			     "pictures and what lapses month by month are "
			     "from {1} on.",
			     "{0} er ikke kommet ennå: tallene er de som "
			     "da gjelder hvis ingenting skjer etter {1}. "
			     "Tempo, bilder og det som utløper måned for "
			     "måned, er fra {1}.",
			     "{0} har inte kommit än: siffrorna är de som "
			     "då gäller om inget händer efter {1}. Takt, "
			     "bilder och det som går ut månad för månad "
			     "är från {1}.",
			     "{0} er ikke kommet endnu: tallene er dem, "
			     "der da gælder, hvis intet sker efter {1}. "
			     "Tempo, billeder og det, der udløber måned "
			     "for måned, er fra {1}." } },
	[WORD_TARGETS] = { { "Targets", "Mål", "Mål", "Mål" } },
	[WORD_TARGET] = { { "target", "mål", "mål", "mål" } },
	[WORD_NOW] = { { "now", "nå", "nu", "nu" } },
	[WORD_MISSING] = { { "missing", "mangler", "saknas", "mangler" } },
	[WORD_REACHED] = { { "reached", "nådd", "uppnått", "nået" } },
	[WORD_NEEDED_A_MONTH] = { { "needed a month", "trengs per måned", "behövs per månad",
				    "kræves pr. måned" } },
	[WORD_AT_PACE] = { { "at this pace on the last day", "med dette tempoet siste dag",
			     "i denna takt sista dagen", "i dette tempo sidste dag" } },
	[WORD_ADMITTED] = { { "Admitted", "Tatt opp", "Antagna", "Optaget" } },
	[WORD_OF_EACH_PLACE] = { { "{0}, in each place", "{0}, på hvert sted",
				   "{0}, på varje plats", "{0}, på hvert sted" } },
	[WORD_SHARE_OF_EACH_PLACE] = { { "{0}, {1} of the staff of each place",
					 "{0}, {1} av de ansatte på hvert sted",
					 "{0}, {1} av personalen på varje plats",
					 "{0}, {1} af de ansatte på hvert sted" } },
	[WORD_PLACES_THAT_REACHED] = { { "{0} (places that have reached it)",
					 "{0} (steder som har nådd det)",
					 "{0} (platser som har nått det)",
					 "{0} (steder, der har nået det)" } },
	[WORD_PACE_IS] = { { "The programme's last day is {2}, {3} days "
			     "after {1}. The pace is that of the {0} "
			     "days up to {1}.",
			     "Programmets siste dag er {2}, {3} dager "
			     "etter {1}. Tempoet er det i de {0} dagene "
			     "fram til {1}.",
			     "Programmets sista dag är {2}, {3} dagar "
			     "efter {1}. Takten är den under de {0} "
			     "dagarna fram till {1}.",
			     "Programmets sidste dag er {2}, {3} dage "
			     "efter {1}. Tempoet er det i de {0} dage "
			     "frem til {1}." } },
	[WORD_PACE_ENDED] = { { "The programme's last day was {0}.",
				"Programmets siste dag var {0}.", "Programmets sista dag var {0}.",
				"Programmets sidste dag var {0}." } },
	[WORD_PACE_NO_END] = { { "The programme has no last day: it cannot be "
				 "said what is needed a month.",
				 "Programmet har ingen siste dag: hva som "
				 "trengs per måned, kan ikke sies.",
				 "Programmet har ingen sista dag: vad som "
				 "behövs per månad kan inte sägas.",
				 "Programmet har ingen sidste dag: hvad der "
				 "kræves pr. måned, kan ikke siges." } },
	[WORD_TARGETS_ELSEWHERE] = { { "The programme's targets are for all of its "
				       "places together: the report of all of them "
				       "has them.",
				       "Programmets mål gjelder alle stedene "
				       "samlet: de står i rapporten for alle.",
				       "Programmets mål gäller alla platser "
				       "tillsammans: de står i rapporten för alla.",
				       "Programmets mål gælder alle steder "
				       "tilsammen: de står i rapporten for alle." } },
	[WORD_PROGRESS] = { { "Progress against the target", "Framdrift mot målet",
			      "Framsteg mot målet", "Fremdrift mod målet" } },
	[WORD_PROGRESS_ALONE] = { { "Participants over time", "Deltakere over tid",
				    "Deltagare över tid", "Deltagere over tid" } },
	[WORD_TARGET_LINE] = { { "target: {0}", "mål: {0}", "mål: {0}", "mål: {0}" } },
	[WORD_UNKNOWN_TITLE] = { { "What liftd does not know", "Det liftd ikke vet",
				   "Det liftd inte vet", "Det, liftd ikke ved" } },
	[WORD_UNKNOWN_NONE] = { { "All that was sent is understood, and no "
				  "numbered event is missing.",
				  "Alt som er sendt, er forstått, og ingen "
				  "nummerert hendelse mangler.",
				  "Allt som skickats är förstått, och ingen "
				  "numrerad händelse saknas.",
				  "Alt, der er sendt, er forstået, og ingen "
				  "nummereret hændelse mangler." } },
	[WORD_UNKNOWN_NONE_HERE] = { { "Of what is known to be from here, all is "
				       "understood, and no numbered event is "
				       "missing.",
				       "Av det som vites å være herfra, er alt "
				       "forstått, og ingen nummerert hendelse "
				       "mangler.",
				       "Av det som man vet är härifrån är allt "
				       "förstått, och ingen numrerad händelse "
				       "saknas.",
				       "Af det, der vides at være herfra, er alt "
				       "forstået, og ingen nummereret hændelse "
				       "mangler." } },
	[WORD_UNKNOWN_PLACES] = { { "People whose place is not in the catalogue: "
				    "they are in none of these figures",
				    "Personer på steder som ikke er i katalogen: "
				    "de er ikke med i noen av tallene",
				    "Personer på platser som inte finns i "
				    "katalogen: de är inte med i några av "
				    "siffrorna",
				    "Personer på steder, der ikke er i "
				    "kataloget: de er ikke med i nogen af tallene" } },
	[WORD_UNKNOWN_PLACE_TEXTS] = { { "Texts for places that are not in the "
					 "catalogue",
					 "Stedsnavn som ikke er i katalogen",
					 "Platsnamn som inte finns i katalogen",
					 "Stednavne, der ikke er i kataloget" } },
	[WORD_UNKNOWN_MODULES] = { { "Modules that are not in the catalogue: what "
				     "was done there counts nowhere",
				     "Moduler som ikke er i katalogen: det som er "
				     "gjort der, teller ingen steder",
				     "Moduler som inte finns i katalogen: det som "
				     "gjorts där räknas ingenstans",
				     "Moduler, der ikke er i kataloget: det, der "
				     "er gjort der, tæller ingen steder" } },
	[WORD_UNKNOWN_VALUES] = { { "Texts not understood for {0}",
				    "Tekster som ikke er forstått for {0}",
				    "Texter som inte förståtts för {0}",
				    "Tekster, der ikke er forstået for {0}" } },
	[WORD_UNKNOWN_OF_DIMENSION] = { { "Participants whose {0} is unknown",
					  "Deltakere med ukjent {0}", "Deltagare med okänd {0}",
					  "Deltagere med ukendt {0}" } },
	[WORD_UNKNOWN_REFUSED] = { { "Events refused, and not sent again since",
				     "Avviste hendelser som ikke er sendt på nytt",
				     "Avvisade händelser som inte skickats på nytt",
				     "Afviste hændelser, der ikke er sendt igen" } },
	[WORD_REFUSED_TYPE] = { { "type of event", "type hendelse", "typ av händelse",
				  "type hændelse" } },
	[WORD_REFUSED_TIME] = { { "time", "tidspunkt", "tidpunkt", "tidspunkt" } },
	[WORD_REFUSED_LEARNER] = { { "person's id", "personens id", "personens id",
				     "personens id" } },
	[WORD_REFUSED_MODULE] = { { "module", "modul", "modul", "modul" } },
	[WORD_REFUSED_REGION] = { { "place", "sted", "plats", "sted" } },
	[WORD_REFUSED_SCORE] = { { "score", "resultat", "resultat", "resultat" } },
	[WORD_REFUSED_PASSED] = { { "passed or not", "bestått eller ikke", "godkänd eller inte",
				    "bestået eller ikke" } },
	[WORD_REFUSED_PHASE] = { { "phase", "fase", "fas", "fase" } },
	[WORD_REFUSED_RESULT] = { { "neither score nor passed", "verken resultat eller bestått",
				    "varken resultat eller godkänd",
				    "hverken resultat eller bestået" } },
	[WORD_REFUSED_ATTRS] = { { "attributes", "egenskaper", "egenskaper", "egenskaber" } },
	[WORD_REFUSED_VOIDS] = { { "what is taken back", "det som trekkes tilbake",
				   "det som återkallas", "det, der trækkes tilbage" } },
	[WORD_REFUSED_VALUE] = { { "unreadable value", "uleselig verdi", "oläsligt värde",
				   "ulæselig værdi" } },
	[WORD_REFUSED_REUSED] = { { "number used twice", "nummer brukt to ganger",
				    "nummer använt två gånger", "nummer brugt to gange" } },
	[WORD_REFUSED_REGION_DENIED] = { { "place not allowed", "sted ikke tillatt",
					   "otillåten plats", "sted ikke tilladt" } },
	[WORD_REFUSED_MINUTES] = { { "minutes", "minutter", "minuter", "minutter" } },
	[WORD_REFUSED_STATE] = { { "state of enrolment", "påmeldingsstatus", "anmälningsstatus",
				   "tilmeldingsstatus" } },
	[WORD_REFUSED_VALID_UNTIL] = { { "last day of validity", "siste gyldige dag",
					 "sista giltiga dag", "sidste gyldige dag" } },
	[WORD_REFUSED_NAMES] = { { "too many unknown names", "for mange ukjente navn",
				   "för många okända namn", "for mange ukendte navne" } },
	[WORD_REFUSED_TRIMMED] = { { "too old to be kept", "for gammelt til å bli lagret",
				     "för gammalt för att sparas", "for gammelt til at gemmes" } },
	[WORD_REFUSED_FORGOTTEN] = { { "forgotten person", "glemt person", "glömd person",
				       "glemt person" } },
	[WORD_REFUSED_NAME] = { { "name that looks like a person", "navn som ligner en person",
				  "namn som liknar en person", "navn, der ligner en person" } },
	[WORD_UNKNOWN_PLACES_COUNTED] = { { "Participants whose place is not in the "
					    "catalogue: they count in no place",
					    "Deltakere på steder som ikke er i "
					    "katalogen: de teller ikke på noe sted",
					    "Deltagare på platser som inte finns i "
					    "katalogen: de räknas inte på någon plats",
					    "Deltagere på steder, der ikke er i "
					    "kataloget: de tæller ikke på noget sted" } },
	[WORD_UNKNOWN_MISSING] = { { "Events of {0} that have not arrived, since "
				     "{1}: figures may be too low",
				     "Hendelser fra {0} som ikke er kommet, siden "
				     "{1}: tallene kan være for lave",
				     "Händelser från {0} som inte har kommit, "
				     "sedan {1}: siffrorna kan vara för låga",
				     "Hændelser fra {0}, der ikke er kommet, "
				     "siden {1}: tallene kan være for lave" } },
	[WORD_UNKNOWN_MISSING_ALL] = { { "Events that have not arrived: figures may "
					 "be too low",
					 "Hendelser som ikke er kommet: tallene kan "
					 "være for lave",
					 "Händelser som inte har kommit: siffrorna "
					 "kan vara för låga",
					 "Hændelser, der ikke er kommet: tallene kan "
					 "være for lave" } },
	[WORD_UNKNOWN_LATE] = { { "From these nothing has come for longer than was "
				  "expected: {0}. What they have not sent is not in "
				  "the figures.",
				  "Fra disse har det ikke kommet noe på lenger tid "
				  "enn ventet: {0}. Det de ikke har sendt, er ikke "
				  "med i tallene.",
				  "Från dessa har inget kommit på längre tid än "
				  "väntat: {0}. Det de inte har skickat finns inte "
				  "med i siffrorna.",
				  "Fra disse er der ikke kommet noget i længere tid "
				  "end ventet: {0}. Det, de ikke har sendt, er ikke "
				  "med i tallene." } },
	[WORD_UNKNOWN_TOLD_APART] = { { "Platforms whose people are told apart: one "
					"person on two of them is two",
					"Plattformer hvis personer holdes fra "
					"hverandre: én person på to av dem er to",
					"Plattformar vars personer hålls isär: en "
					"person på två av dem är två",
					"Platforme, hvis personer holdes adskilt: én "
					"person på to af dem er to" } },
	[WORD_UNKNOWN_UNHEALTHY] = { { "liftd is not healthy: its last writes "
				       "failed, and what was sent since is not in "
				       "these figures.",
				       "liftd er ikke frisk: de siste skrivingene "
				       "mislyktes, og det som er sendt siden, er "
				       "ikke med i tallene.",
				       "liftd mår inte bra: de senaste "
				       "skrivningarna misslyckades, och det som "
				       "skickats sedan dess är inte med i siffrorna.",
				       "liftd er ikke rask: de seneste skrivninger "
				       "mislykkedes, og det, der er sendt siden, er "
				       "ikke med i tallene." } },
	[WORD_UNKNOWN_AS_OF] = { { "Participants are those of {0}; all else "
				   "here is as of {1}, when this was drawn up.",
				   "Deltakerne er de som var det {0}; alt annet "
				   "her er per {1}, da rapporten ble laget.",
				   "Deltagarna är de som var det {0}; allt "
				   "annat här är per {1}, då rapporten "
				   "framställdes.",
				   "Deltagerne er dem, der var det {0}; alt "
				   "andet her er pr. {1}, da rapporten blev "
				   "udarbejdet." } },
	[WORD_HOW_MANY] = { { "number", "antall", "antal", "antal" } },
	[WORD_WHAT] = { { "which", "hvilke", "vilka", "hvilke" } },
	[WORD_ENROLMENT] = { { "Enrolment", "Påmelding", "Anmälan", "Tilmelding" } },
	[WORD_APPLIED] = { { "Applied", "Søkt", "Sökt", "Ansøgt" } },
	[WORD_WAITING] = { { "On the waiting list", "På venteliste", "På väntelista",
			     "På venteliste" } },
	[WORD_NOT_STARTED] = { { "Admitted and not started", "Tatt opp og ikke begynt",
				 "Antagna som inte har börjat", "Optaget og ikke begyndt" } },
	[WORD_PEOPLE] = { { "people", "personer", "personer", "personer" } },
	[WORD_REACH] = { { "Reach", "Hvor mange vi når", "Räckvidd", "Rækkevidde" } },
	[WORD_REACH_BY] = { { "Reach: {0}", "Hvor mange vi når: {0}", "Räckvidd: {0}",
			      "Rækkevidde: {0}" } },
	[WORD_LEVEL] = { { "level", "nivå", "nivå", "niveau" } },
	[WORD_PLACES] = { { "places", "steder", "platser", "steder" } },
	[WORD_WITH_PARTICIPANTS] = { { "with participants", "med deltakere", "med deltagare",
				       "med deltagere" } },
	[WORD_PLACE] = { { "place", "sted", "plats", "sted" } },
	[WORD_PART_OF] = { { "part of", "del av", "del av", "del af" } },
	[WORD_HEADCOUNT] = { { "staff", "ansatte", "personal", "ansatte" } },
	[WORD_PARTICIPANTS_OF_HEADCOUNT] = { { "participants of staff", "deltakere av ansatte",
					       "deltagare av personal", "deltagere af ansatte" } },
	[WORD_COMPLETED_OF_HEADCOUNT] = { { "completed of staff", "fullført av ansatte",
					    "slutfört av personal", "gennemført af ansatte" } },
	[WORD_NEW_IN_PERIOD] = { { "new in the period", "nye i perioden", "nya under perioden",
				   "nye i perioden" } },
	[WORD_COMPLETED_IN_PERIOD] = { { "completed in the period", "fullført i perioden",
					 "slutfört under perioden", "gennemført i perioden" } },
	[WORD_ACTIVE_30D_SHORT] = { { "active 30 days", "aktive 30 dager", "aktiva 30 dagar",
				      "aktive 30 dage" } },
	[WORD_IN_NONE_OF_THESE] = { { "at home in none of these", "hører til på ingen av disse",
				      "hör hemma på ingen av dessa",
				      "hører til på ingen af disse" } },
	[WORD_ALL] = { { "all", "alle", "alla", "alle" } },
	[WORD_NOBODY_IN] = { { "Nobody takes part in: {0}.", "Ingen deltar i: {0}.",
			       "Ingen deltar i: {0}.", "Ingen deltager i: {0}." } },
	[WORD_SOMEBODY_EVERYWHERE] = { { "Every place has participants.",
					 "Alle steder har deltakere.",
					 "Alla platser har deltagare.",
					 "Alle steder har deltagere." } },
	[WORD_HEADCOUNT_NOTE] = { { "Staff: as the catalogue has it; a dash "
				    "where it does not say.",
				    "Ansatte: slik katalogen har det; en strek "
				    "der den ikke sier det.",
				    "Personal: som katalogen har det; ett streck "
				    "där den inte säger det.",
				    "Ansatte: som kataloget har det; en streg, "
				    "hvor det ikke siger det." } },
	[WORD_ALL_PLACES] = { { "all places of the catalogue", "alle katalogens steder",
				"alla katalogens platser", "alle katalogets steder" } },
	[WORD_NOBODY_NOT_LISTED] = { { "{0} places without participants are not "
				       "listed here.",
				       "{0} steder uten deltakere er ikke tatt med "
				       "her.",
				       "{0} platser utan deltagare är inte med här.",
				       "{0} steder uden deltagere er ikke taget med "
				       "her." } },
	[WORD_BY] = { { "By {0}", "Etter {0}", "Efter {0}", "Efter {0}" } },
	[WORD_UNKNOWN_VALUE] = { { "unknown", "ukjent", "okänt", "ukendt" } },
	[WORD_COMPLETION_RATE] = { { "completed of participants", "fullført av deltakere",
				     "slutfört av deltagare", "gennemført af deltagere" } },
	[WORD_HOURS] = { { "hours", "timer", "timmar", "timer" } },
	[WORD_HOURS_OF_MINUTES] = { { "hours, of all minutes", "timer, av alle minutter",
				      "timmar, av alla minuter", "timer, af alle minutter" } },
	[WORD_HOURS_NOTE] = { { "Hours here are all minutes together; by "
				"month, and in the six numbers, each "
				"participant's minutes of a month are whole "
				"hours, and what is beyond them does not "
				"count.",
				"Timer er her alle minutter til sammen; "
				"måned for måned, og i de seks tallene, er "
				"hver deltakers minutter i en måned hele "
				"timer, og det som er utover dem, teller "
				"ikke.",
				"Timmar är här alla minuter tillsammans; "
				"månad för månad, och i de sex talen, är "
				"varje deltagares minuter under en månad "
				"hela timmar, och det som är därutöver "
				"räknas inte.",
				"Timer er her alle minutter tilsammen; måned "
				"for måned, og i de seks tal, er hver "
				"deltagers minutter i en måned hele timer, "
				"og det, der er derudover, tæller ikke." } },
	[WORD_MINUTES] = { { "minutes", "minutter", "minuter", "minutter" } },
	[WORD_ON_THE_WAY] = { { "On the way", "Underveis", "På vägen", "Undervejs" } },
	[WORD_MOVES] = { { "Moves: {0}", "Endringer i {0}", "Ändringar i {0}",
			   "Ændringer i {0}" } },
	[WORD_MOVES_NOTE] = { { "What participants were when they came, and "
				"what they are now, where that differs.",
				"Hva deltakerne var da de kom, og hva de er "
				"nå, der det er forskjellig.",
				"Vad deltagarna var när de kom, och vad de "
				"är nu, där det skiljer sig.",
				"Hvad deltagerne var, da de kom, og hvad de "
				"er nu, hvor det er forskelligt." } },
	[WORD_AT_ENTRY] = { { "when they came", "da de kom", "när de kom", "da de kom" } },
	[WORD_LATEST] = { { "now", "nå", "nu", "nu" } },
	[WORD_MODULES] = { { "Modules", "Moduler", "Moduler", "Moduler" } },
	[WORD_MODULES_NOTE] = { { "Of all who are at home in {0}, also outside "
				  "of the programme and its days. Gain: from "
				  "the first assessment to the best later one, "
				  "in percentage points, on average.",
				  "For alle som hører til i {0}, også utenom "
				  "programmet og dets dager. Framgang: fra "
				  "første vurdering til den beste senere, i "
				  "prosentpoeng, i gjennomsnitt.",
				  "För alla som hör hemma i {0}, även utanför "
				  "programmet och dess dagar. Framsteg: från "
				  "första bedömningen till den bästa senare, i "
				  "procentenheter, i genomsnitt.",
				  "For alle, der hører til i {0}, også uden "
				  "for programmet og dets dage. Fremgang: fra "
				  "første vurdering til den bedste senere, i "
				  "procentpoint, i gennemsnit." } },
	[WORD_MODULE] = { { "module", "modul", "modul", "modul" } },
	[WORD_STARTED] = { { "started", "begynt", "börjat", "begyndt" } },
	[WORD_ASSESSED] = { { "assessed", "vurdert", "bedömda", "vurderet" } },
	[WORD_PASSED] = { { "passed", "bestått", "godkända", "bestået" } },
	[WORD_PASS_RATE] = { { "passed of assessed", "bestått av vurderte", "godkända av bedömda",
			       "bestået af vurderede" } },
	[WORD_GAIN] = { { "gain", "framgang", "framsteg", "fremgang" } },
	[WORD_COMPETENCES] = { { "Competences", "Kompetanser", "Kompetenser", "Kompetencer" } },
	[WORD_COMPETENCES_NOTE] = { { "Who holds them on {0}, of all who are at "
				      "home in {1}.",
				      "Hvem som har dem {0}, av alle som hører til "
				      "i {1}.",
				      "Vilka som har dem {0}, av alla som hör "
				      "hemma i {1}.",
				      "Hvem der har dem {0}, af alle, der hører "
				      "til i {1}." } },
	[WORD_COMPETENCE] = { { "competence", "kompetanse", "kompetens", "kompetence" } },
	[WORD_HOLDERS] = { { "hold it", "har den", "har den", "har den" } },
	[WORD_OF_HEADCOUNT] = { { "of staff", "av ansatte", "av personal", "af ansatte" } },
	[WORD_LAPSED] = { { "lapsed", "utløpt", "utgången", "udløbet" } },
	[WORD_WITHIN_30D] = { { "lapses within 30 days", "utløper innen 30 dager",
				"går ut inom 30 dagar", "udløber inden 30 dage" } },
	[WORD_WITHIN_90D] = { { "lapses within 90 days", "utløper innen 90 dager",
				"går ut inom 90 dagar", "udløber inden 90 dage" } },
	[WORD_LAPSES] = { { "What lapses month by month", "Det som utløper måned for måned",
			    "Det som går ut månad för månad",
			    "Det, der udløber måned for måned" } },
	[WORD_LAPSES_NOTE] = { { "If nobody renews anything from {0} on.",
				 "Hvis ingen fornyer noe fra {0}.",
				 "Om ingen förnyar något från {0}.",
				 "Hvis ingen fornyer noget fra {0}." } },
	[WORD_NEEDS] = { { "What is needed", "Det som trengs", "Det som behövs",
			   "Det, der er brug for" } },
	[WORD_NEEDS_NOTE] = { { "Each need is the catalogue's, for {0}: of "
				"each person of that kind, or of so many in "
				"each place.",
				"Hvert behov er katalogens, for {0}: av hver "
				"person av det slaget, eller av så mange på "
				"hvert sted.",
				"Varje behov är katalogens, för {0}: av "
				"varje person av det slaget, eller av så "
				"många på varje plats.",
				"Hvert behov er katalogets, for {0}: af hver "
				"person af den slags, eller af så mange på "
				"hvert sted." } },
	[WORD_WHO] = { { "who", "hvem", "vem", "hvem" } },
	[WORD_EVERYBODY] = { { "all", "alle", "alla", "alle" } },
	[WORD_FROM_LEVEL] = { { "{0}, level {1}", "{0}, nivå {1}", "{0}, nivå {1}",
				"{0}, niveau {1}" } },
	[WORD_NEED] = { { "the need", "behovet", "behovet", "behovet" } },
	[WORD_NEED_EACH_PERSON] = { { "each of {0} people", "hver av {0} personer",
				      "var och en av {0} personer", "hver af {0} personer" } },
	[WORD_NEED_EACH_PLACE] = { { "{0} in each of {1} places", "{0} på hvert av {1} steder",
				     "{0} på var och en av {1} platser",
				     "{0} på hvert af {1} steder" } },
	[WORD_NEED_ONE_PLACE] = { { "{0} in one place", "{0} på ett sted", "{0} på en plats",
				    "{0} på ét sted" } },
	[WORD_NEED_UNKNOWN] = { { "each person; how many there are is not known",
				  "hver person; hvor mange det er, er ukjent",
				  "varje person; hur många de är är okänt",
				  "hver person; hvor mange det er, er ukendt" } },
	[WORD_HAVE_IT] = { { "have it", "har det", "har det", "har det" } },
	[WORD_NEEDED] = { { "needed", "trengs", "behövs", "kræves" } },
	[WORD_STILL_TO_TRAIN] = { { "still to be trained", "gjenstår", "återstår", "mangler" } },
	[WORD_BY_MONTH] = { { "By month", "Måned for måned", "Månad för månad",
			      "Måned for måned" } },
	[WORD_MONTH] = { { "month", "måned", "månad", "måned" } },
	[WORD_NEW_PARTICIPANTS] = { { "new participants", "nye deltakere", "nya deltagare",
				      "nye deltagere" } },
	[WORD_ATTENDING] = { { "attending", "til stede", "närvarande", "til stede" } },
	[WORD_MONTH_NOTE] = { { "Hours: each participant's minutes of a "
				"month, rounded down to whole hours; of the "
				"whole month, even where the period has only "
				"part of it.",
				"Timer: hver deltakers minutter i en måned, "
				"rundet ned til hele timer; for hele "
				"måneden, også der perioden bare har en del "
				"av den.",
				"Timmar: varje deltagares minuter under en "
				"månad, avrundade nedåt till hela timmar; "
				"för hela månaden, även där perioden bara "
				"har en del av den.",
				"Timer: hver deltagers minutter i en måned, "
				"rundet ned til hele timer; for hele "
				"måneden, også hvor perioden kun har en del "
				"af den." } },
	[WORD_WEEK] = { { "When people learn", "Når folk lærer", "När folk lär sig",
			  "Hvornår folk lærer" } },
	[WORD_WEEK_NOTE] = { { "What has happened, by hour of the week, "
			       "since the programme began.",
			       "Det som har skjedd siden programmet "
			       "begynte, fordelt på ukens timer.",
			       "Det som har hänt sedan programmet började, "
			       "fördelat på veckans timmar.",
			       "Det, der er sket, siden programmet "
			       "begyndte, fordelt på ugens timer." } },
	[WORD_WEEKDAY] = { { "day", "dag", "dag", "dag" } },
	[WORD_MONDAY] = { { "Mon", "man.", "mån", "man." } },
	[WORD_TUESDAY] = { { "Tue", "tir.", "tis", "tir." } },
	[WORD_WEDNESDAY] = { { "Wed", "ons.", "ons", "ons." } },
	[WORD_THURSDAY] = { { "Thu", "tor.", "tor", "tor." } },
	[WORD_FRIDAY] = { { "Fri", "fre.", "fre", "fre." } },
	[WORD_SATURDAY] = { { "Sat", "lør.", "lör", "lør." } },
	[WORD_SUNDAY] = { { "Sun", "søn.", "sön", "søn." } },
	[WORD_SOURCES] = { { "What liftd has received", "Det liftd har mottatt",
			     "Det liftd har tagit emot", "Det, liftd har modtaget" } },
	[WORD_SOURCE] = { { "source", "kilde", "källa", "kilde" } },
	[WORD_LAST_EVENT] = { { "last event", "siste hendelse", "senaste händelse",
				"seneste hændelse" } },
	[WORD_EVENTS_ACCEPTED] = { { "events accepted", "godtatte hendelser", "godtagna händelser",
				     "godtagne hændelser" } },
	[WORD_REFUSED] = { { "refused", "avvist", "avvisade", "afvist" } },
	[WORD_NOTE_NOT_ALL_MISSING] = { { "Only of events that a source has numbered "
					  "is it known that they are missing.",
					  "Bare for hendelser som en kilde har "
					  "nummerert, vet man at de mangler.",
					  "Bara för händelser som en källa har "
					  "numrerat vet man att de saknas.",
					  "Kun for hændelser, som en kilde har "
					  "nummereret, ved man, at de mangler." } },
	[WORD_NOTE_PERIOD] = { { "\"In the period\" is the difference between "
				 "the figures of its last day and of the day "
				 "before its first.",
				 "«I perioden» er forskjellen mellom tallene "
				 "på siste dag og dagen før den første.",
				 "”Under perioden” är skillnaden mellan "
				 "siffrorna på sista dagen och dagen före den "
				 "första.",
				 "»I perioden« er forskellen mellem tallene "
				 "på sidste dag og dagen før den første." } },
	[WORD_NOTE_MOVED] = { { "Who moves to another place, or changes "
				"role, counts there with all that they have "
				"done, and no longer where they were; by "
				"month, people count where they are on the "
				"last day.",
				"Den som flytter til et annet sted eller "
				"bytter rolle, teller der med alt de har "
				"gjort, og ikke lenger der de var; måned for "
				"måned teller folk der de er siste dag.",
				"Den som flyttar till en annan plats eller "
				"byter roll räknas där med allt de har "
				"gjort, och inte längre där de var; månad "
				"för månad räknas folk där de är sista dagen.",
				"Den, der flytter til et andet sted eller "
				"skifter rolle, tæller der med alt, de har "
				"gjort, og ikke længere, hvor de var; måned "
				"for måned tæller folk, hvor de er sidste "
				"dag." } },
	[WORD_NOTE_AS_THEY_CAME] = { { "Who has moved to another place, or changed "
				       "role, counts in the programme's figures "
				       "where and as what they came; in modules and "
				       "competences as they are now.",
				       "Den som har flyttet til et annet sted eller "
				       "byttet rolle, teller i programmets tall der "
				       "og som det de kom; i moduler og kompetanser "
				       "slik de er nå.",
				       "Den som har flyttat till en annan plats "
				       "eller bytt roll räknas i programmets "
				       "siffror där och som det de kom; i moduler "
				       "och kompetenser som de är nu.",
				       "Den, der er flyttet til et andet sted eller "
				       "har skiftet rolle, tæller i programmets tal "
				       "der og som det, de kom; i moduler og "
				       "kompetencer, som de er nu." } },
	[WORD_NOTE_EXACT] = { { "The figures are exact. In small places they "
				"can be about one person: they are for those "
				"who may know it.",
				"Tallene er nøyaktige. På små steder kan de "
				"handle om én person: de er for dem som har "
				"rett til å vite det.",
				"Siffrorna är exakta. På små platser kan de "
				"handla om en enda person: de är för dem som "
				"får veta det.",
				"Tallene er nøjagtige. På små steder kan de "
				"handle om én person: de er for dem, der må "
				"vide det." } },
	[WORD_FOOT] = { { "Figures of {0}; asked for at {1}.", "Tall per {0}; spurt {1}.",
			  "Siffror per {0}; frågade {1}.", "Tal pr. {0}; spurgt {1}." } },
	[WORD_FOOT_JOURNAL] = { { "Journal number {0}.", "Journalnummer {0}.", "Journalnummer {0}.",
				  "Journalnummer {0}." } },
	[WORD_FOOT_CATALOGUE] = { { "Catalogue {0}.", "Katalog {0}.", "Katalog {0}.",
				    "Katalog {0}." } },
	[WORD_JANUARY] = { { "Jan", "jan.", "jan", "jan." } },
	[WORD_FEBRUARY] = { { "Feb", "feb.", "feb", "feb." } },
	[WORD_MARCH] = { { "Mar", "mars", "mars", "mar." } },
	[WORD_APRIL] = { { "Apr", "apr.", "apr", "apr." } },
	[WORD_MAY] = { { "May", "mai", "maj", "maj" } },
	[WORD_JUNE] = { { "Jun", "juni", "juni", "juni" } },
	[WORD_JULY] = { { "Jul", "juli", "juli", "juli" } },
	[WORD_AUGUST] = { { "Aug", "aug.", "aug", "aug." } },
	[WORD_SEPTEMBER] = { { "Sep", "sep.", "sep", "sep." } },
	[WORD_OCTOBER] = { { "Oct", "okt.", "okt", "okt." } },
	[WORD_NOVEMBER] = { { "Nov", "nov.", "nov", "nov." } },
	[WORD_DECEMBER] = { { "Dec", "des.", "dec", "dec." } },
};

const char *word_in(enum language language, enum word word)
{
	return phrases[word].in[language];
}
