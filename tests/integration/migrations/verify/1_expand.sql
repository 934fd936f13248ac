select study_week from sessions where false;
