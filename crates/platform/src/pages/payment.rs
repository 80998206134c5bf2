//! What an offer's page says of its payment, and the page from which the customer goes on to pay by card.

use super::{Address, PageFailure, Visitor, show::Shell, visitor::Scope};
use crate::{App, store::PaymentRow};
use askama::Template;
use axum::{
    extract::State,
    response::{Html, Redirect, Response},
};
use proffer_domain::{OfferId, PaymentMethod, offer::PaymentState};
use uuid::Uuid;

/// Where the money is, for the customer; nothing while there is nothing to say.
pub(super) fn words(payment: &PaymentRow) -> Option<String> {
    let price = payment.terms.price;
    let by_card = payment.terms.method == PaymentMethod::Stripe;
    Some(match payment.state {
        PaymentState::Pending => "Not paid yet, and not accepted".to_owned(),
        PaymentState::Failed => "The last payment did not go through; nothing was taken".to_owned(),
        PaymentState::Authorised if !payment.is_accepted => return None,
        PaymentState::Authorised if by_card => format!("{price} is reserved on your card until the work is completed"),
        PaymentState::Authorised => format!("{price} on your account, due when the work is completed"),
        PaymentState::Captured if by_card => format!("{price} paid by card"),
        PaymentState::Captured => format!("{price} on your account, due"),
        PaymentState::Voided if payment.is_accepted => format!("{price} was let go; nothing is owed"),
        PaymentState::Refunded => format!("{price} was given back"),
        PaymentState::Voided => return None,
    })
}

#[derive(Template)]
#[template(path = "pages/pay.html")]
struct PayPage<'a> {
    shell: Shell,
    offer_id: String,
    offer_title: &'a str,
    price: String,
    checkout_url: Option<&'a str>,
}

/// The way on to the processor's page, or how the payment stands. It changes nothing; a page that sends the browser on
/// by itself, since answering a form with another site's address is what the pages' policy forbids.
pub async fn pay(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
) -> Result<Response, PageFailure> {
    let id = OfferId(id);
    let account = visitor.account_for(Scope::Offer(id))?;
    let document = app.flow.offer_of_customer(account, id).await?;
    let payment = app.flow.payment_of(id, document.offer.version).await?;
    let pending = payment.filter(|payment| payment.state == PaymentState::Pending && payment.wanted.is_some());
    let Some(payment) = pending.filter(|_| document.offer.state.is_open()) else {
        return Ok(visitor.respond(Redirect::to(&format!("/offers/{id}"))));
    };
    let page = PayPage {
        shell: Shell::new("Payment", &visitor),
        offer_id: id.to_string(),
        offer_title: &document.offer.terms.title,
        price: payment.terms.price.to_string(),
        checkout_url: payment.checkout_url.as_deref().filter(|url| is_web(url)),
    };
    Ok(visitor.respond(Html(page.render()?)))
}

/// Whether an address that the processor gave is one to send a browser to.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://127.0.0.1")
}
