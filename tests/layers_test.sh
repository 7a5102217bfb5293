#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each rule of check-layers.sh is seen to fail on a breach that is planted in a copy of the tree.
#
#   layers_test.sh [BUILD]
set -u
build=${1:-build}
cd "$(dirname "$0")/.." || exit 2
copy=$(mktemp -d) || exit 2
trap 'rm -rf "$copy"' EXIT
cp -r daemon clients proto tests README.md "$copy"/ || exit 2
mkdir "$copy/none" "$copy/build" && cp -r "$build/obj" "$copy/build/" || exit 2
passed=0
failed=0

# plant NAME EXPECTED FILE TEXT...: lines put behind a file (made where it is not there) are a breach
plant() {
	name=$1 expected=$2 file=$3
	shift 3
	mkdir -p "$(dirname "$copy/$file")"
	existed=
	if [ -e "$copy/$file" ]; then
		existed=1
		cp "$copy/$file" "$copy/kept"
	fi
	printf '%s\n' "$@" >> "$copy/$file"
	objects= looked=$copy/none # who calls whom is looked at only where that is the breach
	case $name in objects:*)
		looked=$copy/build
		for source in "$file" ${also:-}; do
			object=$copy/build/obj/${source%.c}.o
			(cd "$copy" && ${CC:-cc} -c -w -I. -o "$object" "$source") || exit 2
			objects="$objects $object"
		done ;;
	esac
	if sh "$copy/tests/check-layers.sh" "$looked" > "$copy/out" 2>&1; then
		result='nothing was found'
	elif grep -qF "$expected" "$copy/out"; then
		result=
	else
		result="something else was found: $(head -3 "$copy/out")"
	fi
	if [ -z "$result" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name: expected '$expected': $result"
	fi
	if [ -n "$existed" ]; then mv "$copy/kept" "$copy/$file"; else rm "$copy/$file"; fi
	[ -z "$objects" ] || rm $objects
}

if ! sh "$copy/tests/check-layers.sh" "$copy/build" > "$copy/out" 2>&1; then
	echo 'the tree itself has breaches:'
	cat "$copy/out"
	exit 1
fi

plant 'a wing that stands above' 'and base may not include net' \
	daemon/base/clock.h '#include "daemon/net/loop.h"'
plant 'a wing beside' 'and intake may not include publish' \
	daemon/intake/gate.h '#include "daemon/publish/publish.h"'
plant 'a wing that nobody knows' 'daemon/layers has no wing attic' \
	daemon/attic/box.h '#include "daemon/base/clock.h"'
plant 'a line that names what stands below' 'early names late, which does not stand above it' \
	daemon/layers 'early: late' 'late: base'
plant 'a line that names itself' 'mirror names mirror, which does not stand above it' \
	daemon/layers 'mirror: mirror'
plant "another wing's internal header" 'includes daemon/ledger/internal.h, which is for its own folder' \
	daemon/tasks/verify.c '#include "daemon/ledger/internal.h"'
plant "a test that includes a wing's parts" 'includes daemon/figures/parts.h, which is for its own folder' \
	tests/unit/world.h '#include "daemon/figures/parts.h"'
plant 'the daemon includes a client' 'daemon/base/clock.h: includes clients/lib/lift.h' \
	daemon/base/clock.h '#include "clients/lib/lift.h"'
plant 'a client includes the daemon' 'clients/lib/publish/slot.h: includes daemon/base/clock.h' \
	clients/lib/publish/slot.h '#include "daemon/base/clock.h"'
plant 'the library includes the command' 'and lib/publish may not include cli' \
	clients/lib/publish/slot.h '#include "clients/cli/cli.h"'
plant 'the inside of the library' 'of clients/lib, lift.h is what others use' \
	clients/cli/cli.h '#include "clients/lib/wire.h"'
plant 'open figures by another way' 'of daemon/plane, release.h and shelf.h are what others use' \
	daemon/publish/message.h '#include "daemon/plane/file.h"'
plant 'proto includes the daemon' 'proto/err.h: includes daemon/base/clock.h' \
	proto/err.h '#include "daemon/base/clock.h"'
plant 'LMDB outside store' 'includes <lmdb.h>' daemon/ledger/view.c '#include <lmdb.h>'
plant 'ZeroMQ in a pure wing' 'includes <zmq.h>' daemon/figures/figures.c '#include <zmq.h>'
plant 'ZeroMQ in proto' 'includes <zmq.h>' proto/err.c '#include <zmq.h>'
plant 'msgpack-c outside proto' 'includes <msgpack.h>' daemon/publish/publish.c '#include <msgpack.h>'
plant 'libyaml outside proto' 'includes <yaml.h>' daemon/config/load.c '#include <yaml.h>'
plant 'systemd outside service' 'includes <systemd/sd-daemon.h>' \
	daemon/status/status.c '#include <systemd/sd-daemon.h>'
plant 'jansson in the daemon' 'includes <jansson.h>' daemon/status/status.c '#include <jansson.h>'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo '#include "daemon/net/loop.h"' > "$copy/daemon/net/more$i.c"
done
plant 'too many files in a wing' 'daemon/net: more files than 12' daemon/net/more0.c '#include "daemon/net/loop.h"'
rm "$copy"/daemon/net/more*.c
plant 'a file without a header' 'no header of its folder declares it' \
	daemon/net/alone.c '#include "proto/err.h"'
plant 'a long line' '101 columns' daemon/base/clock.h "$(printf '/* %095d */' 0)"
plant 'a long line of a test' '101 columns' tests/unit/world.h "$(printf '/* %095d */' 0)"
plant 'a banner' 'a banner' daemon/base/clock.h '/* ---- clocks ---- */'
plant "a header by another's name" 'does not begin with its name' \
	daemon/net/moved.h '/*' ' *' ' * before.h - where it was'
plant 'a file that the README does not name' 'the README does not name it' \
	daemon/net/unheardof.c '#include "daemon/net/loop.h"'
plant 'objects: a function that nobody else uses' 'nobody_calls_this is used in this file alone' \
	daemon/net/lonely.c '#include "daemon/net/loop.h"' 'int nobody_calls_this(void) { return 1; }'
plant 'objects: what the library does not export' 'calls wire_clock_ms of clients/lib/wire.c, which is not in lift.map' \
	clients/cli/inside.c '#include <stdint.h>' 'int64_t wire_clock_ms(void);' 'int64_t inside(void) { return wire_clock_ms(); }'
plant 'objects: a function that two files have' 'clock_utc_ms is in ' \
	daemon/net/twice.c '#include "daemon/net/loop.h"' 'int64_t clock_utc_ms(void) { return 1; }'
plant 'objects: a release that the publisher makes' 'makes a release, which is for daemon/tasks' \
	daemon/publish/maker.c '#include "daemon/plane/release.h"' \
	'int maker(void) { return release_make(0, 0, 0, 0, 0, 0, 0, 0, 0, 0); }'
printf '%s\n' '#include "daemon/net/loop.h"' 'int there(void);' \
	'int back(void) { return there(); }' > "$copy/daemon/net/back.c"
also=daemon/net/back.c
plant 'objects: a circle of files' 'a circle:' daemon/net/there.c \
	'#include "daemon/net/loop.h"' 'int back(void);' 'int there(void) { return back(); }'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
