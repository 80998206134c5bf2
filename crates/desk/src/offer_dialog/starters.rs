//! The templates that come with the app, one for each kind. `{customer}` stands for the customer's first name.

use super::empty_fields;
use crate::api::offer_dialog::OfferFields;
use proffer_domain::{DeliveryTime, DeliveryUnit, Limits, ServiceKind};

/// What a starter's id begins with.
pub(crate) const STARTER_PREFIX: &str = "starter:";

/// A starter's id.
pub(crate) fn starter_id(kind: ServiceKind) -> String {
    format!("{STARTER_PREFIX}{}", kind.as_str())
}

struct Starter {
    title: &'static str,
    deliverables: &'static [&'static str],
    delivery: (u16, DeliveryUnit),
    note: &'static str,
}

fn words(kind: ServiceKind) -> Starter {
    use DeliveryUnit::{Days, WorkingDays};
    match kind {
        ServiceKind::SecureRemoteAssistance => Starter {
            title: "Secure remote assistance session",
            deliverables: &[
                "A remote session of up to 60 minutes on your own screen, started and ended by you",
                "The problem we discussed, worked on until it is solved or its cause is known",
                "A short written summary of what was changed and how to undo it",
            ],
            delivery: (3, WorkingDays),
            note: "{customer}, you see everything I do and can end the session at any moment. Nothing stays installed afterwards.",
        },
        ServiceKind::FollowUpCall => Starter {
            title: "Follow-up phone call",
            deliverables: &[
                "A phone call of 30 minutes about your question and the answer",
                "Time for every question that has come up since",
                "A written summary with the next steps on the same day",
            ],
            delivery: (3, WorkingDays),
            note: "{customer}, choose the time that suits you best and have your documents at hand.",
        },
        ServiceKind::ConfidentialChannel => Starter {
            title: "Confidential consultation",
            deliverables: &[
                "A private conversation by email, chat, video call or phone, as you prefer",
                "Up to 45 minutes, or up to five emails within a week",
                "A confidential written summary with my recommendation",
            ],
            delivery: (5, WorkingDays),
            note: "{customer}, what you tell me there stays between us and does not appear on the question's page.",
        },
        ServiceKind::LetterTemplates => Starter {
            title: "Letter templates for your case",
            deliverables: &[
                "A letter ready to send, written for your situation",
                "A follow-up letter in case there is no reply",
                "Notes on what to fill in, whom to send it to and by when",
            ],
            delivery: (2, WorkingDays),
            note: "{customer}, you receive the letters as editable documents and as PDF.",
        },
        ServiceKind::DocumentPreparation => Starter {
            title: "Document preparation",
            deliverables: &[
                "The document drawn up from the facts you give me",
                "One round of changes after you have read it",
                "A checklist for signing and filing it",
            ],
            delivery: (5, WorkingDays),
            note: "{customer}, after you accept I send you a short list of the details that I need.",
        },
        ServiceKind::WebsiteDesignAndProgramming => Starter {
            title: "Website design and programming",
            deliverables: &[
                "The page or function we discussed, designed and programmed",
                "Tested on phone, tablet and computer, in the current browsers",
                "All source files, with instructions for putting it online",
                "Two rounds of changes within two weeks",
            ],
            delivery: (10, WorkingDays),
            note: "{customer}, you own the result and can have anyone work on it later.",
        },
        ServiceKind::InDepthResearch => Starter {
            title: "In-depth research with a written report",
            deliverables: &[
                "Research into your question in primary sources",
                "A written report of five to ten pages with a clear recommendation",
                "A list of all sources, with links where they are public",
            ],
            delivery: (7, Days),
            note: "{customer}, if a source leads somewhere unexpected I tell you before I go on.",
        },
        ServiceKind::AdditionalDiagramsAndManuals => Starter {
            title: "Additional diagrams and manuals",
            deliverables: &[
                "The wiring or parts diagrams for your exact model",
                "The pages of the service manual that your repair needs",
                "My markings and notes on the steps that matter",
            ],
            delivery: (2, WorkingDays),
            note: "{customer}, please have the model and serial number ready; you find them on the type plate.",
        },
        ServiceKind::UpgradeToPhoneCall => Starter {
            title: "Answer your question by phone",
            deliverables: &[
                "Your question answered in a phone call of up to 30 minutes",
                "A written summary of the answer on your question's page",
            ],
            delivery: (2, WorkingDays),
            note: "{customer}, talking it through is often quicker than writing. Choose the time that suits you.",
        },
        ServiceKind::Other => Starter {
            title: "Premium service for your question",
            deliverables: &["What you will receive, described exactly"],
            delivery: (3, WorkingDays),
            note: "",
        },
    }
}

/// A kind's starter, for a customer.
pub(crate) fn starter(kind: ServiceKind, customer: &str, limits: &Limits) -> OfferFields {
    let words = words(kind);
    OfferFields {
        kind: Some(kind),
        title: words.title.to_owned(),
        deliverables: words.deliverables.iter().map(|item| (*item).to_owned()).collect(),
        delivery_time: DeliveryTime {
            count: words.delivery.0,
            unit: words.delivery.1,
        },
        note: words.note.replace("{customer}", customer),
        ..empty_fields(limits)
    }
}
