//! `question_*`

use super::{Answer, not_found, people};
use crate::{
    api::{
        DeskEvent,
        offer::OfferPending,
        question::{
            ConversationView, CustomerView, HappeningBy, HappeningView, LockState, LockView, MessageDelivery,
            MessageView, OfferOnQuestion, QuestionRef, RatingView,
        },
    },
    desk::Desk,
    journal::{DraftKind, DraftSlot},
    outbox::{Content, overlay::Overlay},
    session::Account,
    spoken::Spoken,
};
use proffer_domain::{
    Actor, Checklist, Lock, Message, MessageId, Offer, OfferEvent, Question, QuestionFacts, QuestionId, Timestamp,
    lock, message::OFFER_ANNOUNCEMENT, text::to_safe_html,
};
use proffer_protocol::{Entity, QuestionDocument};
use std::collections::HashSet;

impl Desk {
    pub(crate) async fn question_show(&self, request: QuestionRef) -> Answer<ConversationView> {
        let account = self.account()?;
        let mut view = self.conversation(&account, request.question_id).await?;
        let seen_at = self.inner.journal.read_at(account.id, request.question_id.0).await?;
        // Of a question that was never shown all is new, and nothing stands out.
        view.unread_from = seen_at.and_then(|seen| {
            let mut others = view.messages.iter().filter(|message| !message.is_mine);
            others.find(|message| message.sent_at > seen).map(|message| message.id)
        });
        self.note_seen(&account, &view).await?;
        Ok(view)
    }

    pub(crate) async fn question_lock(&self, request: QuestionRef) -> Answer<ConversationView> {
        self.lock_command(request, "lock").await
    }

    pub(crate) async fn question_release(&self, request: QuestionRef) -> Answer<ConversationView> {
        self.lock_command(request, "release").await
    }

    pub(crate) async fn question_extend(&self, request: QuestionRef) -> Answer<ConversationView> {
        self.lock_command(request, "extend").await
    }

    async fn lock_command(&self, request: QuestionRef, what: &str) -> Answer<ConversationView> {
        let path = format!("/v1/questions/{}/{what}", request.question_id);
        self.command_now(path, Entity::Question).await?;
        self.question_show(request).await
    }

    async fn note_seen(&self, account: &Account, view: &ConversationView) -> Answer<()> {
        let (journal, now) = (&self.inner.journal, self.now());
        let id = view.question_id;
        let last = view.messages.iter().map(|message| message.sent_at).max();
        let seen_at = journal.read_at(account.id, id.0).await?;
        if seen_at.is_none_or(|seen| last.unwrap_or(view.asked_at) > seen) {
            journal.mark_read(account.id, id.0, now).await?;
            self.tell(DeskEvent::QueueChanged);
        }
        if journal.mark_subject_read(account.id, id.0, now).await? {
            self.tell_notices(account.id).await?;
        }
        Ok(())
    }

    /// The question with the outbox laid over it.
    pub(super) async fn question_as_it_will_be(
        &self,
        account: &Account,
        id: QuestionId,
        overlay: &Overlay,
        messages: &[Message],
    ) -> Answer<QuestionDocument> {
        let mut document = self.inner.cache.question(id).await?.ok_or_else(not_found)?;
        overlay.lay_over_question(&mut document.question, account.id);
        // The answer to a command can be here before the question's own change.
        let has_answered = messages
            .iter()
            .any(|message| message.author.id == account.id && message.kind == proffer_domain::MessageKind::Answer);
        if has_answered && !document.question.answered_by.contains(&account.id) {
            document.question.answered_by.push(account.id);
        }
        Ok(document)
    }

