-- Namesakes: of a topic that is live, of each other, made by a tag, and of one that is deleted.
insert into topics (account_id, name, is_namesake, made_by_tag) values
	(1, 'Namesake', false, false), (1, 'Namesake', true, false), (1, 'Namesake', true, false),
	(1, 'NAMESAKE', true, true), (1, 'namesake', true, true);
insert into topics (account_id, name, deleted_at) values (1, 'namesake', now());
