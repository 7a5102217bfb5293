# liftd: one Makefile for everything. `make help` says what there is.

VERSION := 0.1.0

# Where `make install` puts things; SYSCONFDIR is liftd's own directory, which the programs know.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
DOCDIR ?= $(DATADIR)/doc/liftd
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
SYSCONFDIR ?= /etc/liftd
DESTDIR ?=

# SAN=1: AddressSanitizer and UndefinedBehaviorSanitizer, TSAN=1: ThreadSanitizer; each in a directory of its own.
SAN ?= 0
TSAN ?= 0
BUILD ?= build$(if $(filter clang,$(notdir $(CC))),-clang)$(if $(filter 1,$(SAN)),-san)$(if $(filter 1,$(TSAN)),-tsan)

# ---- packages (Debian 12), each with its reason ---------------------------------------------
PACKAGES := \
	gcc:compiler \
	libc6-dev:C_library_headers \
	pkg-config:finds_the_libraries_below \
	libzmq3-dev:sockets_(ZeroMQ) \
	libmsgpack-dev:messages_(MessagePack) \
	liblmdb-dev:journal_and_ledger_(LMDB) \
	libsodium-dev:pseudonyms,_checksums,_digests \
	libsystemd-dev:readiness,_watchdog,_journal_(sd_notify,_sd_journal_sendv) \
	libjansson-dev:JSON_in_and_out \
	libyaml-dev:configuration_and_catalogues_(YAML;_libcyaml,_which_is_built_on_it,_has_no_maps_with_free_keys) \
	libcsv-dev:CSV_files_of_events_(lift_publish) \
	libxlsxwriter-dev:workbooks_for_Excel_(lift_roster,_lift_report) \
	libncurses-dev:the_screen_of_lift_top_(ncursesw) \
	libsqlite3-dev:outboxes_on_disk_(liblift) \
	libmicrohttpd-dev:HTTP_(lift-xapi,_lift-web) \
	libgnutls28-dev:signatures_and_hashes_of_what_comes_by_HTTP_(lift-xapi);_libmicrohttpd_is_built_on_it \
	zlib1g-dev:short_answers_(lift-web) \
	tzdata:where_days_begin
PACKAGES_CHECK := \
	libcmocka-dev:unit_and_end-to-end_tests \
	g++:the_header_of_liblift_is_read_by_C++,_too \
	binutils:nm,_by_which_the_layers_are_checked \
	clang-format-14:the_form_of_the_code \
	systemd:systemd-analyze_verify_of_the_units \
	procps:/bin/kill,_by_which_the_unit_reloads,_and_pgrep \
	python3:the_reference_program_and_the_sample_of_events \
	python3-yaml:catalogues_in_the_reference_program \
	python3-zmq:the_programs_in_PROTOCOL.md_that_are_there_to_be_copied \
	python3-msgpack:the_same_programs,_and_the_Python_package \
	python3-nacl:sealed_outboxes_(the_Python_package) \
	python3-venv:an_environment_that_the_Python_package_is_installed_into \
	python3-pip:installs_it \
	python3-setuptools:builds_it \
	python3-wheel:builds_it \
	mypy:its_types \
	debhelper:the_form_of_a_Debian_package \
	lintian:looks_at_the_packages \
	chromium:prints_the_reports'_pages_on_A4 \
	fonts-dejavu-core:the_letters_on_them \
	poppler-utils:pdftotext,_which_reads_these_pages \
	tmux:the_terminal_of_lift_top,_which_can_be_read \
	curl:sends_to_the_gateways \
	nginx-light:the_example_of_a_reverse_proxy \
	openssl:a_certificate_for_it \
	python3-jsonschema:do_lift-web's_answers_have_the_form_that_it_tells? \
	prometheus:scrapes_lift-web,_and_promtool,_which_reads_its_metrics_and_rules
# Where there is none of another origin.
PACKAGES_CHECK += $(if $(shell command -v npm),,nodejs:others'_clients_of_xAPI npm:fetches_them)

# The page of lift-web is bundled where it is built, of what npm has and a lock file names; it needs none of that to run.
PACKAGES_PAGE := $(if $(shell command -v npm),,nodejs:bundles_the_page_of_lift-web npm:fetches_what_the_page_is_made_of)
PACKAGES_WEB := $(PACKAGES_PAGE) \
	chromium:looks_at_the_page \
	fonts-dejavu-core:the_letters_on_it

PACKAGES_SYSTEMD := \
	systemd:the_machine's_first_process \
	systemd-container:systemd-nspawn,_which_boots_it \
	mmdebstrap:a_fresh_Debian_for_the_packages \
	dbus:systemctl_within_it \
	curl:a_platform_that_sends_statements \
	iproute2:a_network_of_its_own,_with_another_machine_on_it \
	procps:pgrep,_and_/bin/kill,_by_which_the_unit_reloads

PACKAGES_DEB := \
	debhelper:the_form_of_a_Debian_package \
	dpkg-dev:builds_it \
	lintian:looks_at_it

# What liftd is measured beside: each is tried for itself, and the others are measured without it. Debian starts the servers
# that it installs; those that are measured are others, of the measurement's own.
PACKAGES_POSTGRES := postgresql:a_peer_(PostgreSQL) libpq-dev:its_client
PACKAGES_REDIS := redis-server:a_peer_(Redis) libhiredis-dev:its_client
PACKAGES_DUCK := $(if $(shell command -v npm),,nodejs:runs_a_peer_(DuckDB) npm:fetches_it)

LIBS_PROTO := msgpack jansson yaml-0.1
LIBS_DAEMON := libzmq lmdb libsodium libsystemd
LIBS_CLIENT := libzmq libsodium sqlite3
# Beside these, of lift, and of gateways.
LIBS_TOP := ncursesw
LIBS_GATEWAY := libmicrohttpd gnutls zlib
# Of what has parts of all: unit tests, fuzz targets.
LIBS_ALL = $(sort $(LIBS_DAEMON) $(LIBS_CLIENT) $(LIBS_TOP) $(LIBS_GATEWAY) $(LIBS_PROTO))

PKG_CONFIG ?= pkg-config
cflags_of = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
libs_of = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

# ---- flags ----------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wformat=2 -Wwrite-strings $(if $(WERROR),-Werror)
# Sanitizers' builds are for tests, of which there are hundreds: less is made better, and told, of each. What gcc does not
# see then makes it guess at the size of texts: the ordinary build, which sees it, warns of these.
CFLAGS ?= $(if $(filter 1,$(SAN) $(TSAN)),-O1 -g1,-O2 -g)
comma := ,
SAN_FLAGS := $(if $(filter 1,$(SAN)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DLIFT_SANITIZED)
SAN_FLAGS += $(if $(filter 1,$(SAN) $(TSAN)),-Wno-format-truncation)
SAN_FLAGS += $(if $(filter 1,$(TSAN)),-fsanitize=thread -fno-omit-frame-pointer -DLIFT_SANITIZED)
# The same source gives the same bytes, wherever it lies.
PREFIX_MAP = -ffile-prefix-map=$(CURDIR)=.

# The daemon reads others' bytes. Before the flags of who builds, which may take any of it back; sanitizers have checks of
# their own. The library checks its calls only where the compiler optimises.
X86 := $(filter x86_64% i386% i486% i586% i686%,$(shell $(CC) -dumpmachine 2>/dev/null))
ifeq ($(filter 1,$(SAN) $(TSAN)),)
HARDENING := -fPIE -fstack-protector-strong $(if $(X86),-fstack-clash-protection -fcf-protection)
HARDENING += $(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),$(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2))
HARDENING_LD := -pie -Wl,-z,relro,-z,now
endif
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DLIFT_VERSION='"$(VERSION)"' -DLIFT_SYSCONFDIR='"$(SYSCONFDIR)"' -I. $(WARNINGS) $(PREFIX_MAP) $(HARDENING) $(CPPFLAGS) $(CFLAGS) $(SAN_FLAGS) -MMD -MP -pthread
# What no right clock is before: the same source has the same.
BUILT_S := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),$(shell date -r Makefile +%s))
$(BUILD)/obj/daemon/base/clock.o: ALL_CFLAGS += -DLIFT_BUILT_S=$(BUILT_S)
ALL_LDFLAGS = $(HARDENING_LD) $(LDFLAGS) $(SAN_FLAGS) -pthread
# There are some three hundred test programs: the linker that takes half the time, where it is there.
TEST_LDFLAGS = $(ALL_LDFLAGS) $(GOLD)
GOLD := $(if $(findstring GNU gold,$(shell $(CC) -fuse-ld=gold -Wl$(comma)--version 2>/dev/null)),-fuse-ld=gold)

