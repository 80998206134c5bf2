//! `search_list`

use super::{Answer, people};
use crate::{
    api::search::{SearchCustomer, SearchHit, SearchHitKind, SearchList, SearchText, SearchView},
    cache::{Find, Indexed, SearchFound, SearchRequest, indexed_text, offer_text},
    desk::Desk,
    error::Result,
    search::{
        query::{Phrase, Query, name_expression},
        snippet,
    },
    session::Account,
};
use proffer_domain::{CategoryId, text::to_plain};
use proffer_protocol::{MessageDocument, OfferDocument, QuestionDocument};
use std::collections::{BTreeMap, HashMap};

/// Finds of a page when the UI names no number, and at most.
const FINDS_USUAL: u32 = 20;
const FINDS_AT_MOST: u32 = 100;
/// Customers shown beside the finds, and held against a filter.
const CUSTOMERS_SHOWN: u32 = 5;
const CUSTOMERS_FILTERED: u32 = 50;
/// Words that a long unfinished one may stand for before the index is asked for its beginning.
const WORDS_OF_A_BEGINNING: usize = 48;
/// Documents that are looked at for an unfinished word of too many before all that have it are gathered.
const OPENING_LOOKED_AT: u32 = 100;
/// Documents that are looked at for words that stand together before a page is left short.
const PHRASES_LOOKED_AT: u32 = 2_000;
/// Characters of a title and of a snippet at most.
const TITLE_CHARS: usize = 120;
const SNIPPET_CHARS: usize = 180;

impl Desk {
    pub(crate) async fn search_list(&self, request: SearchList) -> Answer<SearchView> {
        let account = self.account()?;
        let cache = &self.inner.cache;
        let query = Query::read(&request.query);
        let before = request.after.as_deref().and_then(|key| key.parse().ok());
        let mut view = SearchView {
            hits: Vec::new(),
            customers: Vec::new(),
            next: None,
            is_complete: cache.is_indexed().await?,
        };
        if query.is_empty() {
            return Ok(view);
        }
        let names = cache.category_names().await?;
        let customers = match &query.customer {
            Some(name) => Some(match name_expression(name) {
                Some(expression) => cache.customers_named(&expression, CUSTOMERS_FILTERED).await?,
                None => Vec::new(),
            }),
            None => None,
        };
        let asked = SearchRequest {
            expression: query.expression(),
            categories: query.category.as_deref().map(|words| named(&names, words)),
            customers: customers.map(|found| found.iter().map(|customer| customer.id).collect()),
            state: query.state,
            before,
            limit: match request.limit {
                0 => FINDS_USUAL,
                limit => limit.min(FINDS_AT_MOST),
            },
        };
        let phrases = query.phrases();
        let found = self.find(&asked, &query).await?;
        view.next = found.next.map(|place| place.to_string());
        for find in found.finds {
            view.hits.push(hit(find, phrases, &names, &account)?);
        }
        if let (Some(expression), None, None) = (query.names_expression(), &asked.customers, before) {
            for customer in cache.customers_named(&expression, CUSTOMERS_SHOWN).await? {
                view.customers.push(SearchCustomer {
                    customer_id: customer.id,
                    name: snippet::around(&customer.name, phrases, TITLE_CHARS),
                    question_count: customer.question_count,
                });
            }
        }
        Ok(view)
    }
}

impl Desk {
    async fn find(&self, asked: &SearchRequest, query: &Query) -> Result<SearchFound> {
        let Some(begin) = query.long_beginning() else {
            return self.find_listed(asked, query).await;
        };
        if let Some(words) = self.inner.cache.words_beginning(begin, WORDS_OF_A_BEGINNING).await? {
            if words.is_empty() {
                return Ok(SearchFound::default());
            }
            let listed = SearchRequest {
                expression: query.expression_with(&words),
                ..asked.clone()
            };
            return self.find_listed(&listed, query).await;
        }
        if let Some(opening) = query.opening() {
            let wider = SearchRequest {
                expression: Some(opening),
                ..asked.clone()
            };
            let found = self
                .find_checked(&wider, &query.checks(true), OPENING_LOOKED_AT)
                .await?;
            // What occurs seldom is gathered quickly.
            if found.next.is_none() || found.finds.len() >= asked.limit as usize {
                return Ok(found);
            }
        }
        self.find_listed(asked, query).await
    }

