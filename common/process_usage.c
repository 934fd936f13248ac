#include "common/process_usage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t microseconds_of(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

bool process_usage_cpu_us(int64_t *out)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return false;
	*out = microseconds_of(usage.ru_utime) + microseconds_of(usage.ru_stime);
	return true;
}

bool process_usage_resident_bytes(int64_t *out)
{
	unsigned long long size, resident;
	FILE *file = fopen("/proc/self/statm", "re");
	if (!file)
		return false;
	bool is_read = fscanf(file, "%llu %llu", &size, &resident) == 2;
	(void)fclose(file);
	if (is_read)
		*out = (int64_t)resident * sysconf(_SC_PAGESIZE);
	return is_read;
}