# ---- what is built --------------------------------------------------------------------------
# At any depth: a file is found where it stands, and its object and its program stand likewise below $(BUILD).
sources = $(sort $(shell find $(1) -name '$(2)'))
PROTO_SRC := $(call sources,proto,*.c)
DAEMON_SRC := $(filter-out daemon/main.c,$(call sources,daemon,*.c))
CLIENT_SRC := $(filter-out %/main.c clients/lib/examples/%,$(call sources,clients,*.c))
UNIT_SRC := $(call sources,tests/unit,*_test.c)
UNIT_LIB := $(filter-out $(UNIT_SRC),$(call sources,tests/unit,*.c)) tests/raw.c
E2E_SRC := $(call sources,tests/e2e,*_test.c)
E2E_LIB := $(filter-out $(E2E_SRC),$(call sources,tests/e2e,*.c)) tests/raw.c
TORTURE_SRC := $(call sources,tests/torture,*_test.c)
TORTURE_LIB := $(filter-out $(TORTURE_SRC) $(addprefix tests/torture/,faults.c junk.c memory.c),$(call sources,tests/torture,*.c))
BENCH_SRC := $(call sources,tests/bench,*_bench.c)
PEERS_SRC := $(call sources,tests/bench/peers,*.c)
BENCH_LIB := $(filter-out $(BENCH_SRC) $(PEERS_SRC),$(call sources,tests/bench,*.c))
FUZZ_NAMES := $(patsubst tests/fuzz/%_fuzz.c,%,$(call sources,tests/fuzz,*_fuzz.c))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
PROTO_A := $(BUILD)/libproto.a
DAEMON_A := $(BUILD)/libdaemon.a
CLIENT_A := $(BUILD)/libclient.a
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(UNIT_SRC))
E2ES := $(patsubst tests/e2e/%.c,$(BUILD)/tests/e2e/%,$(E2E_SRC))
PRELOADS := $(patsubst %.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))
TORTURES := $(patsubst tests/torture/%.c,$(BUILD)/tests/torture/%,$(TORTURE_SRC))
STORY_TOOLS := $(patsubst %.c,$(BUILD)/%,$(call sources,tests/systemd,*.c))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(BENCH_SRC))
REPLAYS := $(patsubst %,$(BUILD)/tests/fuzz/%_replay,$(FUZZ_NAMES))

# The library that others use. Its number changes when a program that was linked with it could not run with a later one.
LIBLIFT_SO := liblift.so.0
LIBLIFT := $(BUILD)/liblift.so.$(VERSION)
LIBLIFT_SRC := $(call sources,clients/lib,*.c)
LIBLIFT_SRC := $(filter-out clients/lib/examples/%,$(LIBLIFT_SRC))

.DEFAULT_GOAL := all
.PHONY: all objects page check-web deps deps-check deps-clang deps-fuzz check unit e2e torture torture-short soak everything fuzz-replay units-verify check-systemd check-systemd-all bench bench-scale bench-more bench-peers demo deb deb-build install install-strip uninstall clean distclean format format-check help
.SECONDARY:

all: $(BUILD)/liftd $(BUILD)/lift $(BUILD)/lift-xapi $(BUILD)/lift-web $(LIBLIFT)

