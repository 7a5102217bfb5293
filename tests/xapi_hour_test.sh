#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# xapi_hour_test.sh BUILD: the commands of lift-xapi(8), "THE FIRST HOUR", as they stand but for where it listens: what they
# send is in a real liftd, and counts when its catalogue is what the page says. With its service they are run in tests/systemd.
set -eu
name=xapi_hour_test
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/xapi_lib.sh"
need curl setsid

password='a word for the tests'
blocks=$dir/blocks
mkdir "$blocks" "$dir/bin" "$dir/home"
awk -v to="$blocks" -f "$here/systemd/blocks.awk" "$here/../clients/xapi/lift-xapi.8"
said=$(ls "$blocks" | tr '\n' ' ')
[ "$said" = "01-server-hour.sh 02-source-more.sh 03-server-platforms.sh 04-server-hour.sh 05-platform-far.sh " ] || fail "the page's blocks are $said"
for block in 02-source-more.sh 05-platform-far.sh; do
	bash -n "$blocks/$block" || fail "$block is no shell"
done
ok

# The commands of the page that are to be had here, by its names; the service is the process of this test.
put() {
	printf '#!/bin/sh\n%s\n' "$2" >"$dir/bin/$1"
	chmod 755 "$dir/bin/$1"
}
put lift "exec '$build/lift' --config '$dir/liftd.yaml' \"\$@\""
put lift-xapi "exec '$build/lift-xapi' --config '$dir/lift-xapi.yaml' \"\$@\""
put apt-get "[ \"\$*\" = 'install -y ./lift-xapi_*.deb' ]"
put systemctl "[ \"\$*\" = 'reload lift-xapi' ] && kill -HUP \$(cat '$dir/gateway')"

# run BLOCK: by somebody who types the password where he is asked for it
run() {
	sed "s|127\.0\.0\.1:8180|127.0.0.1:$port|" "$blocks/$1" >"$dir/home/$1"
	(cd "$dir/home" && echo "$password" | PATH="$dir/bin:$PATH" setsid -w bash -e "$1") >"$dir/said" 2>"$dir/block.log" ||
		fail "$1: $(cat "$dir/said")"
}

# As it is installed: nobody may send.
cp "$here/../systemd/catalogue.yaml" "$dir/catalogue.yaml"
sed -e "s|^#listen:.*|listen: 127.0.0.1:0|" -e "s|^#state:.*|state: $dir/xapi|" -e "s|^#intake:.*|intake: ipc://$dir/run/intake|" \
	"$here/../systemd/lift-xapi.yaml" >"$dir/lift-xapi.yaml"
start "$dir/catalogue.yaml"
echo "$gateway" >"$dir/gateway"

run 01-server-hour.sh
hash=$(tail -1 "$dir/said")
sed "s|\"\$argon2id.*\"|\"$hash\"|" "$blocks/03-server-platforms.sh" >"$dir/platforms"
grep -qF "$hash" "$dir/platforms" || fail "the page has no password that is to be replaced"
grep -qx 'platforms: \[\]' "$dir/lift-xapi.yaml" || fail "what is installed has no 'platforms: []'"
sed -i -e "/^platforms: \[\]\$/ { r $dir/platforms" -e 'd }' "$dir/lift-xapi.yaml"
ok

run 04-server-hour.sh
for line in '^the configuration is right: 1 platforms' 'by the row `completed`' '^\["[0-9a-f-]\{36\}"\]'; do
	grep -q "$line" "$dir/said" || fail "the page's commands say nothing like $line: $(cat "$dir/said")"
	ok
done

# has LINE COMMAND...: it says this line
has() {
	line=$1
	shift
	"$@" >"$dir/has" 2>&1 || true
	grep -q "$line" "$dir/has"
}
lift="$dir/bin/lift"
until_true has '^moodle-rana .* 1 *0 *0$' "$lift" status
ok
until_true has 'https://moodle.rana.example/course/view.php?id=7' "$lift" status
ok

# An alias of a module, and what has come counts: of a region that nobody has told to the catalogue, too.
course='https://moodle.rana.example/course/view.php?id=7'
sed -i -e "s|{id: first-aid, name: First aid, pass_mark|{id: first-aid, name: First aid, aliases: [\"$course\"], pass_mark|" \
	-e 's|aliases: \["0001"\]|aliases: ["0001", "1833"]|' "$dir/catalogue.yaml"
"$lift" reload --wait >"$dir/reload.log" 2>&1 || fail "lift reload"
"$lift" export --format csv | grep -q '^town,module,first-aid,completed,1$' || fail "it does not count: $("$lift" export --format csv)"
ok
echo "$name: $passed passed, 0 failed"
