//! What people were told, to be held against what came of it.

use proffer_domain::{OfferEventKind, OfferId, QuestionId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// What a customer's command must have come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Question(QuestionId),
    Message(Uuid),
    Rating(QuestionId),
    Offer(OfferId, OfferEventKind),
}

/// How far a customer's command has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    NotYet,
    Done,
    Refused,
}

/// A command of a customer.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) wanted: Wanted,
    pub(crate) answered: Answered,
}

/// What a desk told its expert is on its way.
#[derive(Debug)]
pub(crate) struct Promise {
    pub(crate) desk: usize,
    pub(crate) question: QuestionId,
    /// The text of a message, the title of an offer: no other has the same.
    pub(crate) text: String,
    pub(crate) is_offer: bool,
}

/// What a desk told its expert is kept: the last draft on a question; `None` once it was sent.
#[derive(Debug)]
pub(crate) struct KeptDraft {
    pub(crate) desk: usize,
    pub(crate) question: QuestionId,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) wishes: Vec<Wish>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) drafts: Vec<KeptDraft>,
    /// Questions whose lock a desk was told it has.
    pub(crate) locked: Vec<(usize, QuestionId)>,
    pub(crate) trace: Vec<String>,
}

impl Facts {
    /// Notes what is kept as draft, in place of what was.
    pub(crate) fn keep_draft(&mut self, desk: usize, question: QuestionId, text: Option<String>) {
        self.drafts
            .retain(|kept| (kept.desk, kept.question) != (desk, question));
        self.drafts.push(KeptDraft { desk, question, text });
    }
}

/// The facts, written from inside the processes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Facts>>);

impl Notes {
    pub(crate) fn open(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trace(&self, line: String) {
        self.open().trace.push(line);
    }
}