help:
	@echo 'make              build liftd, lift, lift-xapi, lift-web and liblift into $(BUILD)/'
	@echo 'make demo         install what is missing, build, and watch an autumn of one programme, in the terminal and on the page'
	@echo '                  PROGRAMME=akademi-norr, helgeland, level-up, mediq or vesteralen: one of these instead'
	@echo 'make check        install what is missing, build, and run all tests'
	@echo '                  CHECK_JOBS=n: so many programs at a time (without -j: one a processor)'
	@echo 'make unit         the tests of modules; also e2e (the real daemon and command), torture-short, fuzz-replay,'
	@echo '                  reference (the reference program itself), units-verify'
	@echo 'make page         bundle the page of lift-web into $(BUILD)/page/ (node, and the registry of npm); demo and deb do so, too'
	@echo 'make check-web    install what is missing, and look at the page in a browser, with a real liftd and lift-web'
	@echo 'make check-systemd install what is missing, and run liftd, lift-xapi and lift-web under a real systemd, in a machine of its own (as root);'
	@echo '                  STORY=NAME: one of these tests'
	@echo 'make test-NAME    NAME_test alone; FILTER=pattern: those of its tests that are called so (* and ?)'
	@echo '                  LIFT_SEED=n in the environment: what is left to chance again as it was, whose seed a test says'
	@echo 'make torture      kill -9, failing disks, loss of power, many rounds of each; ROUNDS=n: at most so many; TORTURE=NAME: one of them'
	@echo 'make soak         30 minutes under load; SECONDS=n, RATE=events/s'
	@echo 'make everything   30 minutes of clients that die, restarts, reloads, backups, junk and a slow disk at once; SECONDS=n'
	@echo 'make fuzz-NAME    FUZZ_SECONDS=$(FUZZ_SECONDS), NAME one of $(FUZZ_NAMES)'
	@echo 'make privacy      what open figures disclose, and what they are good for, measured: some minutes (a short form is part of check)'
	@echo 'make bench        measure, in ten minutes (not part of the tests); ONLY=intake,plain,rich,nordic,facts,live,out: some of it;'
	@echo '                  bench-scale: with ten million learners; bench-more: what has no target, an hour'
	@echo 'make bench-peers  install PostgreSQL, Redis and DuckDB, and measure how they, and SQLite, keep the same events; ROUNDS=n'
	@echo 'make install      DESTDIR= PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR); also BINDIR, SBINDIR, LIBEXECDIR, LIBDIR, INCLUDEDIR,'
	@echo '                  PKGCONFIGDIR, DATADIR, MANDIR, DOCDIR, UNITDIR, SYSUSERSDIR, TMPFILESDIR; install-strip: without symbols'
	@echo 'make uninstall    with the same directories; a changed configuration stays'
	@echo 'make deb          install what is missing, and make the Debian packages $(BUILD)/deb/*.deb: liftd, lift, lift-xapi, lift-web, and liblift for programs'
	@echo 'make deps         is everything there that the build needs? deps-check: that the tests need'
	@echo 'make format       the form of the code, by $(CLANG_FORMAT); format-check says what is not in it'
	@echo 'make clean        remove what was built; so does distclean'
	@echo 'SAN=1 builds with sanitizers, TSAN=1 with that of threads, CC=clang with clang, each in a directory of its own.'

# What was built with other flags is built again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --exists --print-errors $(LIBS_ALL) || \
		{ echo 'As root, on Debian: apt-get install --no-install-recommends $(foreach p,$(PACKAGES),$(firstword $(subst :, ,$(p))))' >&2; exit 1; }
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@
FORCE:

$(BUILD)/obj/%.o: %.c Makefile $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(call cflags_of,$(LIBS_PROTO)) -c -o $@ $<

# The shipped mapping is a part of the program.
$(BUILD)/obj/clients/xapi/map/table.o: clients/xapi/map.yaml

$(PROTO_A): $(call obj,$(PROTO_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(DAEMON_A): $(call obj,$(DAEMON_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/liftd: $(call obj,daemon/main.c) $(DAEMON_A) $(PROTO_A)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_DAEMON) $(LIBS_PROTO)) -lm $(LDLIBS)

# Its objects are of their own: they may lie anywhere. What it exports is in the map, and of proto/ it has what it needs.
pic = $(patsubst %.c,$(BUILD)/pic/%.o,$(1))
$(BUILD)/pic/%.o: %.c Makefile $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC $(call cflags_of,$(LIBS_PROTO)) -c -o $@ $<

$(BUILD)/pic/libproto.a: $(call pic,$(PROTO_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(LIBLIFT): $(call pic,$(LIBLIFT_SRC)) $(BUILD)/pic/libproto.a clients/lib/lift.map
	$(CC) $(filter-out -pie,$(ALL_LDFLAGS)) -shared -Wl,-soname,$(LIBLIFT_SO) -Wl,--version-script=clients/lib/lift.map \
		-Wl,--as-needed $(if $(SAN_FLAGS),,-Wl$(comma)-z$(comma)defs) -o $@ $(filter-out %.map,$^) \
		$(call libs_of,$(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

$(CLIENT_A): $(call obj,$(CLIENT_SRC))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/lift: $(call obj,clients/cli/main.c) $(CLIENT_A) $(PROTO_A)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_CLIENT) $(LIBS_TOP) $(LIBS_PROTO)) -lcsv -lxlsxwriter -lm $(LDLIBS)

# A gateway's daemon.
$(BUILD)/lift-xapi: $(call obj,clients/xapi/main.c) $(CLIENT_A) $(PROTO_A)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_CLIENT) $(LIBS_GATEWAY) libsystemd $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/lift-web: $(call obj,clients/web/main.c) $(CLIENT_A) $(PROTO_A)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_CLIENT) $(LIBS_GATEWAY) libsystemd $(LIBS_PROTO)) -lcsv -lxlsxwriter -lm $(LDLIBS)

# The page that it serves. What npm has is put into the build's directory, by the lock file and without any script of theirs.
PAGE_SRC := $(shell find clients/web/page -type f ! -name page.png)
PAGE_WORK := $(BUILD)/page-work
page: $(BUILD)/page/index.html
$(PAGE_WORK)/fetched: clients/web/page/package.json clients/web/page/package-lock.json
	@command -v npm >/dev/null || { echo 'The page needs npm. As root, on Debian: apt-get install --no-install-recommends nodejs npm' >&2; exit 1; }
	@mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(BUILD)/page/index.html: $(PAGE_WORK)/fetched $(PAGE_SRC) clients/web/openapi.json
	@rm -rf $(addprefix $(PAGE_WORK)/,src words style test)
	@cp -R $(addprefix clients/web/page/,src words style test index.html build.mjs coast.mjs) $(PAGE_WORK)
	node $(PAGE_WORK)/build.mjs $(BUILD)/page
	@cp clients/web/openapi.json $(BUILD)/page

# A unit test may use anything of the daemon's, and the client's but for its main.
$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(call obj,$(UNIT_LIB) tests/filter.c) $(CLIENT_A) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_ALL)) -lcsv -lxlsxwriter -lm $(LDLIBS)

