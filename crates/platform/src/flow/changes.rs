//! What a client has not seen yet, over all its streams.

use super::{Flow, FlowError};
use crate::{
    store::{AccountRow, StoreError},
    streams::{EVENT_BYTES, EVENT_CHANGES, FEW_CHANGES},
};
use proffer_domain::{AccountId, FieldCode, FieldProblem, Role};
use proffer_protocol::{Cursor, CursorError, StreamId, SyncPage};
use std::fmt::Write;

/// The largest number of changes in one answer.
const LIMIT_MAX: u32 = 5_000;

/// A [`SyncPage`], ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageText {
    /// The page as JSON, in one line.
    pub json: String,
    /// Where to go on from.
    pub cursor: Cursor,
    /// Whether it holds no change.
    pub is_empty: bool,
    /// Whether there are more changes after these.
    pub(crate) more: bool,
    /// The account's streams, and where they stand.
    pub(crate) heads: Vec<(StreamId, u64)>,
}

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
        let page = self.page_since(account, cursor, limit).await?;
        Ok(serde_json::from_str(&page.json).map_err(StoreError::from)?)
    }

    /// The same as the wire has it: made of the stored documents' text, which is not read.
    ///
    /// # Errors
    /// [`FlowError::Refused`] if the cursor is of a history that was lost; else if the database fails.
    pub async fn page_since(&self, account: &AccountRow, cursor: &Cursor, limit: u32) -> Result<PageText, FlowError> {
        self.page_for(account.id, account.role, cursor, limit).await
    }

    /// As much of it as one event may hold.
    pub(crate) async fn event_for(
        &self,
        account: AccountId,
        role: Role,
        cursor: &Cursor,
    ) -> Result<PageText, FlowError> {
        let page = self.page_for(account, role, cursor, EVENT_CHANGES).await?;
        if page.json.len() <= EVENT_BYTES {
            return Ok(page);
        }
        self.page_for(account, role, cursor, FEW_CHANGES).await
    }

    /// The same for who is only known by that.
    async fn page_for(
        &self,
        account: AccountId,
        role: Role,
        cursor: &Cursor,
        limit: u32,
    ) -> Result<PageText, FlowError> {
        let limit = limit.clamp(1, LIMIT_MAX);
        let mut tx = self.store.read().await?;
        let mut streams = vec![StreamId::Account(account)];
        if role != Role::Customer {
            streams.extend(
                tx.account_categories(account)
                    .await?
                    .into_iter()
                    .map(StreamId::Category),
            );
        }
        let mut next = Cursor::default();
        let mut heads = Vec::with_capacity(streams.len());
        let (mut count, mut more) = (0, false);
        let mut json = String::from("{\"changes\":[");
        for stream in &streams {
            let after = cursor.position(stream);
            if !tx.is_place(*stream, after).await? {
                let problem = FieldProblem::new("/cursor", FieldCode::Malformed, CursorError.to_string());
                return Err(FlowError::fields(vec![problem]));
            }
            // Without room for any, only whether something waits there is of interest.
            let found = tx.changes(*stream, after, limit - count).await?;
            count += found.count;
            more |= found.more;
            heads.push((*stream, found.head));
            if found.last > 0 {
                next.positions.insert(*stream, found.last);
            }
            push_element(&mut json, &found.text);
        }
        let mut is_empty = count == 0;
        for (stream, seq) in &cursor.positions {
            if let (StreamId::Category(category), false) = (stream, streams.contains(stream)) {
                is_empty = false;
                let gone = format!(
                    "{{\"stream\":\"{stream}\",\"seq\":{seq},\"entity\":\"category\",\"id\":\"{category}\",\"document\":null}}"
                );
                push_element(&mut json, &gone);
            }
        }
        // A cursor is of the URL's safe letters alone.
        let _ = write!(json, "],\"cursor\":\"{next}\",\"more\":{more}}}");
        Ok(PageText {
            json,
            cursor: next,
            is_empty,
            more,
            heads,
        })
    }
}

/// Adds what may be one element, several or none to a list.
fn push_element(json: &mut String, text: &str) {
    if !text.is_empty() {
        if !json.ends_with('[') {
            json.push(',');
        }
        json.push_str(text);
    }
}
