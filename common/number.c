#include "common/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool number_of_real(double real, int64_t *out)
{
	static const double exact = 9007199254740992.0; /* 2^53 */
	if (!(real >= -exact && real <= exact) || real != (double)(int64_t)real)
		return false;
	*out = (int64_t)real;
	return true;
}

static size_t digits(const char *at)
{
	return strspn(at, "0123456789");
}

/* RFC 8259 section 6. */
static bool is_number(const char *at)
{
	at += *at == '-';
	size_t whole = digits(at);
	if (whole == 0 || (whole > 1 && *at == '0'))
		return false;
	at += whole;
	if (*at == '.') {
		size_t fraction = digits(at + 1);
		if (fraction == 0)
			return false;
		at += 1 + fraction;
	}
	if (*at == 'e' || *at == 'E') {
		at += at[1] == '+' || at[1] == '-' ? 2 : 1;
		size_t exponent = digits(at);
		if (exponent == 0)
			return false;
		at += exponent;
	}
	return *at == '\0';
}

enum { NUMBER_SIZE = 64 /* longer numbers are out of bounds everywhere */ };

/* Copies a JSON number and ends it by a NUL. */
static bool copy_number(struct span text, char number[NUMBER_SIZE])
{
	if (text.len == 0 || text.len >= NUMBER_SIZE)
		return false;
	memcpy(number, text.bytes, text.len);
	number[text.len] = '\0';
	return strlen(number) == text.len && is_number(number);
}

bool number_real_of_text(struct span text, double *out)
{
	char number[NUMBER_SIZE];
	double real = copy_number(text, number) ? strtod(number, NULL) : NAN;
	if (!isfinite(real))
		return false;
	*out = real;
	return true;
}

bool number_of_text(struct span text, int64_t *out)
{
	char number[NUMBER_SIZE];
	if (!copy_number(text, number))
		return false;
	if (!strpbrk(number, ".eE"))
		return span_to_int(text, out);
	return number_of_real(strtod(number, NULL), out);
}
