/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alerts.h - the messages that an operator's tools look for: each has a name, a priority and a
 * MESSAGE_ID, which stay what they are when the words of the line change.
 *
 * liftd(8) lists them all, with what to do (tests/unit/base/alerts_test.c holds the two together).
 * A new one gets a number of its own: `journalctl --new-id128`. None is ever used again.
 */
#ifndef LIFTD_BASE_ALERTS_H
#define LIFTD_BASE_ALERTS_H

/* X(constant, name, priority, MESSAGE_ID) */
#define ALERTS(X)                                                                              \
	X(START_FAILED, "start-failed", ERROR, "23d91fcb0b24411e999e38e215b12907")             \
	X(CHECK_NOT_RUN, "check-not-run", ERROR, "85ac85246b9a43f89fd1b240a83f8966")           \
	X(JOURNAL_MISSING, "journal-missing", CRITICAL, "3f0f2b9a42a446058c980b2b10d0c97b")    \
	X(JOURNAL_DAMAGED, "journal-damaged", CRITICAL, "28b3cedf6ae84dde939ec59c74e5afc2")    \
	X(JOURNAL_FAILING, "journal-failing", CRITICAL, "cb10a580f6a34293862d13066480e67a")    \
	X(JOURNAL_WELL, "journal-well", NOTICE, "aa7d9a6f9d48453b9c44da3a6beed8b4")            \
	X(STORE_FATAL, "store-fatal", CRITICAL, "2e35b2d194f24d40923a43f48331da1e")            \
	X(DISK_NEARLY_FULL, "disk-nearly-full", WARNING, "1facc89a8999403991f08cf73b4a9a22")   \
	X(DISK_WELL, "disk-well", NOTICE, "6126b28f8b3e4726bee3acd47e53bb6d")                  \
	X(LEDGER_FAILING, "ledger-failing", ERROR, "8323954b36c144909b4e8f84a8f73643")         \
	X(LEDGER_WELL, "ledger-well", NOTICE, "94d78d1efae54441a16b955fee734bc3")              \
	X(LEDGER_DAMAGED, "ledger-damaged", ERROR, "c4993a0e55bf47fe8ae5181ee6e312b6")         \
	X(REBUILD_FAILED, "rebuild-failed", ERROR, "16619442771e41c1a357536235cdf79f")         \
	X(SWITCH_FAILED, "switch-failed", ERROR, "5894e95bebb040f9bea3e4ffee3a5f2f")           \
	X(FIGURES_FAILING, "figures-failing", ERROR, "800fbd01e63748cf99bcd9ac1c88945e")       \
	X(CATALOGUE_REFUSED, "catalogue-refused", ERROR, "ad2c817872c14b698fa8df82f5ac355b")   \
	X(CONFIG_REFUSED, "configuration-refused", ERROR, "db0662fbc0a04320bb5429405ed74305")  \
	X(CLOCK_JUMPED, "clock-jumped", WARNING, "5cca98567dd7452682ccecf1a451d800")           \
	X(CLOCK_WRONG, "clock-wrong", ERROR, "f45ac90378e2475ba4115d3854dce80b")               \
	X(CONNECTIONS_FULL, "connections-full", WARNING, "5a7bdee4e20343c7a52b01d24d0f8aef")   \
	X(SOCKET_GONE, "socket-gone", ERROR, "6b358c865555455a8831ddacfdfad079")               \
	X(LOCK_GONE, "lock-gone", ERROR, "84903ce1d2df4917af7010fe75198485")                   \
	X(THREAD_HANGS, "thread-hangs", CRITICAL, "642caeaedbfd4c67b7c3c840a770a3ea")          \
	X(SECRET_NOT_LOCKED, "secret-not-locked", WARNING, "0ba65a2787d94de08486ce1cff2410da") \
	X(BACKUP_FAILED, "backup-failed", ERROR, "e48598200b6842c4a7a4a1afac27dab2")           \
	X(VERIFY_FAILED, "verify-failed", ERROR, "2fa1f43f1322426abbda26b5295c8d47")           \
	X(COMPACT_FAILED, "compact-failed", ERROR, "543b6a84c53144b29b56748272bee4ef")         \
	X(RELEASE_FAILED, "release-failed", ERROR, "8222752192ee446b874cf897cb6af36e")         \
	X(KEY_REFUSED, "key-refused", WARNING, "5850cfc3d4ec487889d0950851faec6b")             \
	X(SOURCE_LATE, "source-late", WARNING, "c07819e13e0545ae867ed9a5d9530bcb")             \
	X(SOURCE_HEARD, "source-heard", NOTICE, "737139c5764449cab161b2cd0e2191d4")

enum alert {
#define X(constant, name, priority, id) ALERT_##constant,
	ALERTS(X)
#undef X
		ALERTS_COUNT
};

#endif
