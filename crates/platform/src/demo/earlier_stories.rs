//! The questions of the days before: most of them are done, so that every state of an offer can be seen.

use super::dataset::{Fate, Story, offer, open};
use proffer_domain::ServiceKind;

/// A question that was answered.
const fn answered(
    category: &'static str,
    title: &'static str,
    text: &'static str,
    answer: &'static str,
    rating: Option<(u8, &'static str)>,
) -> Story {
    Story {
        answer: Some(answer),
        rating,
        ..open(category, title, text)
    }
}

pub(super) const EARLIER_STORIES: [Story; 17] = [
    Story {
        customer: Some(0),
        thanks: Some("Thank you, that is exactly the order I needed."),
        offer: offer(
            ServiceKind::LetterTemplates,
            "Letter template: notice to a sub-tenant",
            &["Notice letter, Word and PDF", "Cover note on how to serve it"],
            3_500,
            "",
            Fate::Completed(
                "The notice is in the file. Send it first class and by hand on the same day, and keep a photo of the envelope.",
            ),
        ),
        ..answered(
            "Legal",
            "How much notice must I give the tenant of the flat above the shop?",
            "There is no written contract, she pays £620 on the first of each month and has lived there since 2021.",
            "Without a fixed term she has a periodic tenancy from month to month. Serve a written notice of at least two months that ends on the last day of a rental period, in the form the law prescribes, and check first that the deposit is protected: without that the notice fails.",
            Some((5, "Clear, and in the right order.")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::InDepthResearch,
            "Research: planning history of the yard next door",
            &[
                "All applications since 1990 with their decisions",
                "Two-page summary with what can still be objected to",
            ],
            22_000,
            "I order the council’s file for you; its fee is included.",
            Fate::Delivered(
                "The summary, in short: the 2011 permission lapsed, the 2017 one binds the working hours to 8 till 18. Objections to the new application can be sent until the 4th. The whole list is in the file, in the order of their dates.",
            ),
        ),
        ..answered(
            "Legal",
            "The timber yard next door starts sawing at 6 in the morning",
            "They say they always did. We moved in last spring. The council sent us from one desk to another.",
            "Ask the council in writing which planning permission the yard works under and what hours it names; they must answer within 20 working days. Keep a diary of the noise for two weeks meanwhile: date, time, how long. That diary decides more of these cases than any law.",
            Some((4, "")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::FollowUpCall,
            "Call of 30 minutes on the settlement agreement",
            &["Call of 30 minutes", "Notes of what we agreed, within a day"],
            6_500,
            "Have the draft of the agreement before you when we speak.",
            Fate::Accepted,
        ),
        ..answered(
            "Legal",
            "Settlement agreement offered, I have ten days to sign",
            "Three months’ pay and a reference. I was there for nine years. They want me to waive everything.",
            "Ten days is the usual time and you may ask for more. Nothing in it binds you until an independent adviser has signed as well, and the employer normally pays for that. Three months for nine years is low when there is no misconduct: count your notice, holiday and bonus first, those are owed anyway.",
            Some((5, "I slept for the first time this week.")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::WebsiteDesignAndProgramming,
            "Booking form for the village hall’s website",
            &[
                "Form with date check, mails to you and the guest",
                "Put into your WordPress, tested on phone and computer",
                "One page of instructions",
            ],
            28_000,
            "",
            Fate::InProgress,
        ),
        ..answered(
            "IT",
            "People double-book our hall by email, is there something free?",
            "We are volunteers with a WordPress site. About ten bookings a week, two of them collide each month.",
            "Yes: make a shared calendar that only the hall’s account can write to, embed it on the site so that guests see what is taken, and answer every email with the link. That alone ends most collisions. A form that checks the date is the next step, and there are free ones for WordPress; take one that keeps the data on your own server.",
            Some((5, "")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::SecureRemoteAssistance,
            "Backup set up with you, tested by a restore",
            &[
                "Remote session, up to 60 minutes",
                "First backup and one file restored together",
            ],
            7_500,
            "",
            Fate::Revised(6_000),
        ),
        ..answered(
            "IT",
            "Is one USB disk enough as a backup for a small practice?",
            "Three computers, patient letters as Word files. The disk stays plugged in all the time.",
            "Not while it stays plugged in: whoever encrypts the computer encrypts the disk as well. Use two disks in turn, one of them out of the house, and write down each month that you restored one file from it. A backup nobody ever restored is a hope.",
            Some((4, "Good, a little stern.")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::ConfidentialChannel,
            "Confidential channel for one week",
            &["Encrypted chat for seven days", "Two video calls of 20 minutes"],
            18_000,
            "",
            Fate::Withdrawn,
        ),
        ..answered(
            "Legal",
            "My business partner copies our customer list for a new firm",
            "I saw the export in the log. We are two directors with half of the shares each. I do not want him to know that I know yet.",
            "Save the log in two places now, with its date. As a director he must not use the list for himself, and you can ask a court to stop it, but only quickly: weeks of waiting count against you. Do not answer in kind and do not touch his mailbox.",
            None,
        )
    },
    Story {
        offer: offer(
            ServiceKind::AdditionalDiagramsAndManuals,
            "Wiring diagram with your own parts",
            &["Diagram as PDF", "List of parts with numbers to order"],
            4_000,
            "",
            Fate::Completed(
                "The diagram in the file is for your relay, with the plug seen from behind. Pin 4 stays empty.",
            ),
        ),
        ..answered(
            "Cars",
            "Trailer lights blink fast since the towbar was fitted",
            "LED lights on the trailer, 2017 Skoda. The dashboard says a bulb is broken.",
            "The car measures the current and takes LEDs for broken bulbs. Either the trailer module is coded for LED, which a workshop does in ten minutes, or a resistor goes across each indicator. Do not twist it into the loom by the bumper: it gets hot.",
            Some((5, "")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::UpgradeToPhoneCall,
            "Talk through the test results by phone",
            &["Call of 20 minutes", "The words of the report explained one by one"],
            5_500,
            "",
            Fate::Accepted,
        ),
        ..answered(
            "Medical",
            "Ferritin 12, haemoglobin normal: is that a problem?",
            "I am 34 and tired since spring. My doctor says all is fine.",
            "A ferritin of 12 says that your stores are empty although the blood still looks normal, and tiredness fits. It is worth asking where the iron goes and about tablets every second day, taken apart from coffee and milk. Please take this to your doctor with the number in hand.",
            Some((5, "")),
        )
    },
    Story {
        offer: offer(
            ServiceKind::DocumentPreparation,
            "Feeding plan for twelve weeks",
            &["Plan by weight, printed on one page", "Shopping list"],
            4_500,
            "",
            Fate::Declined("We try it with what you wrote."),
        ),
        ..answered(
            "Veterinary",
            "Our labrador weighs 41 kg, how fast may she lose weight?",
            "She is six, neutered and gets table scraps from the children.",
            "About one per cent of her weight in a week, so 400 g, and no faster. Weigh the food for 34 kg, not for 41, and take the children into the plan: scraps become part of the weighed portion. Weigh her each Sunday at the same time.",
            Some((5, "The Sunday idea works.")),
        )
    },
    answered(
        "Appliances",
        "Washing machine walks across the floor when it spins",
        "New floor, old machine, six millimetres of felt under it.",
        "Take the felt out: soft feet let it swing. Put the machine on the bare floor, level it with the front feet, then turn the lock nuts tight against the body. If it still walks, the dampers are worn; lift the drum by hand, it should not bounce more than once.",
        Some((5, "")),
    ),
    answered(
        "Cars",
        "How long can brake fluid stay in before it matters?",
        "The garage wants to change it after two years, the car has 14,000 km.",
        "It ages by time, not by distance, because it draws water. Two years is what nearly all makers write; have the boiling point measured, under 165 °C it must go. That takes two minutes and should cost nothing.",
        Some((4, "")),
    ),
    answered(
        "Veterinary",
        "Budgie plucks its chest since its mate died",
        "It eats and drinks, but a bare spot as large as a thumb has come.",
        "Loneliness is the likely cause, mites the one to rule out first: look under a white cloth in the morning for red dots. If there are none, it needs company of its kind within weeks, and until then a radio and people in the room.",
        None,
    ),
    answered(
        "Medical",
        "My father doubles his pills when he forgets one",
        "He is 79 and takes seven a day, among them a blood thinner.",
        "With a blood thinner a double dose is worse than a missed one. The rule for most: if it is less than half the time to the next, take it, else leave it out and write it down. Ask the pharmacy to pack them by day and time; they do it for a small fee and it ends the question.",
        Some((5, "The packs came today.")),
    ),
    answered(
        "IT",
        "Photos on the phone fill up the whole cloud",
        "128 GB, we pay each month and it is full again.",
        "Move the years before this one onto a disk and a second copy elsewhere, check that both open, and only then delete them on the phone. Then switch on “optimise storage”. The monthly plan can go one step down after that.",
        Some((4, "")),
    ),
    Story {
        held_by: Some("mira@proffer.example"),
        ..open(
            "Legal",
            "The airline offers a voucher for a flight cancelled nine hours before",
            "Two seats from Leeds to Alicante, £312. They say “operational reasons”.",
        )
    },
    open(
        "IT",
        "Printer prints only every second page since the update",
        "A laser printer on the network, four computers, all the same. Over USB it prints everything.",
    ),
    open(
        "Veterinary",
        "Hedgehog in the garden by day, does it need help?",
        "It is as large as an apple and walks in circles. It is 4 degrees at night.",
    ),
];
