#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the catalogue of load_bench's events.
echo 'timezone: Europe/Oslo'
echo 'dimensions: {gender: [f, m], role: [nurse, carer, manager]}'
echo 'regions:'
for county in 0 1 2 3 4; do echo "  - {code: county$county}"; done
i=0
while [ $i -lt 100 ]; do
	echo "  - {code: m$i, parents: [county$((i % 5))]}"
	i=$((i + 1))
done
echo 'modules:'
i=0
while [ $i -lt 20 ]; do
	echo "  - {id: c$i}"
	i=$((i + 1))
done