# Its publisher is the library itself.
$(BUILD)/tests/e2e/outbox_keys_test: $(call obj,tests/e2e/outbox_keys_test.c $(E2E_LIB) tests/filter.c) $(CLIENT_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/tests/e2e/%: $(BUILD)/obj/tests/e2e/%.o $(call obj,$(E2E_LIB) tests/filter.c) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

# Stands between liftd and the C library in these tests; without sanitizers, which would be found twice.
$(BUILD)/tests/torture/faults.so: tests/torture/faults.c tests/torture/faults.h Makefile $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(filter-out $(SAN_FLAGS) $(HARDENING) -MMD -MP,$(ALL_CFLAGS)) -fPIC -shared -o $@ $< -ldl

# Libraries that stand between a program and the C library.
$(BUILD)/tests/preload/%.so: tests/preload/%.c Makefile $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(filter-out $(SAN_FLAGS) $(HARDENING) -MMD -MP,$(ALL_CFLAGS)) -fPIC -shared -o $@ $<

# In process: as unit tests are.
$(BUILD)/tests/torture/orders_test: $(call obj,tests/torture/orders_test.c $(UNIT_LIB) tests/filter.c) $(CLIENT_A) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_ALL)) -lcsv -lxlsxwriter -lm $(LDLIBS)

# So is this one's.
$(BUILD)/tests/torture/outbox_test: $(call obj,tests/torture/outbox_test.c $(TORTURE_LIB) $(E2E_LIB) tests/filter.c) $(CLIENT_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

# Their allocations fail: malloc is theirs, by the linker where a sanitizer has its own.
MEMORY_TESTS := $(patsubst %,$(BUILD)/tests/torture/%_test,memory intake_memory tally_memory)
$(MEMORY_TESTS): $(BUILD)/tests/torture/%: $(BUILD)/obj/tests/torture/%.o \
		$(call obj,tests/torture/memory.c tests/filter.c $(UNIT_LIB)) $(CLIENT_A) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(if $(SAN_FLAGS),-Wl$(comma)--wrap=malloc$(comma)--wrap=calloc$(comma)--wrap=realloc) -o $@ $^ \
		$(call libs_of,cmocka $(LIBS_ALL)) -lcsv -lxlsxwriter -lm $(LDLIBS)

$(BUILD)/tests/torture/%: $(BUILD)/obj/tests/torture/%.o $(call obj,$(TORTURE_LIB) $(E2E_LIB) tests/filter.c) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,cmocka $(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/tests/torture/junk: $(BUILD)/obj/tests/torture/junk.o
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,libzmq) $(LDLIBS)

$(BUILD)/tests/systemd/%: $(BUILD)/obj/tests/systemd/%.o $(call obj,tests/raw.c) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/tests/bench/outbox_bench: $(BUILD)/obj/tests/bench/outbox_bench.o $(CLIENT_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_CLIENT) $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(call obj,$(BENCH_LIB)) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_DAEMON) $(LIBS_PROTO)) -lm $(LDLIBS)

# Of others' libraries only what each needs; they are built where these are there.
LIBS_PEER_liftd := libzmq
LIBS_PEER_postgres := libpq
LIBS_PEER_redis := hiredis
LIBS_PEER_sqlite := sqlite3
$(BUILD)/obj/tests/bench/peers/postgres.o: ALL_CFLAGS += $(call cflags_of,libpq)
$(BUILD)/peers/%: $(BUILD)/obj/tests/bench/peers/%.o $(call obj,tests/bench/peers/peer.c tests/bench/world.c) $(PROTO_A)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_PEER_$*) $(LIBS_PROTO)) -lm $(LDLIBS)

$(BUILD)/peers/duck/fetched: tests/bench/peers/package.json tests/bench/peers/package-lock.json
	@mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

# A fuzz target, with libFuzzer (build-fuzz only) and without.
FUZZ_LINK = $(CC) $(TEST_LDFLAGS) -o $@ $^ $(call libs_of,$(LIBS_ALL)) -lcsv -lxlsxwriter -lm $(LDLIBS)
$(BUILD)/tests/fuzz/%_replay: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(call obj,tests/fuzz/replay.c) $(CLIENT_A) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(FUZZ_LINK)

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(CLIENT_A) $(DAEMON_A) $(PROTO_A)
	@mkdir -p $(@D)
	$(FUZZ_LINK) -fsanitize=fuzzer

-include $(shell find $(BUILD)/obj $(BUILD)/pic -name '*.d' 2>/dev/null)

# ---- packages: what is there is not touched --------------------------------------------------
missing_of = $(foreach p,$(1),$(if $(shell dpkg-query -W -f '$${db:Status-Status}' $(firstword $(subst :, ,$(p))) 2>/dev/null | grep -x installed),,$(p)))
# Says what is missing, with its reason, and the command.
define say_missing
missing='$(strip $(call missing_of,$(1)))'; \
	command -v dpkg-query >/dev/null || exit 0; \
	[ -n "$$missing" ] || exit 0; \
	names=; \
	for p in $$missing; do names="$$names $${p%%:*}"; echo "missing: $${p%%:*} ($$(echo "$${p#*:}" | tr _ ' '))"; done
endef
define need_packages
	@$(call say_missing,$(1)); echo "As root: apt-get install --no-install-recommends$$names" >&2; exit 1
endef
# Only for the two commands of the README.
define install_packages
	@$(call say_missing,$(1)); \
	if [ "$$(id -u)" != 0 ]; then echo "As root: apt-get install --no-install-recommends$$names" >&2; exit 1; fi; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-upgrade $$names
endef

# Is everything there?
deps:
	$(call need_packages,$(PACKAGES))

deps-clang:
	$(call need_packages,clang:the_second_compiler_that_must_not_warn)

deps-fuzz:
	$(call need_packages,$(PACKAGES) clang:fuzz_targets_are_built_with_it libclang-rt-14-dev:libFuzzer_and_the_sanitizers)

deps-check:
	$(call need_packages,$(PACKAGES) $(PACKAGES_CHECK))

# ---- tests -----------------------------------------------------------------------------------
# As many at a time as make was told (-j), else one a processor.
CHECK_JOBS ?= $(shell nproc)
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(CHECK_JOBS))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)

# Libraries that were installed a moment ago are found by a make that starts after that.
check:
	$(call install_packages,$(PACKAGES) $(PACKAGES_CHECK))
	@$(SUBMAKE) all tests
	@$(SUBMAKE) check-all

