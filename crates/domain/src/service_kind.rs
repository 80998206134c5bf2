//! The kinds of premium service.

use serde::{Deserialize, Serialize};

/// A kind of premium service that an expert may offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ServiceKind {
    /// Help on the customer's own screen, with their consent.
    SecureRemoteAssistance,
    /// One or more phone calls after the answer.
    FollowUpCall,
    /// Email, chat, video call or phone in confidence.
    ConfidentialChannel,
    /// Letters the customer can fill in and send.
    LetterTemplates,
    /// Documents drawn up for the customer.
    DocumentPreparation,
    /// Websites designed or programmed.
    WebsiteDesignAndProgramming,
    /// Research in depth, with a report.
    InDepthResearch,
    /// Diagrams and manuals beyond those of the answer.
    AdditionalDiagramsAndManuals,
    /// The question itself fulfilled by a phone call; may be offered before any answer.
    UpgradeToPhoneCall,
    /// Anything else.
    Other,
}

impl ServiceKind {
    /// All kinds, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::SecureRemoteAssistance,
        Self::FollowUpCall,
        Self::ConfidentialChannel,
        Self::LetterTemplates,
        Self::DocumentPreparation,
        Self::WebsiteDesignAndProgramming,
        Self::InDepthResearch,
        Self::AdditionalDiagramsAndManuals,
        Self::UpgradeToPhoneCall,
        Self::Other,
    ];

    /// Whether it upgrades the question itself, and so may come before any answer.
    #[must_use]
    pub fn is_upgrade(self) -> bool {
        self == Self::UpgradeToPhoneCall
    }

    /// Whether it is fulfilled by a call, so that times can be proposed and an outcome stands for a delivery.
    #[must_use]
    pub fn is_call(self) -> bool {
        matches!(
            self,
            Self::SecureRemoteAssistance | Self::FollowUpCall | Self::ConfidentialChannel | Self::UpgradeToPhoneCall
        )
    }

    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecureRemoteAssistance => "secure_remote_assistance",
            Self::FollowUpCall => "follow_up_call",
            Self::ConfidentialChannel => "confidential_channel",
            Self::LetterTemplates => "letter_templates",
            Self::DocumentPreparation => "document_preparation",
            Self::WebsiteDesignAndProgramming => "website_design_and_programming",
            Self::InDepthResearch => "in_depth_research",
            Self::AdditionalDiagramsAndManuals => "additional_diagrams_and_manuals",
            Self::UpgradeToPhoneCall => "upgrade_to_phone_call",
            Self::Other => "other",
        }
    }

    /// The name that customers read, in English.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SecureRemoteAssistance => "Secure Remote Assistance",
            Self::FollowUpCall => "Follow-up phone calls",
            Self::ConfidentialChannel => "Confidential email, chat or call",
            Self::LetterTemplates => "Letter templates",
            Self::DocumentPreparation => "Document preparation",
            Self::WebsiteDesignAndProgramming => "Website design and programming",
            Self::InDepthResearch => "In-depth research and report",
            Self::AdditionalDiagramsAndManuals => "Additional diagrams and manuals",
            Self::UpgradeToPhoneCall => "Upgrade to a phone call",
            Self::Other => "Other service",
        }
    }
}
