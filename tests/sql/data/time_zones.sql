-- Zones that are names, but were refused before.
insert into accounts (account_id, name, time_zone) overriding system value values
	(104, 'Bea', 'CET'), (105, 'Cai', 'EST5EDT');
-- One in another spelling, which zone_spelling corrects.
insert into accounts (account_id, name, time_zone) overriding system value values (106, 'Dee', 'europe/berlin');
