when w.is_username_taken then 'USERNAME_TAKEN'
when w.is_email_taken then 'EMAIL_TAKEN'
