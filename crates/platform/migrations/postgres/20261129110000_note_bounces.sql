-- When an email that a mail server had taken came back; its state is then failed.
ALTER TABLE email ADD COLUMN bounced_at BIGINT;
CREATE INDEX email_failed ON email (bounced_at) WHERE state = 'failed';
