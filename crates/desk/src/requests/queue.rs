//! `queue_list`

use super::{Answer, people};
use crate::{
    api::queue::{QueueGroup, QueueGroupKind, QueueList, QueueRow, QueueStatus, QueueView},
    cache::{QueueFacts, QueueRequest},
    desk::Desk,
    session::Account,
};
use proffer_domain::{MessageKind, QuestionState, Timestamp};

const GROUPS: [QueueGroupKind; 4] = [
    QueueGroupKind::LockedByYou,
    QueueGroupKind::AnsweredByYou,
    QueueGroupKind::Open,
    QueueGroupKind::Others,
];
/// Rows of a group when the UI names no number, and at most.
const ROWS_USUAL: u32 = 100;
const ROWS_AT_MOST: u32 = 1_000;

impl Desk {
    pub(crate) async fn queue_list(&self, request: QueueList) -> Answer<QueueView> {
        let account = self.account()?;
        let now = account.platform_time(self.now());
        let (pending, failed) = self.overlay(account.id).await?.marked_questions();
        let names = self.inner.cache.category_names().await?;
        let asked = QueueRequest {
            expert: account.id,
            now,
            filter: request.filter,
            search: &request.search,
            limit: match request.limit {
                0 => ROWS_USUAL,
                limit => limit.min(ROWS_AT_MOST),
            },
        };
        let sizes = self.inner.cache.queue_sizes(account.id, now).await?;
        let mut groups = Vec::new();
        for (kind, size) in GROUPS.into_iter().zip(sizes) {
            let (count, facts) = self.inner.cache.queue_group(kind, &asked, size).await?;
            if count == 0 {
                continue;
            }
            let subjects: Vec<_> = facts.iter().map(|facts| facts.id.0).collect();
            let marks = self.inner.journal.read_marks(account.id, &subjects).await?;
            let rows = facts
                .into_iter()
                .map(|facts| {
                    let seen_at = marks.get(&facts.id.0).copied();
                    let mut row = row(facts, kind, seen_at, &account, now);
                    row.is_pending = pending.contains(&row.question_id);
                    row.is_failed = failed.contains(&row.question_id);
                    row
                })
                .map(|mut row| {
                    row.category_name = row
                        .category_name
                        .parse()
                        .ok()
                        .and_then(|id| names.get(&id).cloned())
                        .unwrap_or_default();
                    row
                })
                .collect();
            groups.push(QueueGroup { kind, count, rows });
        }
        Ok(QueueView {
            counts: self.inner.cache.queue_counts(account.id, now).await?,
            groups,
        })
    }
}

/// A row; its category is still an id, and the outbox is not laid over it yet.
fn row(
    facts: QueueFacts,
    group: QueueGroupKind,
    seen_at: Option<Timestamp>,
    account: &Account,
    now: Timestamp,
) -> QueueRow {
    let held = facts.lock_expires_at.filter(|end| *end > now);
    let is_mine = facts.lock_holder.as_ref().is_some_and(|(id, _)| *id == account.id);
    // What came before this expert first signed in here is not news.
    let seen_at = account.platform_time(seen_at.unwrap_or_default().max(account.first_signed_in_at));
    let came_at = match group {
        QueueGroupKind::LockedByYou | QueueGroupKind::AnsweredByYou => facts.last_reply_at,
        QueueGroupKind::Open => Some(facts.asked_at.max(facts.last_reply_at.unwrap_or_default())),
        QueueGroupKind::Others => None,
    };
    let is_unread = came_at.is_some_and(|at| at > seen_at);
    let status = status(&facts, held.is_some(), is_mine, is_unread);
    QueueRow {
        question_id: facts.id,
        number: facts.number,
        category_name: facts.category_id.to_string(),
        title: facts.title,
        customer_name: people::short_name(&facts.customer_name),
        last_activity_at: account.local_time(facts.last_activity_at),
        is_unread,
        status,
        lock_expires_at: held.filter(|_| is_mine).map(|end| account.local_time(end)),
        lock_holder_name: facts
            .lock_holder
            .filter(|_| held.is_some() && !is_mine)
            .map(|(_, name)| people::short_name(&name)),
        is_pending: false,
        is_failed: false,
    }
}

fn status(facts: &QueueFacts, is_held: bool, is_mine: bool, is_unread: bool) -> QueueStatus {
    let has_reply = facts.last_kind == Some(MessageKind::Reply);
    let concerns_me = facts.is_answered_by_me || (is_held && is_mine);
    if facts.state == QuestionState::Closed {
        QueueStatus::Closed
    } else if is_held && !is_mine {
        QueueStatus::LockedByOther
    } else if concerns_me && has_reply && (is_unread || !facts.is_answered_by_me) {
        QueueStatus::NewReply
    } else if let Some(state) = facts.offer_state {
        QueueStatus::Offer { state }
    } else if facts.is_answered_by_me && (facts.is_rated || has_reply) {
        QueueStatus::Confirmed
    } else if facts.last_kind == Some(MessageKind::InfoRequest) {
        QueueStatus::InfoRequested
    } else if facts.is_answered_by_me || facts.state == QuestionState::Answered {
        QueueStatus::Answered
    } else if is_held {
        QueueStatus::Locked
    } else {
        QueueStatus::Open
    }
}
