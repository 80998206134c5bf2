//! `queue_*`

use super::{Answer, people, rows_of_a_page};
use crate::{
    api::queue::{QueueGroup, QueueGroupKind, QueueList, QueuePage, QueueRow, QueueRows, QueueStatus, QueueView},
    cache::{Places, QueueFacts, QueueRequest},
    desk::Desk,
    search::query::Query,
    session::Account,
};
use proffer_domain::{CategoryId, MessageKind, QuestionId, QuestionState, Timestamp};
use std::collections::{HashMap, HashSet};

const GROUPS: [QueueGroupKind; 4] = [
    QueueGroupKind::LockedByYou,
    QueueGroupKind::AnsweredByYou,
    QueueGroupKind::Open,
    QueueGroupKind::Others,
];
/// What the rows of one answer are made with.
struct Making {
    account: Account,
    now: Timestamp,
    pending: HashSet<QuestionId>,
    failed: HashSet<QuestionId>,
    categories: HashMap<CategoryId, String>,
}

impl Desk {
    pub(crate) async fn queue_list(&self, request: QueueList) -> Answer<QueueView> {
        let making = self.making_rows().await?;
        let (expert, now) = (making.account.id, making.now);
        let found = self.queue_places(&request.search).await?;
        let asked = QueueRequest {
            expert,
            now,
            filter: request.filter,
            found: found.as_ref(),
            offset: 0,
            limit: rows_of_a_page(request.limit),
        };
        let (sizes, counts) = self.inner.cache.queue_standing(expert, now).await?;
        let mut groups = Vec::new();
        for (kind, size) in GROUPS.into_iter().zip(sizes) {
            let (count, facts) = self.inner.cache.queue_group(kind, &asked, size).await?;
            if count > 0 {
                let rows = self.queue_rows(&making, kind, facts).await?;
                groups.push(QueueGroup { kind, count, rows });
            }
        }
        Ok(QueueView { counts, groups })
    }

    pub(crate) async fn queue_page(&self, request: QueuePage) -> Answer<QueueRows> {
        let making = self.making_rows().await?;
        let (expert, now) = (making.account.id, making.now);
        let found = self.queue_places(&request.search).await?;
        let asked = QueueRequest {
            expert,
            now,
            filter: request.filter,
            found: found.as_ref(),
            offset: request.offset,
            limit: rows_of_a_page(request.limit),
        };
        let sizes = self.inner.cache.queue_sizes(expert, now).await?;
        let size = GROUPS.into_iter().zip(sizes).find(|(kind, _)| *kind == request.group);
        let size = size.map(|(_, size)| size).unwrap_or_default();
        let (count, facts) = self.inner.cache.queue_group(request.group, &asked, size).await?;
        let rows = self.queue_rows(&making, request.group, facts).await?;
        Ok(QueueRows { count, rows })
    }

    async fn making_rows(&self) -> Answer<Making> {
        let account = self.account()?;
        let (pending, failed) = self.overlay(account.id).await?.marked_questions();
        Ok(Making {
            now: account.platform_time(self.now()),
            account,
            pending,
            failed,
            categories: self.inner.cache.category_names().await?,
        })
    }

    async fn queue_places(&self, typed: &str) -> Answer<Option<Places>> {
        match Query::read(typed).expression() {
            Some(expression) => Ok(Some(self.inner.cache.question_places(&expression).await?)),
            None => Ok(None),
        }
    }

    async fn queue_rows(&self, making: &Making, kind: QueueGroupKind, facts: Vec<QueueFacts>) -> Answer<Vec<QueueRow>> {
        let Making { account, now, .. } = making;
        let subjects: Vec<_> = facts.iter().map(|facts| facts.id.0).collect();
        let marks = self.inner.journal.read_marks(account.id, &subjects).await?;
        let rows = facts.into_iter().map(|facts| {
            let (seen_at, category) = (marks.get(&facts.id.0).copied(), facts.category_id);
            let row = row(facts, kind, seen_at, account, *now);
            QueueRow {
                category_name: making.categories.get(&category).cloned().unwrap_or_default(),
                is_pending: making.pending.contains(&row.question_id),
                is_failed: making.failed.contains(&row.question_id),
                ..row
            }
        });
        Ok(rows.collect())
    }
}

/// A row; its category has no name yet, and the outbox is not laid over it.
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
        category_name: String::new(),
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
