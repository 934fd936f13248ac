-- Namesakes: of a topic that is live, of each other, made by a tag, and of one that is deleted.
insert into topics (account_id, name, is_namesake, made_by_tag) values
	(1, 'Namesake', false, false), (1, 'Namesake', true, false), (1, 'Namesake', true, false),
	(1, 'NAMESAKE', true, true), (1, 'namesake', true, true);
insert into topics (account_id, name, deleted_at) values (1, 'namesake', now());
-- Names that look like another one, or like nothing: name_forms folds them.
insert into topics (account_id, name) values
	(1, U&'Look\00a0alike'), (1, 'Look  alike'), (1, 'Look alike'), (1, U&'Look\200b alike'), (1, U&'\200b'),
	(1, U&'e\0301'), (1, U&'Fold\feff');
insert into topics (account_id, name, deleted_at) values (1, U&'Look\00a0alike', now());