# Many events of nobody, the same ones each time.
SAMPLE := $(BUILD)/tests/sample/events.csv
$(SAMPLE): tests/reference/sample.py tests/reference/sample.yaml
	@mkdir -p $(@D)
	python3 -B $< $(@D)

.PHONY: tests
# All that a compiler sees, and nothing linked.
objects: $(call obj,$(shell find proto daemon clients tests -name '*.c' -not -path 'tests/fuzz/*' -not -path 'tests/bench/peers/*' -not -path 'clients/lib/examples/*' | sort))

tests: $(SAMPLE) $(BENCHES) $(STORY_TOOLS) $(UNITS) $(E2ES) $(PRELOADS) $(TORTURES) $(BUILD)/tests/torture/faults.so $(REPLAYS)

# Scripts: what each of them runs.
ALL_SCRIPTS := reference privacy python units_verify prune alert first_hour top install liblift deb completion layers layers_test format xapi_clients xapi_proxy xapi_hour demo web_proxy web_openapi web_metrics
# The sanitizers look for faults of C; what figures, pages, packages and texts are, the ordinary check says. So they run
# the scripts in which C does what it does in no other program; of the others the C is that of tests/e2e, or there is
# none. And of what a test does with many worlds or values they do one of LESS (tests/seed.h).
SANITIZED_SCRIPTS := top:nothing_else_draws_on_a_terminal \
	liblift:programs_of_others_are_linked_with_it \
	xapi_clients:requests_as_others_write_them xapi_proxy:HTTP_as_a_proxy_writes_it \
	web_proxy:a_feed_through_a_proxy web_openapi:each_path_with_each_parameter
# These programs, too, are left to the ordinary check: what they try is numbers, or other files, not C.
NOT_SANITIZED := e2e/reference_test:many_events_against_a_slow_program_which_worlds_test_does_with_few \
	e2e/examples_test:catalogues_to_be_copied
IS_SANITIZED := $(filter 1,$(SAN) $(TSAN))
names_of = $(foreach s,$(1),$(firstword $(subst :, ,$(s))))
SCRIPTS := $(if $(IS_SANITIZED),$(filter $(call names_of,$(SANITIZED_SCRIPTS)),$(ALL_SCRIPTS)),$(ALL_SCRIPTS))
LESS := $(if $(IS_SANITIZED),4,1)
export LIFT_LESS := $(LESS)
script_xapi_clients = sh tests/xapi_clients_test.sh $(BUILD)
script_xapi_proxy = sh tests/xapi_proxy_test.sh $(BUILD)
script_web_metrics = sh tests/web_metrics_test.sh $(BUILD)
script_xapi_hour = sh tests/xapi_hour_test.sh $(BUILD)
script_demo = sh tests/demo_test.sh $(BUILD)
script_web_proxy = sh tests/web_proxy_test.sh $(BUILD)
script_web_openapi = sh tests/web_openapi_test.sh $(BUILD)
script_layers = sh tests/check-layers.sh $(BUILD)
script_layers_test = sh tests/layers_test.sh $(BUILD)
script_format = $(MAKE) --no-print-directory format-check
script_reference = python3 -B tests/reference/lift_oracle_test.py
script_privacy = python3 -B tests/privacy/privacy_test.py $(BUILD)/lift
script_python = sh tests/python_test.sh $(BUILD)
script_units_verify = sh tests/units_verify.sh $(BUILD)/liftd
script_completion = bash tests/completion_test.sh $(BUILD)
script_prune = sh tests/prune_test.sh
script_alert = sh tests/alert_test.sh
script_first_hour = sh tests/first_hour_test.sh $(BUILD)
script_top = sh tests/top_test.sh $(BUILD)
script_deb = env MAKE=$(firstword $(MAKE)) sh tests/deb_test.sh $(BUILD)
script_liblift = env MAKE=$(firstword $(MAKE)) CC='$(CC)' SAN_FLAGS='$(SAN_FLAGS)' sh tests/liblift_test.sh $(BUILD)
script_install = env MAKE=$(firstword $(MAKE)) sh tests/install_test.sh $(BUILD)

# A run is one program with its own log below $(LOGS); those that take longest begin first.
LOGS := $(BUILD)/tests/log
LONG := %/worlds_test %/readers_test %/publish_test %/reference_test %/watch_test %/disk_test %/ingredients_test %/verify_test \
	%/odd_answers_test %/audience_test %/reload_test %/report_test %/stop_test %/restore_test %/examples_test %/compact_test \
	%/deb %/python
long_first = $(filter $(LONG),$(1)) $(filter-out $(LONG),$(1))
runs_of = $(call long_first,$(patsubst $(BUILD)/tests/%,run-%,$(1)))
UNIT_RUNS := $(call runs_of,$(UNITS))
E2E_RUNS := $(call runs_of,$(if $(IS_SANITIZED),$(filter-out $(patsubst %,$(BUILD)/tests/%,$(call names_of,$(NOT_SANITIZED))),$(E2ES)),$(E2ES)))
TORTURE_RUNS := $(call runs_of,$(TORTURES))
REPLAY_RUNS := $(call runs_of,$(REPLAYS))
SCRIPT_RUNS := $(SCRIPTS:%=run-script/%)
ALL_RUNS := $(call long_first,$(UNIT_RUNS) $(TORTURE_RUNS) $(E2E_RUNS) $(SCRIPT_RUNS) $(REPLAY_RUNS))
RUN = LIFT_BUILD=$(abspath $(BUILD)) sh tests/run.sh $* $(LOGS)/$*.log
summary_of = @sh tests/summary.sh $(LOGS) $(patsubst run-%,%,$(1))
.PHONY: $(ALL_RUNS) check-all reference privacy

# Unit tests make thousands of databases that nobody needs afterwards: in memory, where it has room for them (2 GiB).
# What must survive a disk is tested on one, in tests/e2e and tests/torture.
MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2097152 { print "/dev/shm" }')
ifneq ($(MEMORY),)
$(UNIT_RUNS): export TMPDIR := $(MEMORY)
endif

$(UNIT_RUNS): run-%: $(BUILD)/tests/%
	@$(RUN) $<

$(E2E_RUNS): run-%: $(BUILD)/tests/% | all $(PRELOADS) $(SAMPLE)
	@$(RUN) $<

