//! The texts of the demo: questions, requests, answers and offers as people of these professions write them.

use proffer_domain::ServiceKind;

/// An expert of the demo.
pub(super) struct DemoExpert {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) categories: &'static [&'static str],
}

/// What is offered in a story.
pub(super) struct DemoOffer {
    pub(super) kind: ServiceKind,
    pub(super) title: &'static str,
    pub(super) deliverables: &'static [&'static str],
    pub(super) price_minor: i64,
    pub(super) note: &'static str,
}

/// A question with what came of it.
pub(super) struct Story {
    pub(super) category: &'static str,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) request: Option<(&'static str, &'static str)>,
    pub(super) answer: Option<&'static str>,
    pub(super) thanks: Option<&'static str>,
    pub(super) offer: Option<DemoOffer>,
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

pub(super) const CUSTOMERS: [&str; 10] = [
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
];

const fn offer(
    kind: ServiceKind,
    title: &'static str,
    deliverables: &'static [&'static str],
    price_minor: i64,
    note: &'static str,
) -> Option<DemoOffer> {
    Some(DemoOffer {
        kind,
        title,
        deliverables,
        price_minor,
        note,
    })
}

const fn open(category: &'static str, title: &'static str, text: &'static str) -> Story {
    Story {
        category,
        title,
        text,
        request: None,
        answer: None,
        thanks: None,
        offer: None,
    }
}

