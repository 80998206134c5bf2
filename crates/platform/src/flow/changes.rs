//! What a client has not seen yet, over all its streams.

use super::{Flow, FlowError};
use crate::store::AccountRow;
use proffer_domain::Role;
use proffer_protocol::{Change, Cursor, Entity, StreamId, SyncPage};

/// The largest number of changes in one answer.
const LIMIT_MAX: u32 = 5_000;

impl Flow {
    /// The changes after a cursor, at most `limit`, read from one consistent state.
    ///
    /// A stream that the account lost yields a change without document for its category, so that the client forgets
    /// what came by it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn changes_since(
        &self,
        account: &AccountRow,
        cursor: &Cursor,
        limit: u32,
    ) -> Result<SyncPage, FlowError> {
        let limit = limit.clamp(1, LIMIT_MAX);
        let mut tx = self.store.read().await?;
        let mut streams = vec![StreamId::Account(account.id)];
        if account.role != Role::Customer {
            streams.extend(
                tx.account_categories(account.id)
                    .await?
                    .into_iter()
                    .map(StreamId::Category),
            );
        }
        let mut next = Cursor::default();
        let mut changes = Vec::new();
        let mut more = false;
        for stream in &streams {
            let after = cursor.position(stream);
            let room = limit - u32::try_from(changes.len()).unwrap_or(limit).min(limit);
            // One more than there is room for tells whether more is waiting.
            let mut found = tx.changes(*stream, after, room + 1).await?;
            if found.len() > room as usize {
                found.truncate(room as usize);
                more = true;
            }
            let last = found.last().map_or(after, |change| change.seq);
            if last > 0 {
                next.positions.insert(*stream, last);
            }
            changes.extend(found);
        }
        for (stream, seq) in &cursor.positions {
            if let (StreamId::Category(category), false) = (stream, streams.contains(stream)) {
                changes.push(Change {
                    stream: *stream,
                    seq: *seq,
                    entity: Entity::Category,
                    id: category.0,
                    document: None,
                });
            }
        }
        Ok(SyncPage {
            changes,
            cursor: next.to_string(),
            more,
        })
    }
}