    /// A question with its whole conversation.
    pub(crate) async fn conversation(&self, account: &Account, id: QuestionId) -> Answer<ConversationView> {
        let cache = &self.inner.cache;
        let overlay = self.overlay(account.id).await?;
        let messages = cache.messages(id).await?;
        let document = self.question_as_it_will_be(account, id, &overlay, &messages).await?;
        let now = self.now();
        let question = &document.question;
        let category_name = cache.category_names().await?.remove(&question.category_id);
        let offers = self.offers_on_question(account, question, &overlay).await?;
        let offered_at = offers.1;
        let checklist = Checklist::from_facts(QuestionFacts {
            question,
            messages: &messages,
            offered_at,
            expert: account.id,
            now: account.platform_time(now),
        });
        let mut views: Vec<_> = messages.iter().map(|message| message_view(message, account)).collect();
        let known: HashSet<MessageId> = messages.iter().map(|message| message.id).collect();
        self.add_waiting_messages(&mut views, &known, account, question.id, &overlay, now)
            .await?;
        let slot = DraftSlot {
            account: account.id,
            kind: DraftKind::Offer,
            subject: id.0,
        };
        Ok(ConversationView {
            question_id: id,
            number: question.number,
            title: question.title.clone(),
            category_name: category_name.unwrap_or_default(),
            text_html: to_safe_html(&question.text),
            attachments: question.attachments.clone(),
            asked_at: account.local_time(question.asked_at),
            state: question.state,
            lock: lock_view(question.lock.as_ref(), account, now),
            customer: CustomerView {
                name: question.customer.name.clone(),
                first_name: people::first_name(&question.customer.name),
                initials: people::initials(&question.customer.name),
                customer_since: document.customer_since,
                question_count: cache.question_count(question.customer.id).await?,
                time_zone: document.customer_time_zone.clone(),
            },
            customer_viewed_at: question.customer_viewed_at.map(|at| account.local_time(at)),
            messages: views,
            unread_from: None,
            happenings: self.happenings(account, id).await?,
            rating: question.rating.as_ref().map(|rating| RatingView {
                stars: rating.stars,
                comment_html: to_safe_html(&rating.comment),
                rated_at: account.local_time(rating.rated_at),
            }),
            checklist,
            offers: offers.0,
            may_write: question.may_write(account.id, account.platform_time(now)),
            draft: self.message_draft_view(account, id).await?,
            has_offer_draft: self.has_editable_offer_draft(slot).await?,
            phrases: self
                .phrases(account, &people::first_name(&question.customer.name))
                .await?,
        })
    }

    async fn add_waiting_messages(
        &self,
        views: &mut Vec<MessageView>,
        known: &HashSet<MessageId>,
        account: &Account,
        id: QuestionId,
        overlay: &Overlay,
        now: Timestamp,
    ) -> Answer<()> {
        for entry in overlay.of_question(id) {
            let Content::Message {
                message_id,
                message_kind,
                text,
                announces_offer,
            } = &entry.entry.content
            else {
                continue;
            };
            if known.contains(message_id) {
                continue;
            }
            let files = self.inner.journal.command_files(entry.entry.command_id).await?;
            views.push(MessageView {
                id: *message_id,
                kind: *message_kind,
                author_name: account.me.account.name.clone(),
                author_initials: people::initials(&account.me.account.name),
                is_mine: true,
                text_html: message_html(text, *announces_offer),
                attachments: files.into_iter().map(Into::into).collect(),
                sent_at: entry.entry.queued_at,
                delivery: Overlay::message_delivery(entry, now),
            });
        }
        Ok(())
    }

    /// What happened to the expert's offers on a question, oldest first.
    async fn happenings(&self, account: &Account, id: QuestionId) -> Answer<Vec<HappeningView>> {
        let documents = self.inner.cache.offers_on(id, account.id).await?;
        let mut happenings: Vec<_> = documents
            .iter()
            .flat_map(|document| document.offer.events.iter().map(move |event| (&document.offer, event)))
            .map(|(offer, event)| happening(offer, event, account, self.spoken()))
            .collect();
        happenings.sort_by_key(|happening| (happening.at, happening.id.0));
        Ok(happenings)
    }

