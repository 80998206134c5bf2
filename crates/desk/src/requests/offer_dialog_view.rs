//! The offer dialog as the window shows it.

use super::{Answer, not_found, offer::net, people};
use crate::{
    api::{
        offer_dialog::{
            CurrencyChoice, ExpiryChoice, KindChoice, OfferDialogPhase, OfferDialogView, OfferFieldSizes, OfferFields,
            OfferRevision, PriceHint,
        },
        offer_template::TemplateChoice,
    },
    desk::Desk,
    journal::StoredTemplate,
    offer_dialog::{self, Names, OfferDraft, PreviewContext, difference, preview, price_hint, starter_id},
    session::Account,
    spoken::Spoken,
};
use jiff::tz::TimeZone;
use proffer_domain::{
    Checklist, FieldProblem, Limits, OfferBlocker, QuestionFacts, QuestionId, ServiceKind, Timestamp,
    offer::{CALL_SLOTS_MAX, DELIVERABLE_MAX_CHARS, DELIVERABLES_MAX, NOTE_MAX_CHARS, TITLE_MAX_CHARS},
};
use uuid::Uuid;

const EXPIRY_DAYS: [u32; 4] = [3, 7, 14, 30];

impl Desk {
    /// What the placeholders stand for on a question.
    pub(super) async fn offer_names(&self, account: &Account, id: QuestionId) -> Answer<Names> {
        let question = self.inner.cache.question(id).await?.ok_or_else(not_found)?.question;
        let mut categories = self.inner.cache.category_names().await?;
        Ok(Names {
            customer: people::first_name(&question.customer.name),
            question: question.title,
            expert: account.me.account.name.clone(),
            category: categories.remove(&question.category_id).unwrap_or_default(),
        })
    }

    pub(super) async fn dialog_view(
        &self,
        account: &Account,
        draft_id: Uuid,
        draft: OfferDraft,
        saved_at: Timestamp,
    ) -> Answer<OfferDialogView> {
        let question = self.question_for_offer(account, draft.question_id).await?;
        let names = self.offer_names(account, draft.question_id).await?;
        let customer_zone = self.customer_zone(draft.question_id).await?;
        let zone = customer_zone.clone().unwrap_or_else(TimeZone::system);
        let (local_now, limits) = (self.now(), account.limits());
        let now = account.platform_time(local_now);
        let phase = self.phase(account, &draft).await?;
        let fields = names.fill_fields(&draft.fields);
        let terms = offer_dialog::terms(&fields, limits, now);
        let sent = match draft.revises {
            Some((offer_id, _)) => self.inner.cache.offer(offer_id).await?.map(|document| document.offer),
            None => None,
        };
        let blocker = Checklist::from_facts(QuestionFacts {
            question: &question,
            messages: &[],
            offered_at: None,
            expert: account.id,
            now,
        })
        .blocker;
        let customer_first_name = people::first_name(&question.customer.name);
        let preview = preview(
            &fields,
            &PreviewContext {
                expert_name: &account.me.account.name,
                customer_name: &question.customer.name,
                link: &format!("(a link that only {customer_first_name} gets)"),
                question_title: &question.title,
                zone: &zone,
                zone_name: zone.iana_name().unwrap_or("UTC"),
                now,
                revises: sent.as_ref().map(|sent| (&sent.terms, terms.as_ref().ok())),
            },
        );
        let revision = sent.map(|sent| OfferRevision {
            version: sent.version,
            changes: difference(&sent.terms, &fields, self.spoken()),
        });
        let price = offer_dialog::price(&fields);
        Ok(OfferDialogView {
            draft_id,
            question_id: question.id,
            question_number: question.number,
            question_title: question.title,
            customer_name: question.customer.name,
            customer_first_name,
            revises: draft.revises.map(|(offer, _)| offer),
            revision,
            customer_zone: customer_zone.and_then(|zone| zone.iana_name().map(str::to_owned)),
            problems: problems(terms.err().unwrap_or_default(), &phase),
            notices: names.notices(&draft.fields),
            blocker,
            preview,
            net_text: price.ok().map(|price| self.spoken().money(net(price, account))),
            price_hint: self.price_hint(account, &fields).await?,
            kinds: kinds(blocker),
            templates: templates(self.inner.journal.templates(account.id).await?),
            placeholders: names.placeholders(),
            currencies: currencies(limits, self.spoken()),
            expiries: expiries(local_now, &zone),
            sizes: sizes(),
            fields: draft.fields,
            saved_at,
            phase,
        })
    }