# A few rounds of each are part of the tests; ROUNDS of them are for torture.
$(TORTURE_RUNS): run-%: $(BUILD)/tests/% | all $(BUILD)/tests/torture/faults.so
	@ROUNDS=$(ROUNDS) $(RUN) $<

$(REPLAY_RUNS): run-fuzz/%_replay: $(BUILD)/tests/fuzz/%_replay
	@sh tests/run.sh fuzz/$*_replay $(LOGS)/fuzz/$*_replay.log $< $(call corpus_of,$*)

run-script/web_metrics: | $(PRELOADS)

$(SCRIPT_RUNS): run-script/%: | all
	@sh tests/run.sh script/$* $(LOGS)/script/$*.log $(script_$*)

check-all: $(ALL_RUNS)
	$(call summary_of,$(ALL_RUNS))

# The page in a browser: what a reader sees of a real liftd through a real lift-web. SHOTS is where the pictures go.
check-web:
	$(call install_packages,$(PACKAGES) $(PACKAGES_WEB))
	@$(SUBMAKE) all page
	@sh tests/web_page_test.sh $(BUILD) $(or $(SHOTS),$(BUILD)/web-shots)

# A real systemd, in machines that are booted for it. Who is not root, or cannot get the packages, is told what is left out.
STORIES := $(if $(STORY),tests/systemd/$(STORY)_test.sh,$(wildcard tests/systemd/*_test.sh))
FRESH_ROOT := $(BUILD)/tests/systemd/fresh-root.tar
STORY_RUNS := $(patsubst tests/systemd/%.sh,run-systemd/%,$(STORIES))
.PHONY: $(STORY_RUNS)
check-systemd:
	$(if $(filter 0,$(shell id -u)),$(call install_packages,$(PACKAGES) $(PACKAGES_PAGE) $(PACKAGES_DEB) $(PACKAGES_SYSTEMD)))
	@$(SUBMAKE) all $(STORY_TOOLS)
	@$(if $(filter 0,$(shell id -u)),$(SUBMAKE) page || echo 'lift-web without its page: its story is left out')
	@$(if $(filter 0,$(shell id -u)),$(SUBMAKE) deb-build && $(SUBMAKE) $(FRESH_ROOT))
	@$(SUBMAKE) check-systemd-all

$(FRESH_ROOT): systemd/debian/control tests/systemd/fresh_root.sh
	@sh tests/systemd/fresh_root.sh $@ $(BUILD)/deb/*.deb

$(STORY_RUNS): run-systemd/%: tests/systemd/%.sh | all $(STORY_TOOLS)
	@LIFT_TEST_SECONDS=300 LIFT_BUILD=$(abspath $(BUILD)) MAKE=$(firstword $(MAKE)) \
		sh tests/run.sh systemd/$* $(LOGS)/systemd/$*.log bash $<

check-systemd-all: $(STORY_RUNS)
	$(call summary_of,$^)

unit: $(UNIT_RUNS)
	$(call summary_of,$^)

e2e: $(E2E_RUNS)
	$(call summary_of,$^)

torture-short: $(if $(TORTURE),run-torture/$(TORTURE)_test,$(TORTURE_RUNS))
	$(call summary_of,$^)

fuzz-replay: $(REPLAY_RUNS)
	$(call summary_of,$^)

reference: run-script/reference
	$(call summary_of,$^)

# The attackers of run-script/privacy, many times each: the tables of daemon/PRIVACY.md.
privacy: deps
	@$(SUBMAKE) all
	@python3 -B tests/privacy/measure.py $(BUILD)/lift

units-verify: run-script/units_verify run-script/prune run-script/alert
	$(call summary_of,$^)

# One program, whatever directory it is in, and with FILTER=pattern one test of it.
test-%:
	@programs='$(filter %/$*_test,$(UNITS) $(E2ES) $(TORTURES))'; \
	[ -n "$$programs" ] || { echo 'there is no $*_test below tests/unit, tests/e2e or tests/torture' >&2; exit 1; }; \
	$(SUBMAKE) all $(SAMPLE) $(PRELOADS) $(BUILD)/tests/torture/faults.so $$programs || exit 1; \
	mkdir -p $(LOGS); failed=; for t in $$programs; do \
		echo "== $$t"; \
		{ LIFT_FILTER='$(FILTER)' ROUNDS='$(ROUNDS)' LIFT_BUILD=$(abspath $(BUILD)) $$t; echo $$? >$(LOGS)/status; } 2>&1 | tee $(LOGS)/one.log; \
		[ "$$(cat $(LOGS)/status)" = 0 ] || failed=1; \
		grep -q 'Running [1-9]' $(LOGS)/one.log || { echo "$$t: no test is called like FILTER" >&2; failed=1; }; \
	done; [ -z "$$failed" ]

# However long that takes.
torture: deps-check
	@$(SUBMAKE) all tests
	@LIFT_TEST_SECONDS=0 $(SUBMAKE) torture-short ROUNDS=$(or $(ROUNDS),1000000)

# SECONDS of RATE events/s.
soak: deps
	@$(SUBMAKE) all $(BENCHES)
	@sh tests/torture/soak.sh $(BUILD) $(or $(SECONDS),1800) $(or $(RATE),50000)

# All of that at the same time, for SECONDS; what is left to chance by LIFT_SEED.
everything: deps
	@$(SUBMAKE) all $(PRELOADS) $(BUILD)/tests/bench/load_bench $(BUILD)/tests/torture/junk
	@sh tests/torture/everything.sh $(BUILD) $(or $(SECONDS),1800)

# Fuzzing starts from a corpus of ours, and from what else is lying about in the target's form.
FUZZ_SECONDS ?= 60
FUZZ_MAX_batch := 65536
FUZZ_ALSO_batch := $(wildcard proto/vectors/batch-*.hex proto/vectors/refused-*.hex)
FUZZ_ALSO_request := $(wildcard $(patsubst %,proto/vectors/%.hex,hello* status* export* explain* roster* backup* catalogue-asked* refused-request*))
FUZZ_ALSO_answer := $(wildcard $(patsubst %,proto/vectors/%.hex,ack* nack* welcome* refusal* refused-answer* metric* beat* catalogue*))
FUZZ_ALSO_reader := $(filter-out %/README.json,$(wildcard proto/vectors/*.json))
FUZZ_ALSO_config := systemd/liftd.yaml $(wildcard daemon/examples/*-liftd.yaml)
FUZZ_ALSO_catalogue := $(filter-out %-liftd.yaml,$(wildcard tests/golden/catalogue.yaml proto/vectors/*.yaml daemon/examples/*.yaml))
corpus_of = $(wildcard tests/fuzz/corpus/$(1)/*) $(FUZZ_ALSO_$(1))

# What it finds stays in build-fuzz/: an input that breaks something is made small, and then moves to the corpus.
fuzz-%: deps-fuzz
	@$(SUBMAKE) BUILD=build-fuzz CC=clang SAN=1 CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' \
		build-fuzz/tests/fuzz/$*_fuzz build-fuzz/tests/fuzz/$*_replay
	@mkdir -p build-fuzz/seeds/$* build-fuzz/found/$*
	@build-fuzz/tests/fuzz/$*_replay --to build-fuzz/seeds/$* $(call corpus_of,$*)
	build-fuzz/tests/fuzz/$*_fuzz -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
		-max_len=$(or $(FUZZ_MAX_$*),4096) -artifact_prefix=build-fuzz/$*- build-fuzz/found/$* build-fuzz/seeds/$*

# One table and JSON, in ten minutes; ONLY=PART,... of it, RUNS=n of each at most.
bench: deps
	@$(SUBMAKE) all $(BENCHES)
	@python3 -B tests/bench/bench.py $(BUILD) $(if $(ONLY),--only $(ONLY)) $(if $(RUNS),--runs $(RUNS))

# The same of ten million learners: some minutes, and 10 GB of disk.
bench-scale: deps
	@$(SUBMAKE) all $(BENCHES)
	@python3 -B tests/bench/bench.py $(BUILD) --scale

# What has no target: fairness between platforms, gateways, outboxes, releases, the way back; an hour.
bench-more: deps
	@$(SUBMAKE) all $(BENCHES)
	@for what in fair xapi web outbox release recovery; do sh tests/bench/$$what.sh $(BUILD) || exit 1; done
	@sh tests/bench/recovery.sh $(BUILD) 10000000 2000000

# A peer that cannot be had is named in the table, and the others are measured.
bench-peers: deps
	-$(call install_packages,$(PACKAGES_POSTGRES))
	-$(call install_packages,$(PACKAGES_REDIS))
	-$(call install_packages,$(PACKAGES_DUCK))
	@peers='$(BUILD)/peers/liftd'; \
	for p in $(foreach p,postgres redis sqlite,$(p):$(LIBS_PEER_$(p))); do \
		! $(PKG_CONFIG) --exists $${p#*:} || peers="$$peers $(BUILD)/peers/$${p%%:*}"; \
	done; \
	$(SUBMAKE) all $(BUILD)/tests/bench/world_bench $$peers
	-@$(SUBMAKE) $(BUILD)/peers/duck/fetched
	@sh tests/bench/peers/peers.sh $(BUILD) $(ROUNDS)

demo:
	$(call install_packages,$(PACKAGES) $(PACKAGES_PAGE))
	@$(SUBMAKE) all
	@$(SUBMAKE) page >$(BUILD)/page.log 2>&1 || { tail -n 3 $(BUILD)/page.log; echo 'the page of lift-web could not be built: the demo goes on without it'; }
	@sh clients/demo.sh $(BUILD) $(PROGRAMME)

# ---- install -----------------------------------------------------------------------------------
# The page, where it was built.
PAGE_BUILT := $(shell cd $(BUILD)/page 2>/dev/null && find . -type f | sed 's|^./||' | LC_ALL=C sort)
# What is installed: how:from:to. Texts get the directories that they name; a configuration that is there stays.
MANUALS := $(call sources,clients,*.1) $(call sources,clients,*.3) $(call sources,clients,*.5) $(call sources,clients,*.8) $(call sources,daemon,*.5) $(call sources,daemon,*.8)
INSTALLED := \
	program:$(BUILD)/liftd:$(SBINDIR)/liftd \
	program:$(BUILD)/lift:$(BINDIR)/lift \
	program:$(BUILD)/lift-xapi:$(SBINDIR)/lift-xapi \
	program:$(BUILD)/lift-web:$(SBINDIR)/lift-web \
	$(foreach f,openapi.json grafana.json prometheus-rules.yaml,$(if $(wildcard clients/web/$(f)),file:clients/web/$(f):$(DATADIR)/lift-web/$(f))) \
	library:$(LIBLIFT):$(LIBDIR)/$(notdir $(LIBLIFT)) \
	link:$(notdir $(LIBLIFT)):$(LIBDIR)/$(LIBLIFT_SO) \
	link:$(LIBLIFT_SO):$(LIBDIR)/liblift.so \
	text:clients/lib/lift.h:$(INCLUDEDIR)/lift/lift.h \
	text:proto/err.h:$(INCLUDEDIR)/lift/err.h \
	text:clients/lib/liblift.pc.in:$(PKGCONFIGDIR)/liblift.pc \
	$(foreach f,$(sort $(wildcard clients/lib/examples/*.c)),file:$(f):$(DOCDIR)/examples/$(notdir $(f))) \
	script:systemd/prune-backups:$(LIBEXECDIR)/liftd/prune-backups \
	script:systemd/alert:$(LIBEXECDIR)/liftd/alert \
	$(foreach f,$(MANUALS),text:$(f):$(MANDIR)/man$(subst .,,$(suffix $(f)))/$(notdir $(f))) \
	$(foreach f,README.md LICENSE daemon/OPERATING.md daemon/PRIVACY.md proto/PROTOCOL.md proto/METRICS.md,text:$(f):$(DOCDIR)/$(notdir $(f))) \
	$(foreach f,$(sort $(wildcard proto/vectors/*)),file:$(f):$(DOCDIR)/vectors/$(notdir $(f))) \
	$(foreach f,$(sort $(wildcard systemd/examples/*)),file:$(f):$(DOCDIR)/$(notdir $(f))) \
	$(foreach f,$(sort $(wildcard daemon/examples/*.yaml)),file:$(f):$(DATADIR)/liftd/examples/$(notdir $(f))) \
	file:clients/xapi/map.yaml:$(DATADIR)/liftd/examples/lift-xapi-map.yaml \
	$(foreach f,$(sort $(wildcard systemd/*.service systemd/*.timer)),text:$(f):$(UNITDIR)/$(notdir $(f))) \
	file:clients/completion/lift.bash:$(DATADIR)/bash-completion/completions/lift \
	text:systemd/liftd.sysusers:$(SYSUSERSDIR)/liftd.conf \
	text:systemd/lift-xapi.sysusers:$(SYSUSERSDIR)/lift-xapi.conf \
	text:systemd/lift-web.sysusers:$(SYSUSERSDIR)/lift-web.conf \
	text:systemd/liftd.tmpfiles:$(TMPFILESDIR)/liftd.conf \
	config:systemd/liftd.yaml:$(SYSCONFDIR)/liftd.yaml \
	config:systemd/catalogue.yaml:$(SYSCONFDIR)/catalogue.yaml \
	config:systemd/lift-xapi.yaml:$(SYSCONFDIR)/lift-xapi.yaml \
	config:systemd/lift-web.yaml:$(SYSCONFDIR)/lift-web.yaml \
	$(foreach f,$(filter-out openapi.json%,$(PAGE_BUILT)),file:$(BUILD)/page/$(f):$(DATADIR)/lift-web/$(f))
OWN_DIRECTORIES := $(LIBEXECDIR)/liftd $(INCLUDEDIR)/lift $(DOCDIR)/vectors $(DOCDIR)/examples $(DOCDIR) $(DATADIR)/liftd/examples $(DATADIR)/liftd $(DATADIR)/lift-web/assets $(DATADIR)/lift-web $(SYSCONFDIR)
WITH_DIRECTORIES := sed -e 's|/usr/sbin/lift|$(SBINDIR)/lift|g' -e 's|/usr/bin/lift |$(BINDIR)/lift |g' \
	-e 's|/usr/libexec/|$(LIBEXECDIR)/|g' -e 's|/etc/liftd|$(SYSCONFDIR)|g' -e 's|/usr/share/lift-web|$(DATADIR)/lift-web|g' \
	-e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	-e 's|include "proto/err.h"|include <lift/err.h>|'
STRIP_FLAG :=
EACH_INSTALLED = for f in $(INSTALLED); do how=$${f%%:*}; f=$${f\#*:}; from=$${f%%:*}; to='$(DESTDIR)'$${f\#*:}

install: all
	@[ -z '$(PAGE_BUILT)' ] || rm -rf '$(DESTDIR)$(DATADIR)/lift-web/assets' # of an earlier page: their names are others
	@install -d '$(DESTDIR)$(DATADIR)/lift-web'
	@set -e; text=$$(mktemp); trap 'rm -f "$$text"' EXIT; \
	$(EACH_INSTALLED); \
		case $$how in \
		program) install -D $(STRIP_FLAG) -m 755 $$from "$$to" ;; \
		library) install -D $(STRIP_FLAG) -m 644 $$from "$$to" ;; \
		link) ln -sf $$from "$$to" ;; \
		file) install -D -m 644 $$from "$$to" ;; \
		script) $(WITH_DIRECTORIES) $$from >$$text; install -D -m 755 $$text "$$to" ;; \
		config) [ -e "$$to" ] || { $(WITH_DIRECTORIES) $$from >$$text; install -D -m 644 $$text "$$to"; } ;; \
		text) $(WITH_DIRECTORIES) $$from >$$text; install -D -m 644 $$text "$$to" ;; \
		esac; \
	done
	@[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ! ldconfig -N -X -v 2>/dev/null | grep -q '^$(LIBDIR):' || ldconfig
	@echo 'installed below $(DESTDIR)$(PREFIX), and $(DESTDIR)$(SYSCONFDIR)'
	@[ -n '$(PAGE_BUILT)' ] || echo 'without the page of lift-web: make page builds it, by node and npm'

install-strip:
	@$(MAKE) --no-print-directory install STRIP_FLAG=-s

# What install has put there; not a configuration that was changed, and never the state.
uninstall:
	@set -e; $(EACH_INSTALLED); \
		if [ $$how = config ] && [ -e "$$to" ] && ! $(WITH_DIRECTORIES) $$from | cmp -s - "$$to"; then \
			echo "kept, since it was changed: $$to"; \
		else \
			rm -f "$$to"; \
		fi; \
	done; \
	for d in $(OWN_DIRECTORIES); do \
		[ ! -d "$(DESTDIR)$$d" ] || rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$d"; \
	done

# ---- Debian packages -----------------------------------------------------------------------------
# Built in a tree of its own, as Debian builds: nothing of this make's variables goes into it. What was compiled there before
# and has not changed is taken again.
DEB_TREE := $(BUILD)/deb/liftd-$(VERSION)
deb:
	$(call install_packages,$(PACKAGES) $(PACKAGES_DEB) $(PACKAGES_PAGE))
	@$(SUBMAKE) page
	@$(SUBMAKE) deb-build

# The page as it was built here: a package is built without any network.
deb-build:
	@mkdir -p $(DEB_TREE)
	@rm -f $(addprefix $(BUILD)/deb/*.,deb changes buildinfo log)
	@find $(DEB_TREE) -mindepth 1 -maxdepth 1 ! -name build -exec rm -r {} +
	@cp -a Makefile README.md LICENSE daemon proto clients tests systemd $(DEB_TREE)
	@mv $(DEB_TREE)/systemd/debian $(DEB_TREE)/debian
	@rm -rf $(DEB_TREE)/build/page
	@[ ! -d $(BUILD)/page ] || { mkdir -p $(DEB_TREE)/build && cp -a $(BUILD)/page $(DEB_TREE)/build; }
	@cd $(DEB_TREE) && env -i PATH='$(PATH)' HOME='$(HOME)' LANG=C.UTF-8 DEB_BUILD_OPTIONS='noautodbgsym parallel=$(CHECK_JOBS)' \
		dpkg-buildpackage --build=binary --no-pre-clean --no-sign >../build.log 2>&1 || { cat ../build.log >&2; exit 1; }
	@ls $(BUILD)/deb/*.deb

distclean: clean

clean:
	rm -rf build build-clang build-san build-tsan build-clang-san build-clang-tsan build-fuzz

# Another version of clang-format breaks other lines: it is the one of the package.
CLANG_FORMAT := clang-format-14
format:
	$(CLANG_FORMAT) -i $(call sources,proto daemon clients tests,*.[ch])

format-check:
	@$(CLANG_FORMAT) --version
	@$(CLANG_FORMAT) --dry-run --Werror $(call sources,proto daemon clients tests,*.[ch])
