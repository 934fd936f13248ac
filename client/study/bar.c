#include "client/study/bar.h"

#include <string.h>

enum { COLUMNS_MAX = (BAR_SIZE - 1) / 3 };

static int eighths_of(double value, double max, int columns)
{
	if (!(value > 0) || !(max > 0) || columns < 1)
		return 0;
	double part = value < max ? value / max : 1;
	int eighths = (int)(part * columns * 8 + 0.5);
	return eighths > 0 ? eighths : 1;
}

int bar_draw(double value, double max, int columns, bool is_utf8, char out[BAR_SIZE])
{
	/* U+2588 is the full block, U+258F one eighth. */
	int eighths = eighths_of(value, max, columns < COLUMNS_MAX ? columns : COLUMNS_MAX);
	int used = (eighths + 7) / 8;
	if (!is_utf8) {
		memset(out, '#', (size_t)used);
		out[used] = '\0';
		return used;
	}
	for (int left = eighths; left > 0; left -= 8, out += 3) {
		const char block[3] = { '\xe2', '\x96', (char)(0x90 - (left < 8 ? left : 8)) };
		memcpy(out, block, sizeof block);
	}
	*out = '\0';
	return used;
}