    /// Finds of what the index lists, whose texts have what must stand together.
    async fn find_listed(&self, asked: &SearchRequest, query: &Query) -> Result<SearchFound> {
        let checks = query.checks(false);
        if checks.is_empty() {
            return self.inner.cache.search(asked).await;
        }
        self.find_checked(asked, &checks, PHRASES_LOOKED_AT).await
    }

    /// Finds of whose texts all phrases are true; looks at so many at most, and then says where to go on.
    async fn find_checked(
        &self,
        asked: &SearchRequest,
        phrases: &[Phrase],
        looked_at_most: u32,
    ) -> Result<SearchFound> {
        let limit = asked.limit as usize;
        let mut page = SearchRequest {
            limit: OPENING_LOOKED_AT,
            ..asked.clone()
        };
        let mut found = SearchFound::default();
        let mut looked = 0;
        loop {
            let candidates = self.inner.cache.search(&page).await?;
            looked += page.limit;
            found.finds.extend(candidates.finds.into_iter().filter(|find| {
                indexed_text(find.kind, &find.document, &mut BTreeMap::new())
                    .is_ok_and(|text| snippet::has_all(&text, phrases))
            }));
            found.next = candidates.next;
            if found.finds.len() > limit {
                found.finds.truncate(limit);
                found.next = found.finds.last().map(|find| find.place);
            }
            if found.finds.len() >= limit || found.next.is_none() || looked >= looked_at_most {
                return Ok(found);
            }
            page.before = found.next;
            page.limit = (looked * 2).min(looked_at_most - looked);
        }
    }
}

/// The categories whose names contain all the words.
fn named(names: &HashMap<CategoryId, String>, words: &str) -> Vec<CategoryId> {
    let words: Vec<_> = words.split_whitespace().map(str::to_lowercase).collect();
    names
        .iter()
        .filter(|(_, name)| {
            let name = name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        })
        .map(|(id, _)| *id)
        .collect()
}

fn hit(find: Find, phrases: &[Phrase], names: &HashMap<CategoryId, String>, account: &Account) -> Result<SearchHit> {
    let title = |text: &str| snippet::around(text, phrases, TITLE_CHARS);
    let piece = |text: &str| snippet::around(text, phrases, SNIPPET_CHARS);
    let said = |markdown: &str| piece(&to_plain(markdown));
    let question_title = |find: &Find| title(find.question.as_ref().map_or("", |question| question.title.as_str()));
    let (found, title, snippet, customer, at): (_, SearchText, SearchText, String, _) = match find.kind {
        Indexed::Question => {
            let document: QuestionDocument = serde_json::from_str(&find.document)?;
            let question = document.question;
            let (title, text) = (title(&question.title), said(&question.text));
            (
                SearchHitKind::Question,
                title,
                text,
                question.customer.name,
                question.asked_at,
            )
        }
        Indexed::Message => {
            let document: MessageDocument = serde_json::from_str(&find.document)?;
            let message = document.message;
            let kind = SearchHitKind::Message {
                message_id: message.id,
                message_kind: message.kind,
            };
            let customer = find.question.as_ref().map(|question| question.customer_name.clone());
            let (title, text) = (question_title(&find), said(&message.text));
            (kind, title, text, customer.unwrap_or_default(), message.sent_at)
        }
        Indexed::Offer => {
            let document: OfferDocument = serde_json::from_str(&find.document)?;
            let kind = SearchHitKind::Offer {
                offer_id: document.offer.id,
                offer_state: document.offer.state,
            };
            let (title, text) = (title(&document.offer.terms.title), piece(&offer_text(&document)));
            (kind, title, text, document.customer.name, document.offer.sent_at)
        }
    };
    let question = find.question.as_ref();
    Ok(SearchHit {
        found,
        question_id: find.question_id,
        question_number: question.map(|question| question.number),
        question_state: question.map(|question| question.state),
        title,
        snippet,
        customer_name: people::short_name(&customer),
        category_name: question
            .and_then(|question| names.get(&question.category_id).cloned())
            .unwrap_or_default(),
        at: account.local_time(at),
    })
}
