#include "gateway/passed.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"

enum { FIRST_FD = 3, PASSED_MAX = 16 };

static const char taken[] = "taken";

static int passed_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	if (!pid || !count || atol(pid) != (long)getpid())
		return 0;
	int passed = atoi(count);
	return passed < PASSED_MAX ? passed : PASSED_MAX;
}

static bool is_wanted(struct span item, const char *name)
{
	return !span_is(item, taken)
	       && (name ? span_is(item, name) : !span_is(item, PASSED_METRICS));
}

static void keep_names(struct buf *names, bool has_more)
{
	buf_byte(names, '\0');
	if (has_more && !names->failed && setenv("LISTEN_FDNAMES", names->bytes, 1) == 0)
		return;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

int passed_take(const char *name)
{
	struct span rest = span_of(getenv("LISTEN_FDNAMES"));
	struct buf names = { 0 };
	int count = passed_count(), fd = -1;
	bool has_more = false;
	for (int i = 0; i < count; i++) {
		struct span item = span_cut(&rest, ':');
		if (fd < 0 && is_wanted(item, name)) {
			fd = FIRST_FD + i;
			item = span_of(taken);
		}
		has_more |= !span_is(item, taken);
		buf_text(&names, i ? ":" : "");
		buf_span(&names, item);
	}
	if (fd >= 0)
		keep_names(&names, has_more);
	buf_fini(&names);
	return fd;
}
