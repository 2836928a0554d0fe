"""Whatever goes out to people and programs: the inbox, e-mail with its log, what each person wants to be told,
reminders; webhooks with their log."""
