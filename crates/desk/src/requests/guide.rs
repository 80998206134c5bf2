//! `guide_*`: the first steps of a newcomer, ticked from facts.

use super::Answer;
use crate::{
    api::{
        Nothing,
        guide::{GuideOpen, GuideStep, GuideView},
    },
    desk::Desk,
    session::Account,
};
use proffer_domain::{Checklist, QuestionFacts, StepKind};
use std::collections::HashSet;

/// A newcomer has few questions; of others it need not be known.
const QUESTIONS_LOOKED_AT: u32 = 20;

const STEPS: [StepKind; 5] = [
    StepKind::Locked,
    StepKind::ScopeClear,
    StepKind::Answered,
    StepKind::Confirmed,
    StepKind::Offered,
];

impl Desk {
    pub(crate) async fn guide_show(&self, _: Nothing) -> Answer<GuideView> {
        let account = self.account()?;
        let is_open = match self.inner.journal.is_guide_open(account.id).await? {
            Some(is_open) => is_open,
            // Until the first sync is through, nobody knows who is a newcomer.
            None if !self.inner.cache.is_complete().await? => false,
            None => {
                let is_newcomer = !self.has_offered(&account).await?;
                self.inner.journal.open_guide(account.id, is_newcomer).await?;
                is_newcomer
            }
        };
        // Nobody sees what is put away.
        let done = if is_open {
            self.steps_done(&account).await?
        } else {
            HashSet::new()
        };
        Ok(GuideView {
            is_open,
            steps: STEPS
                .map(|kind| GuideStep {
                    kind,
                    is_done: done.contains(&kind),
                })
                .to_vec(),
        })
    }

    pub(crate) async fn guide_open(&self, request: GuideOpen) -> Answer<GuideView> {
        let account = self.account()?;
        self.inner.journal.open_guide(account.id, request.is_open).await?;
        self.guide_show(Nothing).await
    }

    /// Whether the expert ever offered anything, or has an offer on its way.
    async fn has_offered(&self, account: &Account) -> Answer<bool> {
        let on_its_way = self.overlay(account.id).await?;
        Ok(self.inner.cache.has_offers(account.id).await? || on_its_way.new_offers(&HashSet::new()).next().is_some())
    }

    /// The steps that were done on any of the expert's latest questions.
    async fn steps_done(&self, account: &Account) -> Answer<HashSet<StepKind>> {
        let cache = &self.inner.cache;
        let now = account.platform_time(self.now());
        let mut done = HashSet::new();
        if self.has_offered(account).await? {
            // Who has offered has been through all of it.
            return Ok(STEPS.into_iter().collect());
        }
        let overlay = self.overlay(account.id).await?;
        let mut own = cache.questions_held(account.id, now).await?;
        own.extend(cache.questions_answered(QUESTIONS_LOOKED_AT).await?);
        for mut question in own {
            let messages = cache.messages(question.id).await?;
            overlay.lay_over_question(&mut question, account.id);
            let checklist = Checklist::from_facts(QuestionFacts {
                question: &question,
                messages: &messages,
                offered_at: None,
                expert: account.id,
                now,
            });
            done.extend(checklist.steps.iter().filter(|step| step.is_done).map(|step| step.kind));
        }
        Ok(done)
    }
}
