//! What those who listen are told: read once for all of them.

use super::{Flow, FlowError};
use crate::streams::{Batch, Doubted, EVENT_BYTES, EVENT_CHANGES, FEW_CHANGES, Listeners};
use proffer_protocol::StreamId;
use std::collections::{BTreeSet, HashSet};

impl Flow {
    /// Everybody who listens here.
    pub(crate) fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// Reads what is new on the streams that were written to, and shares it with those who listen to them.
    ///
    /// # Errors
    /// If the database fails; what was to be read still is.
    pub(crate) async fn tell_listeners(&self) -> Result<(), FlowError> {
        let streams = self.listeners.take_stirred();
        let told = self.tell_of(&streams).await;
        if told.is_err() {
            self.listeners.stir(&streams);
        }
        told
    }

    async fn tell_of(&self, streams: &BTreeSet<StreamId>) -> Result<(), FlowError> {
        if streams.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.read().await?;
        for stream in streams {
            while let Some(after) = self.listeners.head(*stream) {
                let mut found = tx.changes(*stream, after, EVENT_CHANGES).await?;
                if found.text.len() > EVENT_BYTES {
                    found = tx.changes(*stream, after, FEW_CHANGES).await?;
                }
                if found.count == 0 {
                    break;
                }
                let more = found.more;
                let batch = Batch {
                    after,
                    last: found.last,
                    text: found.text,
                };
                self.listeners.publish(*stream, batch);
                if !more {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Looks up what is in doubt: which streams were written to, and whose session has ended, which ends their listening.
    ///
    /// # Errors
    /// If the database fails; what was in doubt still is.
    pub(crate) async fn look_after_listeners(&self) -> Result<(), FlowError> {
        let doubted = self.listeners.take_doubted();
        let looked = self.look_up(doubted).await;
        if looked.is_err() {
            self.listeners.doubt(doubted);
        }
        looked
    }

    async fn look_up(&self, doubted: Doubted) -> Result<(), FlowError> {
        if doubted.sessions {
            let asked = self.listeners.sessions();
            let now = self.ports.clock.now();
            let live: HashSet<String> = self.store.read().await?.live_sessions(&asked, now).await?;
            self.listeners.end_all_but(&live, &asked);
        }
        if doubted.streams {
            let known = self.listeners.heads();
            let ids: Vec<StreamId> = known.iter().map(|(stream, _)| *stream).collect();
            let heads = self.store.read().await?.stream_heads(&ids).await?;
            let moved = known
                .iter()
                .filter(|(stream, head)| heads.get(stream).is_some_and(|now| now > head));
            self.listeners.stir(moved.map(|(stream, _)| stream));
        }
        Ok(())
    }
}
