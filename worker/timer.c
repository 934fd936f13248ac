#include "worker/timer.h"

#include <event2/event.h>

void timer_arm(struct event *timer, unsigned ms)
{
	struct timeval wait = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
	(void)evtimer_add(timer, &wait);
}

void timer_free(struct event *timer)
{
	if (timer)
		event_free(timer);
}
