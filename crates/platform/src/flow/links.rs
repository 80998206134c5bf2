//! Fresh links in place of emailed ones that are broken or expired.

use super::{Flow, FlowError, hash};
use crate::mail;
use jiff::SignedDuration;
use proffer_domain::Role;
use proffer_protocol::{Document, Entity};

/// How long an address gets no second fresh link, so that nobody can fill another's mailbox.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

impl Flow {
    /// Emails a fresh link to the customer with this address: to what the lost link was for if it was theirs, else to
    /// their newest question. Does nothing for an address that is unknown or got one just now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn renew_link(&self, address: &str, lost_token: &str) -> Result<(), FlowError> {
        let mut tx = self.store.read().await?;
        let Some(account) = tx.account_by_email(&address.trim().to_lowercase()).await? else {
            return Ok(());
        };
        let since = self.ports.clock.now().saturating_sub(PAUSE).unwrap_or_default();
        if account.role != Role::Customer || tx.has_email_since(mail::NEW_LINK, &account.email, since).await? {
            return Ok(());
        }
        let lost = tx.link(&hash(lost_token.as_bytes())).await?;
        let lost = lost.filter(|link| link.account_id == account.id);
        let newest = tx.documents_of_customer(Entity::Question, account.id.0, 1).await?;
        let document = match lost {
            Some(link) => match link.offer_id {
                Some(offer) => tx.document(Entity::Offer, offer.0).await?,
                None => tx.document(Entity::Question, link.question_id.0).await?,
            },
            None => newest.into_iter().next(),
        };
        drop(tx);
        let (question, offer, title) = match document {
            Some(Document::Question(document)) => (document.question.id, None, document.question.title),
            Some(Document::Offer(document)) => {
                let offer = document.offer;
                (offer.question_id, Some(offer.id), offer.terms.title)
            }
            _ => return Ok(()),
        };
        let mut work = self.begin(account.clone()).await?;
        let link = work.link(account.id, question, offer).await?;
        let is_offer = offer.is_some();
        work.send_letter(account.id, offer, |to| mail::new_link(to, &title, is_offer, link))
            .await?;
        self.commit(work).await
    }
}