pub(super) const STORIES: [Story; 24] = [
    Story {
        category: "Legal",
        title: "Former web designer won’t hand over our domain name",
        text: "We run a small bakery in Leeds. In 2019 our web designer registered our domain in his own name. Every invoice is paid, but he now wants a £600 “admin fee” to move it. Can he do that? It renews on 12 December.",
        request: Some((
            "Which company is the registrar, and does any invoice name the domain as an item?",
            "It is Nominet’s own register that shows his name. Invoice 0231 has a line “domain registration, 2 years”.",
        )),
        answer: Some(
            "No. Invoice 0231 bills you for the name, and no contract mentions a transfer fee, so he has no basis to charge one. Do this, in order:\n\n1. Write to him asking for the registrant to be changed to your company within 7 days. Attach the invoice.\n2. If he refuses, open a complaint with Nominet’s Dispute Resolution Service. Mediation there is free.\n3. Don’t rush: a lapsed .co.uk can be renewed for 90 days.\n\nIs everything answered?",
        ),
        thanks: Some("Yes, completely, and that’s a relief about the 12th. Please do send the offer for the letter."),
        offer: offer(
            ServiceKind::DocumentPreparation,
            "Letter before action and domain transfer pack",
            &[
                "Letter before action to the designer, Word and PDF",
                "Registrant change request, filled in and ready to sign",
                "One-page sending and evidence checklist",
                "One round of changes within 14 days",
            ],
            14_500,
            "You don’t need this to act on my Answer. It only saves you the drafting.",
        ),
    },
    Story {
        category: "IT",
        title: "Clicked a parcel link and typed my bank card in",
        text: "I got a text about a parcel and entered my card details. Now I see strange logins on my email. What do I do first?",
        request: None,
        answer: Some(
            "First call the number on the back of your card and have it blocked. Then, from another device, change the password of your email and sign out all sessions. After that change the password of your bank. Keep the text message as evidence and report it.",
        ),
        thanks: Some("Card is blocked. I would like help to go through the laptop."),
        offer: offer(
            ServiceKind::SecureRemoteAssistance,
            "Clean-up after a phishing link, on your screen",
            &[
                "Remote session, up to 60 minutes",
                "Bank and email sessions signed out, passwords changed with you",
                "Malware scan of one laptop, with the report",
                "One-page list of what to watch for",
            ],
            8_500,
            "We can do this the same day.",
        ),
    },
    Story {
        category: "Legal",
        title: "Landlord keeping £900 of the deposit, no inventory was signed",
        text: "I moved out five weeks ago. The landlord keeps £900 for “wear and cleaning”. There was never an inventory and the deposit was protected.",
        request: Some((
            "Which scheme protects the deposit, and have you any photos of the day you moved out?",
            "The DPS. I have about forty photos on my phone.",
        )),
        answer: Some(
            "Without a signed inventory the landlord can hardly prove the state at the start, and the burden is theirs. Open a dispute in the DPS account today, upload the photos, and write two sentences for each deduction. There is no fee and you keep your right to go to court.",
        ),
        thanks: None,
        offer: offer(
            ServiceKind::DocumentPreparation,
            "Deposit claim letter with evidence schedule",
            &[
                "Claim letter to the landlord",
                "Evidence schedule with your photos in order",
                "Text for the scheme’s form",
            ],
            12_000,
            "",
        ),
    },
    Story {
        category: "IT",
        title: "Outlook asks for the password every few minutes since Microsoft 365",
        text: "Since our mail moved to Microsoft 365, Outlook 2016 on two computers asks for the password over and over. Webmail works.",
        request: None,
        answer: Some(
            "Outlook 2016 needs modern authentication. Close Outlook, remove the saved entries for Office in the Credential Manager, set EnableADAL to 1 as described here, and start it again. If it still asks, make a new mail profile; the old one keeps old settings.",
        ),
        thanks: Some("The new profile did it on one computer, thank you."),
        offer: offer(
            ServiceKind::SecureRemoteAssistance,
            "Mailbox move to Microsoft 365, done together",
            &[
                "Second computer set up with you on screen",
                "Shared mailboxes and calendars checked",
                "Notes on what was changed",
            ],
            9_500,
            "",
        ),
    },
    Story {
        category: "Legal",
        title: "Sofa came in the wrong fabric and the shop offers only a credit note",
        text: "I ordered in store, paid £1,150, and they delivered another fabric. They say all sales are final.",
        request: None,
        answer: Some(
            "The sofa does not match its description, so you may reject it within 30 days of delivery and have the whole price back, in money. A sign that says “all sales final” does not change that. Write to the shop, name the Consumer Rights Act 2015, and ask for a collection date.",
        ),
        thanks: Some("Clear, thank you."),
        offer: offer(
            ServiceKind::LetterTemplates,
            "Refund letter template for a furniture order",
            &[
                "Letter to reject the goods",
                "Follow-up letter if they do not answer",
                "Card refund request for your bank",
            ],
            2_500,
            "",
        ),
    },
    Story {
        category: "IT",
        title: "Office network of twelve desks is slow since the extension",
        text: "We added four desks and a second switch in the new room. Video calls drop out, only there.",
        request: Some((
            "How are the two switches connected, and what are their models?",
            "One cable from each room to the router, and one more between the switches.",
        )),
        answer: Some(
            "The extra cable between the switches makes a loop. Take it out and the storms will end. If you want the spare path, switch on spanning tree on both; the models you have can do it.",
        ),
        thanks: Some("That was it. Could you draw how it should be?"),
        offer: offer(
            ServiceKind::AdditionalDiagramsAndManuals,
            "Annotated network diagram, 12-desk office",
            &[
                "Diagram of both rooms as PDF",
                "Port list for both switches",
                "Settings to enter, with pictures",
            ],
            9_000,
            "",
        ),
    },
    open(
        "IT",
        "Tapped a parcel text and entered my card details. What first?",
        "It happened ten minutes ago. The page looked like the post office. I have an Android phone and online banking on it.",
    ),
    open(
        "Legal",
        "Made redundant two weeks after maternity leave ended",
        "I came back on 2 November, and on the 16th my role was made redundant. Two others with the same role stay. I was not asked about other positions.",
    ),
    open(
        "IT",
        "NAS vanished from the office network after a router swap",
        "The new router came yesterday. The NAS has power, its lights are green, but no computer finds it any more. We had set a fixed address on it years ago.",
    ),
    open(
        "Legal",
        "Neighbour’s new fence stands half a metre on our side",
        "We have the plan from when we bought the house in 2008. They say the old hedge was the boundary. What should our first step be?",
    ),
    open(
        "IT",
        "Website shows “not secure” after the host renewed the certificate",
        "Only on phones, and only some. The computer shows a lock. We sell about twenty orders a day through it.",
    ),
    open(
        "Legal",
        "Builder wants more money although we had a fixed price",
        "Kitchen extension, fixed price in writing. He now says steel went up and asks for £4,200 more before he goes on.",
    ),
    open(
        "IT",
        "Old laptop: can I move Windows with all programs to a new disk?",
        "It is a 2018 laptop with a 256 GB disk that is full. I bought a 1 TB one. I do not want to install everything again.",
    ),
    open(
        "Legal",
        "My late aunt’s flat: one of three heirs does not answer",
        "The two of us want to sell. The third lives abroad and does not react to letters.",
    ),
    Story {
        category: "Veterinary",
        title: "Cat eats litter since we changed the brand",
        text: "She is four, indoor, otherwise well. It began three days ago.",
        request: Some((
            "Is she drinking more than usual, and are her gums pale or pink?",
            "Drinks as usual. Gums look pale to me.",
        )),
        answer: Some(
            "Pale gums with litter eating can mean anaemia. Please have a blood count made within two days. Until then use paper litter, nothing that clumps.",
        ),
        thanks: None,
        offer: None,
    },
    open(
        "Veterinary",
        "How soon can a spayed dog climb stairs?",
        "Surgery was on Friday. She is a 12 kg mixed breed and wants to run already.",
    ),
    Story {
        category: "Cars",
        title: "Golf 7 jerks at low speed, gearbox or clutch?",
        text: "2015, DSG with seven gears, 98,000 km. It jerks from first to second, mostly when warm.",
        request: None,
        answer: Some(
            "Most often it is the dry clutch pack of the DQ200. Have the adaptation values read: wear beyond 4.5 mm on either clutch means a new pack. An oil change will not help, the clutches run dry.",
        ),
        thanks: Some("Very helpful."),
        offer: None,
    },
    open(
        "Cars",
        "Warning light for tyre pressure stays on after the change",
        "Four new tyres, pressure checked twice. Toyota Yaris 2019.",
    ),
    open(
        "Cars",
        "Is 900 euro fair for a timing chain on a Fiesta?",
        "It includes the water pump. 1.0 EcoBoost with a belt in oil as I understand it.",
    ),
    Story {
        category: "Appliances",
        title: "Dishwasher stops with E15 and water in the bottom",
        text: "Bosch, six years old. I emptied the filter, it started again and stopped after ten minutes.",
        request: None,
        answer: Some(
            "E15 means that the float in the base has risen: water stands under the tub. Tilt the machine 45 degrees to the front to let it out, then look for the leak at the hose of the dosing unit. Do not run it until that is dry.",
        ),
        thanks: Some("Found the loose hose. Runs again."),
        offer: None,
    },
    open(
        "Appliances",
        "Fridge hums loudly every twenty minutes",
        "It stands free with air on all sides. The hum began after we moved house.",
    ),
    Story {
        category: "Medical",
        title: "Which questions should I ask before a knee arthroscopy?",
        text: "The appointment is in two weeks, I am 52 and play tennis. I do not know what to ask.",
        request: None,
        answer: Some(
            "Ask what they expect to find that the MRI does not show, what happens if nothing is done for three months, how many of these the surgeon did last year, and what the plan for physiotherapy is. Write the answers down. This does not replace the talk with your own doctor.",
        ),
        thanks: Some("Exactly what I needed."),
        offer: None,
    },
    open(
        "Medical",
        "Can I take antihistamines with my blood pressure pills?",
        "Ramipril 5 mg since last year. Hay fever begins now.",
    ),
    open(
        "Medical",
        "How long after a tetanus shot does the arm hurt?",
        "It was on Tuesday and I can hardly lift it.",
    ),
];
