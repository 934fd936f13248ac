#include "gateway/metrics_process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/process_usage.h"

static bool cpu_seconds(double *out)
{
	int64_t microseconds;
	if (!process_usage_cpu_us(&microseconds))
		return false;
	*out = (double)microseconds * 1e-6;
	return true;
}

static bool resident_bytes(double *out)
{
	int64_t bytes;
	if (!process_usage_resident_bytes(&bytes))
		return false;
	*out = (double)bytes;
	return true;
}

static bool open_descriptors(double *out)
{
	enum { NOT_COUNTED = 3 }; /* ".", ".." and the one that reads the directory */
	DIR *directory = opendir("/proc/self/fd");
	if (!directory)
		return false;
	double count = -NOT_COUNTED;
	/* cppcheck-suppress readdirCalled; the stream is this function's own */
	while (readdir(directory))
		count++;
	(void)closedir(directory);
	*out = count;
	return true;
}

static bool most_descriptors(double *out)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	*out = (double)limit.rlim_cur;
	return true;
}

static const struct {
	struct metrics_family family;
	bool (*read)(double *out);
} number_table[] = {
	{ { "process_cpu_seconds", METRICS_COUNTER, "seconds", "Time on the processor." },
		cpu_seconds },
	{ { "process_resident_memory_bytes", METRICS_GAUGE, "bytes", "Resident memory." },
		resident_bytes },
	{ { "process_open_fds", METRICS_GAUGE, NULL, "Open file descriptors." }, open_descriptors },
	{ { "process_max_fds", METRICS_GAUGE, NULL, "File descriptors that may be open." },
		most_descriptors },
};

void metrics_process_put(struct metrics_text *text, double start_s)
{
	double value;
	for (size_t i = 0; i < sizeof number_table / sizeof *number_table; i++) {
		if (!number_table[i].read(&value))
			continue;
		metrics_text_family(text, &number_table[i].family);
		metrics_text_value(text, NULL, 0, value);
	}
	metrics_text_family(
		text, &(struct metrics_family){ "process_start_time_seconds", METRICS_GAUGE,
			      "seconds", "When the process started, since 1970." });
	metrics_text_value(text, NULL, 0, start_s);
}
