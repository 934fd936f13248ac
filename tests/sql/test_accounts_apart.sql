-- No request reads or changes rows of another account.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

-- Rows of account 1. Account 2 knows all their ids and names.
insert into topics (account_id, id, name, description) overriding system value
values (1, 11, 'Secret', 'secret'), (1, 12, 'Secret too', null), (2, 21, 'Own', null);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
values (1, id(1), 11, current_date, 11, 'secret'), (1, id(2), 12, current_date - 1, 13, 'secret');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(3), 11, current_date, 17, now());
insert into tokens (account_id, id, name, hash, scopes) overriding system value values (1, 31, 'secret', sha256('a'), '{read}');
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
values (1, id(5), 'jwt', id(6), 60, now() + interval '1 hour');
create temp table before as
select 'topic' as kind, to_jsonb(t) as content from topics as t where account_id = 1
union all select 'session', to_jsonb(s) from sessions as s where account_id = 1
union all select 'total', to_jsonb(d) from daily_totals as d where account_id = 1
union all select 'topic total', to_jsonb(d) from topic_totals as d where account_id = 1
union all select 'token', to_jsonb(t) from tokens as t where account_id = 1
union all select 'log-in', to_jsonb(l) from logins as l where account_id = 1;

-- The response to account 2, without the columns that are the same for any account.
create function pg_temp.response(call text) returns setof text
	language plpgsql as $$
declare
	r record;
begin
	for r in execute 'execute ' || call loop
		return next to_jsonb(r)::text;
	end loop;
end
$$;

create temp table calls (call text);
insert into calls values
	('"topics.get"(''{2,2}'', ''{11,12}'')'),
	('"topics.list"(''{2}'', ''{500}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'', ''{null}'')'),
	('"topics.list"(''{2}'', ''{500}'', ''{null}'', ''{null}'', ''{-created_at}'', ''{secret}'', ''{f}'')'),
	('"topics.update"(''{2}'', ''{11}'', ''{Mine}'', ''{x}'', ''{t}'', ''{t}'', ''{null}'', ''{}'', ''{}'')'),
	('"topics.delete"(''{2}'', ''{12}'', ''{*}'', ''{}'')'),
	('"sessions.get"(''{2,2,2}'', ids(1, 2, 3))'),
	('"sessions.create"(''{2}'', ids(4), ''{11}'', ''{null}'', ''{1}'', ''{null}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')'),
	('"sessions.update"(''{2,2}'', ids(1, 3), ''{21,null}'', ''{null,null}'', ''{1,1}'', ''{x,x}'', ''{t,t}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{null,*}'', ''{}'')'),
	('"sessions.delete"(''{2,2}'', ids(1, 3), ''{null,*}'', ''{}'')'),
	('"sessions.restore"(''{2,2}'', ids(1, 3), ''{}'', ''{}'', ''{}'')'),
	('"stats.totals"(''{2}'')'), ('"stats.summary"(''{2}'', ''{null}'', ''{null}'')'), ('"stats.heatmap"(''{2}'', ''{null}'')'),
	('"stats.streak"(''{2}'', ''{1}'')'),
	(substr(call_of('tokens.list', '{"account_id": 2}'), 9)),
	(substr(call_of('tokens.get', '{"account_id": 2, "token_id": 31}'), 9)),
	(substr(call_of('tokens.delete', '{"account_id": 2, "token_id": 31}'), 9)),
	(substr(call_of('tokens.mark_used', '{"token_id": 31, "holder_id": 2}'), 9)),
	(substr(call_of('logins.end', jsonb_build_object('account_id', 2, 'login_id', id(5))), 9)),
	(substr(call_of('logins.refresh', jsonb_build_object('account_id', 2, 'login_id', id(5), 'refresh_id', id(6),
		'next_refresh_id', id(7))), 9));
insert into calls
select format('"sessions.list"(%L, %L, %L, %L, array[%L], array[%L]::int8[], array[%L]::text[], array[%L]::date[], %L, array[%L]::text[], ''{}'', ''{}'', ''{}'', ''{}'')',
	'{2}', '{500}', '{null}', '{null}', sort, topic, tag, first_day, '{null}', q)
from unnest(array['created_at', '-created_at', 'study_date', '-study_date']) as sort
cross join (values (null::bigint, null), (11, null), (null, 'secret'), (11, 'Secret')) as topics (topic, tag)
cross join (values (null::date), ('2000-01-01')) as range (first_day)
cross join (values (null), ('secret')) as search (q);
insert into calls
select format('"stats.series"(%L, array[%L], array[%L]::text[], %L, %L)', '{2}', bucket, kind, '{null}', '{null}')
from unnest(array['day', 'week', 'month', 'year']) as bucket
cross join unnest(array[null, 'topic']) as kind;

select is_empty(format('select * from pg_temp.response(%L) as response
		where response ~* %L or response ~ %L', call, 'secret|00000000-0000-4000-8000', '"(topic_id|minutes|sessions|head.minutes|longest)": [1-9]'),
	'account 2 gets nothing from ' || call)
from calls;
select set_eq($$
	select 'topic' as kind, to_jsonb(t) as content from topics as t where account_id = 1
	union all select 'session', to_jsonb(s) from sessions as s where account_id = 1
	union all select 'total', to_jsonb(d) from daily_totals as d where account_id = 1
	union all select 'topic total', to_jsonb(d) from topic_totals as d where account_id = 1
	union all select 'token', to_jsonb(t) from tokens as t where account_id = 1
	union all select 'log-in', to_jsonb(l) from logins as l where account_id = 1$$, 'select * from before',
	'the rows of account 1 are unchanged');

-- Account 2 uses the same ids and names for its own rows.
create temp table response as execute "sessions.log"('{2,2}', ids(1, 3), '{5,6}', '{Secret,Own}', '{null,null}', '{null,null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select results_eq('select tag, minutes, created from response', $$values ('Secret', 5, true), ('Own', 6, true)$$,
	'account 2 logs with the same ids and names');
select isnt((select topic_id from response where ord = 1), 11::bigint, 'on its own topic');
drop table response;
create temp table response as execute "sessions.delete"('{2,1}', ids(1, 2), '{null,null}', '{}');
select results_eq('select account_id, id from sessions where deleted_at is not null order by 1, 2',
	'values (1::bigint, id(2)), (1, id(3)), (2, id(1))', 'each account deletes its own session');
select totals_are_right('after all statements');
select * from finish();
rollback;
