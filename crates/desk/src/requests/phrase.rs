//! `phrase_*`

use super::{Answer, not_found, people};
use crate::{
    api::{
        ApiError,
        phrase::{Phrase, PhraseList, PhrasePurpose, PhraseRef, PhraseSave},
    },
    desk::Desk,
    journal::StoredPhrase,
    session::Account,
};
use proffer_domain::{QuestionId, text};

impl Desk {
    pub(crate) async fn phrase_save(&self, request: PhraseSave) -> Answer<PhraseList> {
        let account = self.account()?;
        let problems: Vec<_> = text::check("/name", "a name for the phrase", &request.name, text::NAME_MAX_CHARS)
            .into_iter()
            .chain(text::check(
                "/text",
                "the phrase's text",
                &request.text,
                account.limits().text_max_chars as usize,
            ))
            .collect();
        if !problems.is_empty() {
            return Err(ApiError::fields(problems));
        }
        let customer = self.customer_name(request.question_id).await?;
        let phrase = StoredPhrase {
            id: self.mint(),
            name: request.name.trim().to_owned(),
            text: people::name_to_placeholder(request.text.trim(), &customer),
        };
        self.inner.journal.save_phrase(account.id, &phrase, self.now()).await?;
        self.phrase_list(&account, &customer).await
    }

    pub(crate) async fn phrase_delete(&self, request: PhraseRef) -> Answer<PhraseList> {
        let account = self.account()?;
        if !self.inner.journal.delete_phrase(account.id, request.phrase_id).await? {
            return Err(not_found());
        }
        let customer = self.customer_name(request.question_id).await?;
        self.phrase_list(&account, &customer).await
    }

    async fn phrase_list(&self, account: &Account, customer: &str) -> Answer<PhraseList> {
        let phrases = self.phrases(account, customer).await?;
        Ok(PhraseList { phrases })
    }

    /// The ready phrases and the expert's own, for a customer of this first name.
    pub(super) async fn phrases(&self, account: &Account, customer: &str) -> Answer<Vec<Phrase>> {
        let mut phrases = ready(customer);
        let own = self.inner.journal.phrases(account.id).await?;
        phrases.extend(own.into_iter().map(|own| Phrase {
            purpose: PhrasePurpose::Own,
            id: Some(own.id),
            name: own.name,
            text: own.text.replace(people::CUSTOMER, customer),
        }));
        Ok(phrases)
    }

    async fn customer_name(&self, question: QuestionId) -> Answer<String> {
        let document = self.inner.cache.question(question).await?.ok_or_else(not_found)?;
        Ok(people::first_name(&document.question.customer.name))
    }
}

fn ready(customer: &str) -> Vec<Phrase> {
    let phrase = |purpose, name: &str, text: String| Phrase {
        purpose,
        id: None,
        name: name.to_owned(),
        text,
    };
    vec![
        phrase(
            PhrasePurpose::Confirm,
            "Ask whether all is answered",
            "Is your question answered completely? If anything is still open or unclear, please write to me here."
                .to_owned(),
        ),
        phrase(
            PhrasePurpose::Rate,
            "Remind to rate",
            "If my answer helped you, please rate it with 1 to 5 stars on this page. You can change your rating later."
                .to_owned(),
        ),
        phrase(
            PhrasePurpose::Details,
            "Ask for details",
            format!("Thank you for your question, {customer}. To answer it well I need to know a little more:\n\n1. "),
        ),
        phrase(
            PhrasePurpose::Goodbye,
            "Say goodbye",
            format!("Thank you for asking, {customer}. I am glad to help again whenever you have a question."),
        ),
    ]
}
