select 1 / (not exists (select from sessions where study_week is null))::int;
