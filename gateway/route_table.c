#include "gateway/route_table.h"

#include "common/json_scan.h"
#include "common/param_value.h"
#include "gateway/api_call.h"
#include "gateway/api_export.h"
#include "gateway/api_list.h"
#include "gateway/api_local.h"
#include "gateway/api_login.h"
#include "gateway/api_result.h"
#include "gateway/api_session.h"
#include "gateway/json_in.h"
#include "gateway/login_call.h"
#include "gateway/text_error.h"

#define V1  "/api/v1"
#define API "/api" /* system C */

/* Sessions have no time of day yet. Ignored, these would become 60 minutes of today. */
static const char *const timed[] = { "started_at", "ended_at", NULL };

static const char *const not_of_sessions[] = { "created_at", NULL };
static const char *const not_of_logs[] = { "created_at", "match_case", NULL };

static bool is_tagged(const struct json_in *body)
{
	return !json_in_has(body, "topic_id")
	       && (json_in_has(body, "tag") || json_in_has(body, "minutes"));
}

static const struct route_body log_body = {
	.alias = "duration_minutes",
	.param = "minutes",
	.refused = timed,
	.ignored = not_of_logs,
};

static const struct route_row log_by_tag = {
	.method = "POST",
	.path = "/sessions",
	.rpc = "sessions.log",
	.takes_body = BODY_REQUIRED,
	.body = &log_body,
	.invalid_status = 422,
};

static const struct route_body session_body = {
	.chooses_variant = is_tagged,
	.variant = &log_by_tag,
	.alias = "minutes",
	.param = "duration_minutes",
	.refused = timed,
	.ignored = not_of_sessions,
};

/* A name that is taken makes a second topic, as in the existing study trackers. */
static const struct route_fixed namesake[] = { { "allow_namesake", "true" }, { 0 } };

/* System C's page shows the tasks of today unless it asks for others. */
static const char *const narrowing_tasks[] = { "date", "from", "to", "overdue", "goal_id",
	"project_id", "organization_id", "q", NULL };
static const struct route_query task_query = {
	.fallback = "today",
	.narrowing = narrowing_tasks,
};

static const char *const lenient_of_projects[] = { "status", "classification", NULL };
static const struct route_query project_query = {
	.alias = "search",
	.param = "q",
	.lenient = lenient_of_projects,
};

static const struct error_text project_texts[] = {
	{ .st = ST_INVALID_INPUT, .field = "project_id", .text = "Invalid project ID format" },
	{ 0 },
};

/* To archive a project is to change it so. */
static const struct route_fixed archived[] = {
	{ "classification", "archive" },
	{ "status", "completed" },
	{ 0 },
};

static const struct error_text import_texts[] = {
	{ .st = ST_BAD_REQUEST, .field = "Content-Type", .text = "Content-Type must be application/json" },
	{ .st = ST_INVALID_JSON, .rule = JSON_SCAN_NOT_AN_OBJECT,
	  .text = "Request body must be a JSON object" },
	{ .st = ST_INVALID_JSON, .rule = JSON_SCAN_TOO_MANY,
	  .text = "Request body must not have more than 10000 JSON values" },
	{ .st = ST_INVALID_JSON, .text = "Invalid JSON", .keeps_message = true },
	{ .st = ST_INVALID_INPUT, .field = "projects", .rule = PARAM_REQUIRED_RULE,
	  .text = "Missing 'projects' field" },
	{ .st = ST_INVALID_INPUT, .field = "projects", .rule = PARAM_LIST_RULE,
	  .text = "'projects' field must be a list" },
	{ 0 },
};

/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are initializers */
#define PROJECT(verb, at, method_name)                                       \
	.method = verb, .path = API "/projects/{project_id}" at,             \
	.rpc = method_name, .has_etag = true, .bad_id = ST_INVALID_INPUT, .texts = project_texts

#define EXPORT .is_whole = true, .respond = api_export_respond

