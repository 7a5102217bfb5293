# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# liftd on one machine, and on another, in a network with it, who comes to it by keys over TCP. A script sources this after
# `story`; the daemon then runs with all its doors open, and knows each key but the stranger's.
for each in server platform; do
	machine $each
	machine_boot
	packages_copy
done
machines_join server 192.0.2.1/24 platform 192.0.2.2/24
machine server
liftd_install
machine platform
liftd_packages -i /root/lift_*.deb || fail "lift cannot be installed"

keys="moodle other map kari stranger"
declare -A rights=([moodle]='publish: {sources: [moodle], regions: [town]}' [other]='publish: {sources: [other]}'
	[map]='audiences: [default]' [kari]='control: yes')

# What the server knows: an entry for each of these keys.
know() {
	local key
	{
		echo "keys:"
		for key; do
			printf '  - name: %s\n    public: "%s"\n    %s\n' "$key" "$(<"$dir/$key.public")" "${rights[$key]}"
		done
	} >"$dir/machines/server/root/etc/liftd/keys.yaml"
}

# A client's file for each key, which has all endpoints, whatever the key may.
make_client() {
	inside lift keygen "$1" --dir /root/keys >/dev/null
	public_of "/root/keys/$1.pub" >"$dir/$1.public"
	inside tee "/root/keys/$1.yaml" <<-END >/dev/null
		server: "$2"
		key: $1.key
		intake: "tcp://192.0.2.1:5570"
		control: "tcp://192.0.2.1:5572"
		audiences:
		  - {name: default, publish: "tcp://192.0.2.1:5580", snapshot: "tcp://192.0.2.1:5581", ask: "tcp://192.0.2.1:5582"}
	END
}

machine server
server_public=$(public_of /etc/liftd/server.pub)
sed -i '/^intake:/ s|"\]|", "tcp://192.0.2.1:5570"]|
	s|^#control: .*|control: ["ipc://RUNTIME/control", "tcp://192.0.2.1:5572"]|
	/^audiences:/ { s|publish"\]|publish", "tcp://192.0.2.1:5580"]|; s|snapshot"\]|snapshot", "tcp://192.0.2.1:5581"]|
		s|ask"\]|ask", "tcp://192.0.2.1:5582"]| }' "$root/etc/liftd/liftd.yaml"
machine platform
for each in $keys; do
	make_client "$each" "$server_public"
done
machine server
know moodle other map kari
inside systemctl restart liftd || exit 1
machine platform

# lift_as KEY ARGUMENT...
lift_as() {
	local key=$1
	shift
	inside timeout 20 lift --config "/root/keys/$key.yaml" "$@"
}

# refused WHAT KEY ARGUMENT...: with the status of an answer that is no.
refused() {
	local what=$1 said status=0
	shift
	said=$(lift_as "$@" 2>&1) || status=$?
	expect_is "$what: status ($said)" 1 $status
	echo "$what: $(head -1 <<<"$said")"
}

# begin NAME COMMAND...: what it says goes to $dir/NAME.said, and when it ends its status to $dir/NAME.status.
begin() {
	local name=$1 status=0
	shift
	{ "$@" >"$dir/$name.said" 2>&1 || status=$?; echo $status >"$dir/$name.status"; } &
}

has_ended() {
	[ -s "$dir/$1.status" ]
}

# feed_far [FIRST]: a stream of the platform goes on, from learner FIRST on, until feed_end.
feed_far() {
	rm -f "$dir/feed.end"
	{ feed_events "${1:-1001}" |
		inside lift --config /root/keys/moodle.yaml publish --source moodle --stream "far-${1:-}" - >"$dir/fed" 2>&1
		echo $? >"$dir/fed.status"; } &
	echo $! >"$dir/feed"
}

# Does the kernel carry out IPAddressDeny=? systemd says where it does not.
has_firewall() {
	! inside journalctl -q -o cat -g 'does not support BPF' >/dev/null
}
