#include "gateway/metrics_process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static bool cpu_seconds(double *out)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return false;
	*out = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	return true;
}

static bool resident_bytes(double *out)
{
	unsigned long long size, resident;
	FILE *file = fopen("/proc/self/statm", "re");
	if (!file)
		return false;
	bool is_read = fscanf(file, "%llu %llu", &size, &resident) == 2;
	(void)fclose(file);
	if (is_read)
		*out = (double)resident * (double)sysconf(_SC_PAGESIZE);
	return is_read;
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