#define LOGIN(at) .method = "POST", .path = at, .is_open = true
#define LOGIN_ROUTES(base, logged_out)                                                          \
	{ LOGIN(base "/auth/login"), .start = api_login_open, .form = &login_form,              \
	  .takes_body = BODY_REQUIRED },                                                        \
	{ LOGIN(base "/auth/refresh"), .start = api_login_refresh,                              \
	  .form = &api_login_token_form, .takes_body = BODY_OPTIONAL },                         \
	{ LOGIN(base "/auth/logout"), .start = api_login_end, .form = &api_login_token_form,    \
	  .takes_body = BODY_OPTIONAL, .status = logged_out },                                  \
	{ LOGIN(base "/auth/register"), .rpc = "accounts.register",                             \
	  .start = api_login_register, .takes_body = BODY_REQUIRED, .status = 201 },            \
	{ .method = "GET", .path = base "/auth/me", .rpc = "account.get", .has_etag = true },   \
	{ .method = "PATCH", .path = base "/auth/me", .rpc = "account.update",                  \
	  .takes_body = BODY_REQUIRED, .has_etag = true },                                      \
	{ .method = "POST", .path = base "/auth/password", .rpc = "account.change_password",    \
	  .takes_body = BODY_REQUIRED }
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct route_row route_rows[] = {
	/* the study API: what clients of the existing study trackers use */
	{ .method = "GET", .path = "/topics/{topic_id}", .rpc = "topics.get", .has_etag = true },
	{ .method = "POST", .path = "/sessions", .rpc = "sessions.create", .status = 201,
	  .takes_body = BODY_REQUIRED, .body = &session_body },
	{ .method = "GET", .path = "/sessions", .rpc = "sessions.list" },
	{ .method = "GET", .path = "/topics", .rpc = "topics.list" },
	{ .method = "POST", .path = "/topics", .rpc = "topics.create", .status = 201,
	  .takes_body = BODY_REQUIRED, .fixed = namesake },
	{ .method = "GET", .path = "/stats", .rpc = "stats.totals" },
	{ .method = "GET", .path = "/", .start = api_local_root, .is_open = true },
	{ .method = "GET", .path = "/health", .start = api_local_health, .is_open = true,
	  .is_probe = true },
	{ .method = "GET", .path = "/healthz", .start = api_local_healthz, .is_open = true,
	  .is_probe = true },
	{ .method = "GET", .path = "/readyz", .start = api_local_readyz, .is_open = true,
	  .is_probe = true },
	{ .method = "GET", .path = "/openapi.json", .start = api_local_asset, .is_asset = true,
	  .is_open = true },

	/* log-ins and the account of the caller, at both */
	LOGIN_ROUTES(API, 200),
	LOGIN_ROUTES(V1, 204),
	{ LOGIN(V1 "/auth/session"), .start = api_session_open, .form = &login_form,
	  .takes_body = BODY_REQUIRED },
	{ .method = "DELETE", .path = V1 "/auth/session", .start = api_session_end },

	/* personal tokens */
	{ .method = "GET", .path = V1 "/tokens", .rpc = "tokens.list" },
	{ .method = "POST", .path = V1 "/tokens", .rpc = "tokens.create", .status = 201,
	  .takes_body = BODY_REQUIRED },
	{ .method = "GET", .path = V1 "/tokens/{token_id}", .rpc = "tokens.get" },
	{ .method = "DELETE", .path = V1 "/tokens/{token_id}", .rpc = "tokens.delete", .status = 204 },

	/* the native API */
	{ .method = "GET", .path = V1 "/topics", .rpc = "topics.list" },
	{ .method = "POST", .path = V1 "/topics", .rpc = "topics.create", .status = 201,
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "PATCH", .path = V1 "/topics/{topic_id}", .rpc = "topics.update",
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "POST", .path = V1 "/topics/{topic_id}/restore", .rpc = "topics.restore",
	  .takes_body = BODY_OPTIONAL, .has_etag = true },
	{ .method = "POST", .path = V1 "/topics/{topic_id}/merge", .rpc = "topics.merge",
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "GET", .path = V1 "/sessions", .rpc = "sessions.list" },
	{ .method = "POST", .path = V1 "/sessions", .rpc = "sessions.create", .status = 201,
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "PUT", .path = V1 "/sessions/{session_id}", .rpc = "sessions.create",
	  .created_status = 201, .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "POST", .path = V1 "/projects/{project_id}/archive", .rpc = "projects.update",
	  .fixed = archived, .has_etag = true },
	{ .method = "POST", .path = V1 "/projects/import", .rpc = "projects.import", .status = 201,
	  .takes_body = BODY_REQUIRED },
	{ .method = "GET", .path = V1 "/account", .rpc = "account.get", .has_etag = true },
	{ .method = "PATCH", .path = V1 "/account", .rpc = "account.update",
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "DELETE", .path = V1 "/account", .rpc = "account.delete", .status = 204,
	  .takes_body = BODY_REQUIRED },
	{ .method = "GET", .path = V1 "/account/security-events", .rpc = "security_events.list" },
	{ .method = "GET", .path = V1 "/account/export", .rpc = "account.export", EXPORT },
	{ .method = "GET", .path = V1 "/accounts", .rpc = "accounts.list" },
	{ .method = "GET", .path = V1 "/accounts/{account_id}", .rpc = "accounts.get",
	  .has_etag = true },
	{ .method = "POST", .path = V1 "/accounts", .rpc = "accounts.create", .status = 201,
	  .takes_body = BODY_REQUIRED, .has_etag = true },
	{ .method = "PATCH", .path = V1 "/accounts/{account_id}", .rpc = "accounts.update",
	  .takes_body = BODY_REQUIRED },
	{ .method = "DELETE", .path = V1 "/accounts/{account_id}", .rpc = "accounts.delete",
	  .status = 204 },
	{ .method = "POST", .path = V1 "/accounts/{account_id}/password",
	  .rpc = "accounts.set_password", .takes_body = BODY_REQUIRED },
	{ .method = "GET", .path = V1 "/accounts/{account_id}/export", .rpc = "accounts.export",
	  EXPORT },
	{ .method = "POST", .path = V1 "/action-items/{action_item_id}/task",
	  .rpc = "tasks.from_action_item", .status = 201, .takes_body = BODY_OPTIONAL, .has_etag = true,
	  .location = V1 "/tasks" },
	{ .method = "GET", .path = V1 "/today", .rpc = "today.get" },
	{ .method = "GET", .path = V1 "/search", .rpc = "search.find" },
	{ .method = "GET", .path = V1 "/review", .rpc = "review.get" },
	{ .method = "GET", .path = V1 "/energy/patterns", .rpc = "energy.patterns" },
	{ .method = "GET", .path = V1 "/feedback/themes", .rpc = "feedback.themes" },
	{ .method = "GET", .path = V1 "/stats/summary", .rpc = "stats.summary" },
	{ .method = "GET", .path = V1 "/stats/series", .rpc = "stats.series" },
	{ .method = "GET", .path = V1 "/stats/heatmap", .rpc = "stats.heatmap" },
	{ .method = "GET", .path = V1 "/stats/streak", .rpc = "stats.streak" },

	/* system C: the productivity backend */
	{ .method = "GET", .path = API "/health", .start = api_local_backend, .is_open = true,
	  .is_probe = true },
	{ .method = "GET", .path = API "/tasks", .rpc = "tasks.list", .query = &task_query },
	{ .method = "GET", .path = API "/projects", .rpc = "projects.list", .query = &project_query },
	{ PROJECT("GET", "", "projects.get") },
	{ PROJECT("PUT", "", "projects.update"), .takes_body = BODY_REQUIRED },
	{ PROJECT("PATCH", "", "projects.update"), .takes_body = BODY_REQUIRED },
	{ PROJECT("DELETE", "", "projects.delete"), .status = 204 },
	{ PROJECT("PUT", "/archive", "projects.update"), .fixed = archived },
	{ .method = "POST", .path = API "/projects/import", .rpc = "projects.import", .status = 201,
	  .takes_body = BODY_REQUIRED, .texts = import_texts, .bad_type = ST_BAD_REQUEST },
	{ .method = "POST", .path = API "/action-items/{action_item_id}/task",
	  .rpc = "tasks.from_action_item", .status = 201, .takes_body = BODY_OPTIONAL },
	{ .method = "GET", .path = API "/today", .rpc = "today.get" },
	{ .method = "GET", .path = API "/search", .rpc = "search.find" },
	{ .method = "GET", .path = API "/review", .rpc = "review.get" },
	{ .method = "GET", .path = API "/energy/patterns", .rpc = "energy.patterns" },
	{ .method = "GET", .path = API "/feedback/themes", .rpc = "feedback.themes" },

	/* the plain verbs of entities (schema/entities), at both */
#include "schema/routes.inc"
};
/* clang-format on */

const struct route_table route_table = {
	.rows = route_rows,
	.count = sizeof route_rows / sizeof *route_rows,
	.start = api_call_start,
	.respond_row = api_result_row,
	.respond_value = api_result_value,
	.respond_array = api_list_respond,
};
