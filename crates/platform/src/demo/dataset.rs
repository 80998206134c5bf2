//! Who takes part in the demo, and what a story of it is made of.

use proffer_domain::ServiceKind;

/// An expert of the demo.
pub(super) struct DemoExpert {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) categories: &'static [&'static str],
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The customer has not looked at it yet.
    Sent,
    /// The customer looked at it and has not decided.
    Viewed,
    Held,
    Declined(&'static str),
    Accepted,
    InProgress,
    Delivered(&'static str),
    Completed(&'static str),
    Withdrawn,
    /// The expert lowered the price to this, in minor units.
    Revised(i64),
}

/// What is offered in a story.
pub(super) struct DemoOffer {
    pub(super) kind: ServiceKind,
    pub(super) title: &'static str,
    pub(super) deliverables: &'static [&'static str],
    pub(super) price_minor: i64,
    pub(super) note: &'static str,
    pub(super) fate: Fate,
}

/// A question with what came of it.
pub(super) struct Story {
    /// Who asks, as an index into [`CUSTOMERS`]; anyone without one.
    pub(super) customer: Option<usize>,
    pub(super) category: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) request: Option<(&'static str, &'static str)>,
    pub(super) answer: Option<&'static str>,
    pub(super) thanks: Option<&'static str>,
    /// Stars and a comment.
    pub(super) rating: Option<(u8, &'static str)>,
    pub(super) offer: Option<DemoOffer>,
    /// The address of an expert who holds the question at this moment.
    pub(super) held_by: Option<&'static str>,
}

/// The expert in whose name the demo is shown.
pub(super) const DEMO_EXPERT: &str = "daniel@proffer.example";
/// The customer who is shown how their side looks.
pub(super) const DEMO_CUSTOMER: &str = "helen@customer.example";

pub(super) const CATEGORIES: [&str; 6] = ["Legal", "IT", "Veterinary", "Cars", "Appliances", "Medical"];

pub(super) const EXPERTS: [DemoExpert; 4] = [
    DemoExpert {
        name: "Daniel Okafor",
        email: DEMO_EXPERT,
        categories: &["Legal", "IT"],
    },
    DemoExpert {
        name: "Mira Lindqvist",
        email: "mira@proffer.example",
        categories: &["Legal", "Veterinary"],
    },
    DemoExpert {
        name: "Samuel Greene",
        email: "samuel@proffer.example",
        categories: &["Cars", "Appliances"],
    },
    DemoExpert {
        name: "Ruth Abernathy",
        email: "ruth@proffer.example",
        categories: &["Medical", "IT"],
    },
];

pub(super) const CUSTOMERS: [&str; 12] = [
    "Helen Marsh",
    "Tomasz Zielinski",
    "Farah Siddiqui",
    "Grace Adeyemi",
    "Ben Whitlock",
    "Owen Pritchard",
    "Priya Nair",
    "Marek Kowalski",
    "Lucia Ferreira",
    "Chloe Rutter",
    "Ivan Petrov",
    "Noor Haddad",
];

/// An offer.
pub(super) const fn offer(
    kind: ServiceKind,
    title: &'static str,
    deliverables: &'static [&'static str],
    price_minor: i64,
    note: &'static str,
    fate: Fate,
) -> Option<DemoOffer> {
    Some(DemoOffer {
        kind,
        title,
        deliverables,
        price_minor,
        note,
        fate,
    })
}

/// A question that waits for an expert.
pub(super) const fn open(category: &'static str, title: &'static str, text: &'static str) -> Story {
    Story {
        customer: None,
        category,
        title,
        text,
        request: None,
        answer: None,
        thanks: None,
        rating: None,
        offer: None,
        held_by: None,
    }
}
