/*
 * service: what every daemon's life has in common: the event loop, signals, systemd.
 *
 * SIGTERM, SIGINT and SIGHUP (unless service_on_reload gives it another meaning) call on_stop
 * once, which starts the drain. The daemon calls service_stop when the drain is over. A second signal,
 * or SERVICE_DRAIN_MAX_MS after the first, ends the loop at once. SIGPIPE is ignored. systemd (NOTIFY_SOCKET) hears READY, STOPPING with
 * EXTEND_TIMEOUT_USEC, and WATCHDOG from a timer of the loop: a hung loop is restarted.
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

/* Exit codes (sysexits.h): a wrong setting; anything else that hinders the start. */
enum { SERVICE_EXIT_SETTING = 78, SERVICE_EXIT_FAILED = 1 };

enum status service_open(
	struct service **out, void (*on_stop)(void *arg), void *arg, struct fail *why) MUST_CHECK;
/* SIGHUP calls it, as often as it comes, and doesn't stop the service. */
void service_on_reload(struct service *s, void (*on_reload)(void *arg));
struct event_base *service_base(struct service *s);

/* Everything is bound: says READY=1 and starts the watchdog. */
void service_ready(struct service *s);

/* A line for `systemctl status`. */
void service_set_status(struct service *s, const char *text);

/* Runs the loop. 0 where service_stop ended it, else SERVICE_EXIT_FAILED. */
int service_run(struct service *s);

/* Ends the loop after its current turn; the drain is done. */
void service_stop(struct service *s);
bool service_is_stopping(const struct service *s);

/* Accepts NULL; everything that lives on the base is freed before. */
void service_free(struct service **s);

/* CLOCK_MONOTONIC, for deadlines. */
uint64_t service_now_ms(void);

#endif
