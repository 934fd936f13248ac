/*
 * service: the frame of every daemon: event loop, signals, systemd.
 *
 * The first SIGTERM, SIGINT or SIGHUP calls on_stop, which starts the drain; service_on_reload
 * gives SIGHUP another meaning. The daemon calls service_stop when the drain has ended. A second
 * signal, or SERVICE_DRAIN_MAX_MS after the first one, ends the loop at once. SIGPIPE is ignored.
 * The service sends READY, STOPPING with EXTEND_TIMEOUT_USEC, and WATCHDOG to systemd
 * (NOTIFY_SOCKET). WATCHDOG comes from a timer of the loop, so that systemd restarts a process
 * whose loop hangs.
 *
 *	struct service *service = NULL;
 *	if (service_open(&service, on_stop, &gateway, &why) != ST_OK) ...
 *	... open sockets and listeners on service_base(service) ...
 *	service_ready(service);
 *	int code = service_run(service);
 *	... free sockets and listeners ...
 *	service_free(&service);
 *	return code;
 */
#ifndef COMMON_SERVICE_H
#define COMMON_SERVICE_H

#include "common/status.h"

#include <stdint.h>

struct event_base;
struct service;

enum { SERVICE_DRAIN_MAX_MS = 15000 };

/* Exit codes (sysexits.h): a wrong setting; any other failure. */
enum { SERVICE_EXIT_SETTING = 78, SERVICE_EXIT_FAILED = 1 };

enum status service_open(
	struct service **out, void (*on_stop)(void *arg), void *arg, struct fail *why) MUST_CHECK;

/* Each SIGHUP calls on_reload and does not stop the service. */
void service_on_reload(struct service *s, void (*on_reload)(void *arg));

struct event_base *service_base(struct service *s);

/* Sends READY=1 and starts the watchdog. Call it when everything is bound. */
void service_ready(struct service *s);

/* Sets the text that `systemctl status` shows. */
void service_set_status(struct service *s, const char *text);

/* Runs the loop. Returns 0 if service_stop ended it, else SERVICE_EXIT_FAILED. */
int service_run(struct service *s);

/* Ends the loop after its current turn. Call it when the drain has ended. */
void service_stop(struct service *s);
bool service_is_stopping(const struct service *s);

/* Accepts NULL inside. Free everything that uses the base before. */
void service_free(struct service **s);

/* CLOCK_MONOTONIC: milliseconds for deadlines, microseconds for durations. */
uint64_t service_now_ms(void);
uint64_t service_now_us(void);

#endif
