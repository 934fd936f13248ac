-- Revert studytracker:login_limit from pg

begin;

drop function end_oldest_logins(bigint, bigint);
update logins set ended_by = 'logout' where ended_by = 'limit';
alter table logins
	drop constraint logins_ended_by_check,
	add constraint logins_ended_by_check check (ended_by in ('logout', 'reuse', 'password', 'status'));

commit;
