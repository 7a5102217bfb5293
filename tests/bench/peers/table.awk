# SPDX-License-Identifier: Apache-2.0
# table.awk - medians, and how many times as fast liftd is: awk -v json=FILE -v events=N -v learners=N -f table.awk ROWS RUNS.
# ROWS: KEY|WORDS|DURABILITY|WHY IT IS NOT THERE. RUNS: KEY, events/s, and two numbers that are not read, with tabs.
function median(key,  i, k, x, v) {
	for (i = 1; i <= n[key]; i++)
		v[i] = rate[key, i]
	for (i = 2; i <= n[key]; i++) {
		x = v[i]
		for (k = i - 1; k > 0 && v[k] > x; k--)
			v[k + 1] = v[k]
		v[k + 1] = x
	}
	least[key] = v[1]
	most[key] = v[n[key]]
	return n[key] % 2 ? v[(n[key] + 1) / 2] : (v[n[key] / 2] + v[n[key] / 2 + 1]) / 2
}
FILENAME == ARGV[1] {
	split($0, part, "|")
	keys[++rows] = part[1]
	words[rows] = part[2]
	durable[rows] = part[3]
	lacks[rows] = part[4]
	next
}
{ rate[$1, ++n[$1]] = $2 }
END {
	liftd = n["liftd"] ? median("liftd") : 0
	printf "{\"events\": %d, \"learners\": %d, \"peers\": [", events, learners >json
	form = "%-58s %9s %9s %9s %3s %6s %7s  %s\n"
	printf form, "", "median/s", "least", "most", "n", "s", "liftd", "durability"
	for (i = 1; i <= rows; i++) {
		k = keys[i]
		printf "%s\n {\"key\": \"%s\", \"what\": \"%s\", \"durability\": \"%s\"", (i > 1 ? "," : ""), k, words[i], durable[i] >json
		if (lacks[i] != "" || !n[k]) {
			why = lacks[i] != "" ? lacks[i] : "not measured"
			printf "%-58s %s\n", words[i], why
			printf ", \"missing\": \"%s\"}", why >json
			continue
		}
		m = median(k)
		times = liftd ? sprintf("%.2f x", liftd / m) : "-"
		printf form, words[i], sprintf("%.0f", m), sprintf("%.0f", least[k]), sprintf("%.0f", most[k]), n[k], \
			sprintf("%.2f", events / m), times, durable[i]
		printf ", \"events_per_s\": %.0f, \"runs\": [", m >json
		for (r = 1; r <= n[k]; r++)
			printf "%s%.0f", (r > 1 ? ", " : ""), rate[k, r] >json
		printf "]%s}", (liftd ? sprintf(", \"liftd_times\": %.3f", liftd / m) : "") >json
	}
	printf "\n]}\n" >json
}
