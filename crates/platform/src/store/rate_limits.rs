//! Limits on tries, one row each, so that every instance counts the same ones.

use super::{StoreError, Tx, contended, micros, timestamp};
use jiff::{SignedDuration, Timestamp};

/// How much is allowed: `burst` at once, then one more every `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// How long until one more is free.
    pub every: SignedDuration,
}

impl Rate {
    fn every_micros(self) -> i64 {
        i64::try_from(self.every.as_micros()).unwrap_or(i64::MAX)
    }

    /// How far ahead of now a subject may be and still go on.
    fn room_micros(self) -> i64 {
        self.every_micros()
            .saturating_mul(i64::from(self.burst.saturating_sub(1)))
    }
}

impl Tx {
    /// Uses one try of a subject up (the generic cell rate algorithm); from when on there is one again if none is left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spend(&mut self, subject: &str, rate: Rate, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let spent = sqlx::query(
            "INSERT INTO rate_limit (subject, free_at) VALUES ($1, $2 + $3) ON CONFLICT (subject) DO UPDATE SET free_at = \
             CASE WHEN rate_limit.free_at > $2 THEN rate_limit.free_at ELSE $2 END + $3 WHERE rate_limit.free_at <= $2 + $4",
        )
        .bind(subject)
        .bind(micros(now))
        .bind(rate.every_micros())
        .bind(rate.room_micros())
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        if spent.rows_affected() == 1 {
            return Ok(None);
        }
        let (free_at,): (i64,) = sqlx::query_as("SELECT free_at FROM rate_limit WHERE subject = $1")
            .bind(subject)
            .fetch_one(&mut *self.inner)
            .await?;
        timestamp(free_at.saturating_sub(rate.room_micros())).map(Some)
    }

    /// Gives a try back that was used up and did no harm.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn give_back(&mut self, subject: &str, rate: Rate) -> Result<(), StoreError> {
        sqlx::query("UPDATE rate_limit SET free_at = free_at - $1 WHERE subject = $2")
            .bind(rate.every_micros())
            .bind(subject)
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(())
    }

    /// Forgets limits that nothing is used up of, sessions and resets that have ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep(&mut self, now: Timestamp) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM rate_limit WHERE free_at < $1",
            "DELETE FROM session WHERE expires_at < $1",
            "DELETE FROM link_session WHERE expires_at < $1",
            "DELETE FROM password_reset WHERE expires_at < $1",
            "DELETE FROM payment_event WHERE forget_at < $1",
        ] {
            sqlx::query(statement)
                .bind(micros(now))
                .execute(&mut *self.inner)
                .await
                .map_err(contended)?;
        }
        Ok(())
    }
}
