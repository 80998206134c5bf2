//! Emailed links: each lets one browser in, once, and fresh ones come in place of those that are broken, used or expired.
//!
//! What lets the browser in again is not the link's token but one made of it and the browser's own secret. So a link that
//! somebody else reads later (in a mailbox, a proxy's log, a history) opens nothing, and a double click, or the same link
//! clicked again in the same browser, goes on to where it led.

use super::{Flow, FlowError, hash};
use crate::{
    mail,
    store::{AccountRow, LinkRow, StoreError, Tx},
};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::Role;
use proffer_protocol::{Document, Entity, ErrorCode};

/// How long an address gets no second fresh link, so that nobody can fill another's mailbox.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// How long the browser is let in that used a link.
const LET_IN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What lets a browser in again that used a link.
fn way_in(token: &str, browser: &str) -> String {
    hash(format!("link session:{browser}:{token}").as_bytes())
}

impl Flow {
    /// What an emailed link opens, and for whom; used and expired ones are said to be no longer live. Asking spends
    /// nothing.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a link that never was.
    pub async fn open_link(&self, token: &str) -> Result<(LinkRow, AccountRow, bool), FlowError> {
        let mut tx = self.store.read().await?;
        let link = tx.link(&hash(token.as_bytes())).await?;
        let (link, account) = with_account(&mut tx, link).await?;
        let is_live = link.used_at.is_none() && self.ports.clock.now() < link.expires_at;
        Ok((link, account, is_live))
    }

    /// Lets the browser with this secret in by an emailed link, which is spent by it; gives what lets it in again.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a link that never was, expired, or let another browser in.
    pub async fn enter_by_link(&self, token: &str, browser: &str) -> Result<(LinkRow, String), FlowError> {
        let mut attempt = 1;
        loop {
            match self.enter_once(token, browser).await {
                Err(FlowError::Store(StoreError::Contended)) if attempt < super::ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    async fn enter_once(&self, token: &str, browser: &str) -> Result<(LinkRow, String), FlowError> {
        let (way_in, now) = (way_in(token, browser), self.ports.clock.now());
        let mut tx = self.store.begin().await?;
        let taken = tx.take_link(&hash(token.as_bytes()), now).await?;
        let Some(link) = taken else {
            // The second click of a double click, or the same link again.
            let link = tx.link_session(&hash(way_in.as_bytes()), now).await?;
            let (link, _) = with_account(&mut tx, link).await?;
            return Ok((link, way_in));
        };
        let (link, _) = with_account(&mut tx, Some(link)).await?;
        let until = now.saturating_add(LET_IN).unwrap_or(Timestamp::MAX);
        tx.insert_link_session(&hash(way_in.as_bytes()), &link, until).await?;
        tx.commit().await?;
        Ok((link, way_in))
    }

    /// What a browser is let in to that used this link before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn entered_before(&self, token: &str, browser: &str) -> Result<Option<LinkRow>, FlowError> {
        let entered = self.let_in_by(&way_in(token, browser)).await?;
        Ok(entered.map(|(link, _)| link))
    }

    /// Whom [`Flow::enter_by_link`] let in, and to what.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn let_in_by(&self, way_in: &str) -> Result<Option<(LinkRow, AccountRow)>, FlowError> {
        let mut tx = self.store.read().await?;
        let link = tx
            .link_session(&hash(way_in.as_bytes()), self.ports.clock.now())
            .await?;
        match with_account(&mut tx, link).await {
            Ok(found) => Ok(Some(found)),
            Err(FlowError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

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

/// A link with its account, if that is not disabled.
async fn with_account(tx: &mut Tx, link: Option<LinkRow>) -> Result<(LinkRow, AccountRow), FlowError> {
    let Some(link) = link else {
        return Err(FlowError::code(ErrorCode::NotFound));
    };
    let account = tx.account(link.account_id).await?;
    match account.filter(|account| account.disabled_at.is_none()) {
        Some(account) => Ok((link, account)),
        None => Err(FlowError::code(ErrorCode::NotFound)),
    }
}
