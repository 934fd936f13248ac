-- Revert studytracker:project_import from pg

begin;

drop function judge_projects(bigint, jsonb);
drop function project_path_error();
drop function project_item_error(jsonb);
drop function item_choice_error(text, jsonb, text[]);
drop function item_text_error(text, jsonb, integer);
drop function project_of_url_now(bigint, text);
drop index projects_live_url;

commit;
