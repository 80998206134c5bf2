//! The questions that are the expert's own.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{AccountId, Question, Timestamp};
use proffer_protocol::QuestionDocument;

fn questions(texts: &[String]) -> Result<Vec<Question>> {
    texts
        .iter()
        .map(|text| Ok(serde_json::from_str::<QuestionDocument>(text)?.question))
        .collect()
}

impl Cache {
    /// The questions that this expert holds at `now`, by the platform's clock.
    pub(crate) async fn questions_held(&self, expert: AccountId, now: Timestamp) -> Result<Vec<Question>> {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM question INDEXED BY question_held WHERE lock_holder_id = ? AND lock_expires_at > ?",
        )
        .bind(blob(expert.0))
        .bind(now.as_millisecond())
        .fetch_all(&self.readers())
        .await?;
        questions(&texts)
    }

    /// Whether this expert ever offered anything.
    pub(crate) async fn has_offers(&self, expert: AccountId) -> Result<bool> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM offer WHERE expert_id = ?)")
                .bind(blob(expert.0))
                .fetch_one(&self.readers())
                .await?,
        )
    }

    /// The questions that this expert answered, the latest first.
    pub(crate) async fn questions_answered(&self, limit: u32) -> Result<Vec<Question>> {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM question WHERE answered_by_me = 1 ORDER BY last_activity_at DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers())
        .await?;
        questions(&texts)
    }
}