    /// The zone in which a question's customer lives, if the platform told one that is known here.
    async fn customer_zone(&self, question: QuestionId) -> Answer<Option<TimeZone>> {
        let document = self.inner.cache.question(question).await?.ok_or_else(not_found)?;
        Ok(document.customer_time_zone.and_then(|name| TimeZone::get(&name).ok()))
    }

    async fn price_hint(&self, account: &Account, fields: &OfferFields) -> Answer<Option<PriceHint>> {
        let (Some(kind), Ok(currency)) = (fields.kind, fields.currency.parse()) else {
            return Ok(None);
        };
        let prices = self.inner.cache.accepted_prices(account.id, kind, currency).await?;
        Ok(price_hint(&prices, currency, self.spoken()))
    }
}

/// What the desk finds, and beside it what the platform found.
fn problems(mut found: Vec<FieldProblem>, phase: &OfferDialogPhase) -> Vec<FieldProblem> {
    if let OfferDialogPhase::Refused { error } = phase {
        for problem in &error.fields {
            if !found.contains(problem) {
                found.push(problem.clone());
            }
        }
    }
    found
}

fn kinds(blocker: Option<OfferBlocker>) -> Vec<KindChoice> {
    ServiceKind::ALL
        .into_iter()
        .map(|kind| KindChoice {
            kind,
            label: kind.label().to_owned(),
            is_call: kind.is_call(),
            blocker: blocker.filter(|blocker| *blocker == OfferBlocker::LockFirst || !kind.is_upgrade()),
        })
        .collect()
}

fn templates(own: Vec<StoredTemplate>) -> Vec<TemplateChoice> {
    let own = own.into_iter().map(|own| TemplateChoice {
        id: own.id.to_string(),
        name: own.name,
        kind: own.fields.kind.unwrap_or(ServiceKind::Other),
        is_starter: false,
    });
    let starters = ServiceKind::ALL.into_iter().map(|kind| TemplateChoice {
        id: starter_id(kind),
        name: kind.label().to_owned(),
        kind,
        is_starter: true,
    });
    own.chain(starters).collect()
}

fn currencies(limits: &Limits, spoken: Spoken) -> Vec<CurrencyChoice> {
    limits
        .prices
        .iter()
        .map(|limit| CurrencyChoice {
            code: limit.currency.code().to_owned(),
            min_text: spoken.money(limit.min()),
            max_text: spoken.money(limit.max()),
        })
        .collect()
}

/// The ends of days to come, where the customer is.
fn expiries(now: Timestamp, zone: &TimeZone) -> Vec<ExpiryChoice> {
    let today = now.to_zoned(zone.clone());
    EXPIRY_DAYS
        .into_iter()
        .filter_map(|days| {
            let end = today
                .checked_add(jiff::Span::new().days(i64::from(days)))
                .and_then(|day| day.end_of_day())
                .ok()?;
            Some(ExpiryChoice {
                days,
                expires_at: end.timestamp(),
            })
        })
        .collect()
}

fn sizes() -> OfferFieldSizes {
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    OfferFieldSizes {
        title_max_chars: size(TITLE_MAX_CHARS),
        deliverable_max_chars: size(DELIVERABLE_MAX_CHARS),
        deliverables_max: size(DELIVERABLES_MAX),
        note_max_chars: size(NOTE_MAX_CHARS),
        call_slots_max: size(CALL_SLOTS_MAX),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn an_expiry_is_the_end_of_a_day_where_the_customer_is() {
        let now = "2026-11-23T03:00:00Z".parse().unwrap();
        let ends = |zone: &str| expiries(now, &TimeZone::get(zone).unwrap())[0].expires_at.as_second();
        // In New York it is still the 22nd.
        let new_york: Timestamp = "2026-11-26T04:59:59Z".parse().unwrap();
        let tokyo: Timestamp = "2026-11-26T14:59:59Z".parse().unwrap();
        assert_eq!(ends("America/New_York"), new_york.as_second());
        assert_eq!(ends("Asia/Tokyo"), tokyo.as_second());
    }
}
