CREATE INDEX email_by_recipient ON email (recipient, kind, created_at);