    /// The expert's offers on a question, newest first, and when the latest was sent.
    async fn offers_on_question(
        &self,
        account: &Account,
        question: &Question,
        overlay: &Overlay,
    ) -> Answer<(Vec<OfferOnQuestion>, Option<Timestamp>)> {
        let documents = self.inner.cache.offers_on(question.id, account.id).await?;
        let known = documents.iter().map(|document| document.offer.id).collect();
        let mut offered_at = documents.iter().map(|document| document.offer.sent_at).max();
        let mut offers = Vec::new();
        for entry in overlay
            .new_offers(&known)
            .filter(|entry| entry.entry.question_id == Some(question.id))
        {
            let Content::Offer { offer_id, terms } = &entry.entry.content else {
                continue;
            };
            if entry.failure().is_none() {
                offered_at = offered_at.max(Some(account.platform_time(entry.entry.queued_at)));
            }
            offers.push(OfferOnQuestion {
                offer_id: *offer_id,
                title: terms.title.clone(),
                amount_text: self.spoken().money(terms.price),
                state: None,
                pending: Some(OfferPending::from(entry)),
            });
        }
        offers.reverse();
        for document in documents {
            let mut offer = document.offer;
            let pending = overlay.lay_over_offer(&mut offer).pending;
            offers.push(OfferOnQuestion {
                offer_id: offer.id,
                title: offer.terms.title,
                amount_text: self.spoken().money(offer.terms.price),
                state: Some(offer.state),
                pending,
            });
        }
        Ok((offers, offered_at))
    }
}

fn message_html(text: &str, announces_offer: bool) -> String {
    if announces_offer {
        to_safe_html(&format!("{text}\n\n{OFFER_ANNOUNCEMENT}"))
    } else {
        to_safe_html(text)
    }
}

fn message_view(message: &Message, account: &Account) -> MessageView {
    MessageView {
        id: message.id,
        kind: message.kind,
        author_name: message.author.name.clone(),
        author_initials: people::initials(&message.author.name),
        is_mine: message.author.id == account.id,
        text_html: message_html(&message.text, message.announces_offer),
        attachments: message.attachments.clone(),
        sent_at: account.local_time(message.sent_at),
        delivery: MessageDelivery::Sent,
    }
}

fn happening(offer: &Offer, event: &OfferEvent, account: &Account, spoken: Spoken) -> HappeningView {
    let mut earlier = offer.earlier.iter();
    // What was told of an earlier version keeps its words.
    let terms = earlier
        .find(|version| version.version == event.version)
        .map_or(&offer.terms, |version| &version.terms);
    HappeningView {
        id: event.id,
        kind: event.kind,
        by: match event.actor {
            Actor::Expert(_) => HappeningBy::Expert,
            Actor::Customer(_) => HappeningBy::Customer,
            Actor::Moderator(_) => HappeningBy::Moderator,
            Actor::Clock => HappeningBy::Clock,
        },
        at: account.local_time(event.at),
        offer_id: offer.id,
        title: terms.title.clone(),
        amount_text: spoken.money(terms.price),
    }
}

fn lock_view(lock: Option<&Lock>, account: &Account, now: Timestamp) -> LockView {
    let Some(held) = lock::live(lock, account.platform_time(now)) else {
        return LockView {
            state: LockState::Free,
            holder_name: None,
            expires_at: None,
            warns_at: None,
        };
    };
    let is_mine = held.holder.id == account.id;
    let expires_at = account.local_time(held.expires_at);
    let warning = jiff::SignedDuration::from_secs(i64::from(account.limits().lock_warning_seconds));
    LockView {
        state: if is_mine { LockState::Mine } else { LockState::Other },
        holder_name: (!is_mine).then(|| held.holder.name.clone()),
        expires_at: Some(expires_at),
        warns_at: is_mine.then(|| expires_at.saturating_sub(warning).unwrap_or(expires_at)),
    }
}
