#include "gateway/asset.h"

#include <string.h>

#include "tests/unit/suite.h"

static const struct asset text = {
	.path = "/t",
	.media_type = "text/plain",
	.identity = { SPAN_INIT("identity"), "v1" },
	.gzip = { SPAN_INIT("gzip"), "v1-gzip" },
};

static const struct asset incompressible = {
	.path = "/i",
	.media_type = "image/png",
	.identity = { SPAN_INIT("identity"), "v1" },
};

static struct http_reader reader;
static struct buf headers, request;

static const struct http_request *request_with(const char *fields)
{
	buf_printf(&request, "GET /t HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
	struct span rest = buf_view(&request);
	ck_assert(http_reader_feed(&reader, &rest, NULL) == HTTP_COMPLETE);
	return &reader.request;
}

static void tear_down(void)
{
	http_reader_fini(&reader);
	buf_fini(&headers);
	buf_fini(&request);
}

#define ACCEPT "Accept-Encoding: "

static const struct {
	const char *fields;
	bool is_gzip;
} choices[] = {
	{ "", false }, { ACCEPT "\r\n", false }, { ACCEPT "gzip\r\n", true },
	{ ACCEPT "GZip\r\n", true }, { ACCEPT "x-gzip\r\n", true },
	{ ACCEPT "gzip, deflate, br\r\n", true },
	{ ACCEPT "br\r\n" ACCEPT "gzip;q=0.001\r\n", true }, { ACCEPT "deflate, br\r\n", false },
	{ ACCEPT "gzip;q=0\r\n", false }, { ACCEPT "gzip;q=0, *\r\n", false },
	{ ACCEPT "gzip;q=nonsense\r\n", false }, { ACCEPT "*\r\n", true },
	{ ACCEPT "*;q=0\r\n", false }, { ACCEPT "*;q=0, gzip\r\n", true },
	{ ACCEPT "identity\r\n", false }, { ACCEPT "identity, gzip;q=0.9\r\n", false },
	{ ACCEPT "identity;q=0.5, gzip;q=0.9\r\n", true }, { ACCEPT "identity, gzip\r\n", true },
	{ ACCEPT "identity;q=0, *;q=0\r\n",
		false }, /* RFC 9110 section 12.5.3 lets the server send it */
};

START_TEST(a_client_gets_gzip_only_if_it_accepts_it)
{
	struct exchange_response response;
	const struct http_request *http = request_with(choices[_i].fields);
	ck_assert(asset_respond(&text, http, &headers, &response) == ST_OK);
	ck_assert_int_eq(response.http_status, 200);
	ck_assert_str_eq(response.content_type, "text/plain");
	ck_assert_ptr_eq(response.headers, &headers);
	ck_assert_msg(span_is(response.static_body, choices[_i].is_gzip ? "gzip" : "identity"),
		"%s", choices[_i].fields);
	ck_assert(span_is(buf_view(&headers),
		choices[_i].is_gzip
			? "ETag: \"v1-gzip\"\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\n"
			: "ETag: \"v1\"\r\nVary: Accept-Encoding\r\n"));
}
END_TEST

START_TEST(an_asset_without_a_gzip_variant_is_sent_as_it_is)
{
	struct exchange_response response;
	const struct http_request *http = request_with(ACCEPT "gzip, *\r\n");
	ck_assert(asset_respond(&incompressible, http, &headers, &response) == ST_OK);
	ck_assert(span_is(response.static_body, "identity"));
	ck_assert(span_is(buf_view(&headers), "ETag: \"v1\"\r\nVary: Accept-Encoding\r\n"));
}
END_TEST

/* http_status 0: ST_PRECONDITION_FAILED; -1: ST_INVALID_INPUT */
static const struct {
	const char *fields;
	int http_status;
	const char *etag;
} conditions[] = {
	{ "If-None-Match: \"v1\"\r\n", 304, "v1" },
	{ "If-None-Match: W/\"v1\", \"u\"\r\n", 304, "v1" },
	{ "If-None-Match: *\r\n", 304, "v1" },
	{ "If-None-Match: \"v2\"\r\n", 200, "v1" },
	{ "If-None-Match: \"v1-gzip\"\r\n", 200, "v1" },
	{ "If-None-Match: \"v1-gzip\"\r\n" ACCEPT "gzip\r\n", 304, "v1-gzip" },
	{ "If-None-Match: \"v1\"\r\n" ACCEPT "gzip\r\n", 200, "v1-gzip" },
	{ "If-Match: \"v1\"\r\n", 200, "v1" },
	{ "If-Match: \"v2\"\r\n", 0, NULL },
	{ "If-None-Match: v1\r\n", -1, NULL },
};

START_TEST(the_preconditions_are_evaluated_for_the_chosen_variant)
{
	struct exchange_response response;
	const struct http_request *http = request_with(conditions[_i].fields);
	enum status st = asset_respond(&text, http, &headers, &response);
	if (conditions[_i].http_status <= 0) {
		ck_assert(st
			  == (conditions[_i].http_status ? ST_INVALID_INPUT
							 : ST_PRECONDITION_FAILED));
		ck_assert_uint_eq(headers.len, 0);
		return;
	}
	ck_assert(st == ST_OK);
	ck_assert_int_eq(response.http_status, conditions[_i].http_status);
	ck_assert_uint_eq(response.static_body.len > 0, response.http_status == 200);
	struct buf line = { 0 };
	buf_printf(&line, "ETag: \"%s\"\r\nVary: Accept-Encoding\r\n", conditions[_i].etag);
	ck_assert_uint_ge(headers.len, line.len);
	ck_assert_mem_eq(headers.bytes, line.bytes, line.len);
	buf_fini(&line);
}
END_TEST

/* The generated table */

START_TEST(each_asset_is_found_by_its_path)
{
	ck_assert_uint_gt(asset_count, 0);
	for (size_t i = 0; i < asset_count; i++)
		ck_assert_ptr_eq(asset_find(span_of(asset_table[i].path)), &asset_table[i]);
	ck_assert_ptr_null(asset_find(SPAN("/nowhere")));
	ck_assert_ptr_null(asset_find((struct span){ 0 }));
}
END_TEST

START_TEST(the_description_has_a_smaller_variant_with_another_etag)
{
	const struct asset *asset = asset_find(SPAN("/openapi.json"));
	ck_assert_str_eq(asset->media_type, "application/json");
	ck_assert_int_eq(asset->identity.bytes.bytes[0], '{');
	ck_assert_uint_lt(asset->gzip.bytes.len, asset->identity.bytes.len / 2);
	ck_assert_mem_eq(asset->gzip.bytes.bytes, "\x1f\x8b\x08", 3);
	ck_assert_mem_eq(asset->gzip.bytes.bytes + 4, "\0\0\0\0", 4); /* no time: reproducible */
	ck_assert_str_ne(asset->identity.etag, asset->gzip.etag);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("asset");
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_loop_test(tests, a_client_gets_gzip_only_if_it_accepts_it, 0,
		sizeof choices / sizeof *choices);
	tcase_add_test(tests, an_asset_without_a_gzip_variant_is_sent_as_it_is);
	tcase_add_loop_test(tests, the_preconditions_are_evaluated_for_the_chosen_variant, 0,
		sizeof conditions / sizeof *conditions);
	tcase_add_test(tests, each_asset_is_found_by_its_path);
	tcase_add_test(tests, the_description_has_a_smaller_variant_with_another_etag);
	return suite_run("asset", tests);
}
