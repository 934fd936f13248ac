#include "gateway/asset.h"

#include "gateway/http_conditional.h"
#include "gateway/http_list.h"

const struct asset *asset_find(struct span path)
{
	for (size_t i = 0; i < asset_count; i++)
		if (span_is(path, asset_table[i].path))
			return &asset_table[i];
	return NULL;
}

/* Weights in thousandths; -1: not in the list. */
struct encodings {
	int gzip, identity, any;
};

static struct encodings read_encodings(const struct http_request *http)
{
	struct encodings weights = { -1, -1, -1 };
	struct http_list list = http_list_of(http, "Accept-Encoding");
	struct span coding;
	int weight;
	while (http_list_next_weighted(&list, &coding, &weight)) {
		if (span_is_nocase(coding, "gzip") || span_is_nocase(coding, "x-gzip"))
			weights.gzip = weight;
		else if (span_is_nocase(coding, "identity"))
			weights.identity = weight;
		else if (span_is(coding, "*"))
			weights.any = weight;
	}
	return weights;
}

const struct asset_variant *asset_choose(const struct asset *asset, const struct http_request *http)
{
	struct encodings weights = read_encodings(http);
	int gzip = weights.gzip >= 0 ? weights.gzip : weights.any;
	bool is_wanted = gzip > 0 && gzip >= weights.identity && asset->gzip.bytes.len > 0;
	return is_wanted ? &asset->gzip : &asset->identity;
}

enum status asset_respond(const struct asset *asset, const struct http_request *http,
	struct buf *headers, struct exchange_response *out)
{
	const struct asset_variant *variant = asset_choose(asset, http);
	struct http_conditions conditions;
	struct span etag = span_of(variant->etag);
	enum status st = http_conditions_read(http, &conditions, NULL);
	if (st != ST_OK)
		return st;
	enum http_evaluation evaluation = http_conditions_evaluate(&conditions, etag, true);
	if (evaluation == HTTP_PRECONDITION_FAILED)
		return ST_PRECONDITION_FAILED;
	http_etag_put(headers, etag);
	buf_text(headers, "Vary: Accept-Encoding\r\n");
	*out = (struct exchange_response){ .http_status = 304, .headers = headers };
	if (evaluation == HTTP_NOT_MODIFIED)
		return ST_OK;
	if (variant == &asset->gzip)
		buf_text(headers, "Content-Encoding: gzip\r\n");
	out->http_status = 200;
	out->content_type = asset->media_type;
	out->static_body = variant->bytes;
	return ST_OK;
}
