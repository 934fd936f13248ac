/*
 * timer: arms and frees libevent timers.
 */
#ifndef WORKER_TIMER_H
#define WORKER_TIMER_H

struct event;

/* 0: in the next turn of the loop, after its input. Replaces an earlier time. */
void timer_arm(struct event *timer, unsigned ms);

void timer_free(struct event *timer); /* accepts NULL, and any other event */

#endif
