-- The test reverts nothing.
select 1;
