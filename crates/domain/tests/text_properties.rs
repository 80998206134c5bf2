//! What people write: its limits, and that none of it can run where it is shown.

use proffer_domain::{
    FieldCode, FieldProblem, Limits, MessageDraft, MessageError, MessageKind, Rating, Role, Timestamp,
    message::{check_attachment, check_attachment_count, clean_file_name},
    question, support,
    text::{NAME_MAX_CHARS, QUESTION_TITLE_MAX_CHARS, REASON_MAX_CHARS, check, check_optional, excerpt, to_safe_html},
};
use proptest::prelude::*;

/// Every tag and attribute that may come out.
const TAGS: [&str; 23] = [
    "p",
    "br",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
];
const ATTRIBUTES: [(&str, &str); 4] = [("a", "href"), ("a", "rel"), ("a", "target"), ("ol", "start")];

/// Reads HTML as a browser splits it into tags, and says what in it is not on the lists.
fn harm_in(html: &str) -> Option<String> {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = rest[start + 1..].trim_start_matches('/');
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '>')?;
        let name = &rest[..name_end];
        if !TAGS.contains(&name) {
            return Some(format!("the tag {name:?}"));
        }
        rest = &rest[name_end..];
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            let Some((attribute, after)) = rest.split_once("=\"") else {
                return Some(format!("a broken tag at {rest:.40}"));
            };
            let Some((value, after)) = after.split_once('"') else {
                return Some(format!("an open value at {after:.40}"));
            };
            if !ATTRIBUTES.contains(&(name, attribute)) {
                return Some(format!("the attribute {attribute:?} of {name}"));
            }
            let lower = value.to_ascii_lowercase();
            let goes_out = ["http:", "https:", "mailto:"]
                .iter()
                .any(|scheme| lower.starts_with(scheme));
            if attribute == "href" && !goes_out {
                return Some(format!("a link to {value:?}"));
            }
            rest = after;
        }
    }
    None
}

/// Pieces of attacks, put together at random, with anything between.
fn any_hostile_text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href=\"javascript:x\">",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](&#x6A;avascript:alert(1))",
        "<javascript:alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//evil.example)",
        "![x](https://t.example/p.gif)",
        "<iframe src=//x>",
        "[x](<https://ok.example\" onclick=\"alert(1)>)",
        "[x](https://ok.example 'title\" onmouseover=\"x')",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "<math><mtext><table><mglyph><style><!--</style>",
        "<noscript><p title=\"</noscript>",
        "```",
        "`",
        "\n",
        "\n\n",
        "    ",
        "> ",
        "- ",
        "1. ",
        "99999999999. ",
        "# ",
        "|a|b|\n|-|-|\n|",
        "|",
        "**",
        "~~",
        "\\",
        "\u{0}",
        "\u{2028}",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "<p onclick=x",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "[x]: javascript:x\n",
        "[x]",
        "<mailto:a@b.example>",
        "<https://ok.example>",
        "<textarea>",
        "<template>",
        "<base href=//x>",
        "<form action=//x>",
    ];
    prop::collection::vec(
        prop_oneof![4 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => ".{0,12}"],
        0..24,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_that_can_run_load_or_mislead_comes_out_of_hostile_text(text in any_hostile_text()) {
        let html = to_safe_html(&text);
        prop_assert_eq!(harm_in(&html), None, "{:?} gave {}", text, html);
        prop_assert!(!html.to_ascii_lowercase().contains("<script"), "{html}");
    }

    #[test]
    fn the_words_of_harmless_text_survive(words in prop::collection::vec("[a-zA-Zäöüß]{1,12}", 1..30)) {
        let text = words.join(" ");
        let html = to_safe_html(&text);
        prop_assert_eq!(html.trim(), format!("<p>{text}</p>"));
    }
}

/// Attacks by family; the desk's window, the pages and the letters are tried with the same ones.
fn payloads() -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Family {
        payloads: Vec<String>,
    }
    let families = serde_json::from_str::<Vec<Family>>(include_str!("hostile/xss.json"));
    let families = families.unwrap_or_else(|error| panic!("hostile/xss.json: {error}"));
    families.into_iter().flat_map(|family| family.payloads).collect()
}

#[test]
fn every_payload_comes_out_of_markdown_harmless() {
    let payloads = payloads();
    assert!(payloads.len() >= 200);
    for payload in &payloads {
        for text in [
            payload.clone(),
            format!("Hello\n\n{payload}\n\nworld"),
            format!("- {payload}"),
        ] {
            let html = to_safe_html(&text);
            assert_eq!(harm_in(&html), None, "{text:?} gave {html}");
        }
    }
    let all = payloads.join("\n");
    assert_eq!(harm_in(&to_safe_html(&all)), None);
}

#[test]
fn the_reader_of_this_test_finds_harm() {
    for harmful in [
        "<script>x</script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"//evil.example\">",
        "<img src=\"x\">",
        "<p \"",
    ] {
        assert!(harm_in(harmful).is_some(), "{harmful}");
    }
    assert_eq!(
        harm_in("<p>a &lt; b <a href=\"https://x.example\" rel=\"nofollow\">x</a></p>"),
        None
    );
}

proptest! {
    #[test]
    fn a_limit_counts_characters_not_bytes(chars in 0..400_usize, max in 1..400_usize, letter in prop::sample::select(vec!['x', 'ß', '漢', '🙂'])) {
        let text: String = std::iter::repeat_n(letter, chars).collect();
        let found = check("/text", "a text", &text, max).map(|problem| (problem.pointer, problem.code));
        let expected = match chars {
            0 => Some(FieldCode::Missing),
            chars if chars > max => Some(FieldCode::TooLong),
            _ => None,
        };
        prop_assert_eq!(found, expected.map(|code| ("/text".to_owned(), code)));
        let optional = check_optional("/text", "a text", &text, max);
        prop_assert_eq!(optional.map(|problem| (problem.code, problem.limit)), (chars > max).then(|| (FieldCode::TooLong, Some(max.to_string()))));
    }

    #[test]
    fn an_excerpt_is_one_line_no_longer_than_asked(text in "(.|\n){0,80}", max in 1..40_usize) {
        let short = excerpt(&text, max);
        prop_assert!(short.chars().count() <= max, "{short:?}");
        prop_assert!(!short.contains('\n'));
        prop_assert!(short.ends_with('…') || text.contains(&short));
    }

    #[test]
    fn a_file_name_that_was_cleaned_stays_in_its_folder(name in any::<String>(), folder in "[./\\\\a]{0,12}") {
        let clean = clean_file_name(&format!("{folder}{name}"));
        let is_out = clean.contains(['/', '\\', '\0']) || clean == "." || clean == ".." || clean.chars().any(char::is_control);
        prop_assert!(!is_out, "{clean:?}");
        prop_assert_eq!(clean_file_name(&clean), clean);
    }

    #[test]
    fn a_program_is_refused_whatever_it_is_called(name in "[a-z]{1,10}\\.(pdf|jpg|txt)", rest in prop::collection::vec(any::<u8>(), 0..30)) {
        for magic in [b"MZ".as_slice(), b"\x7fELF", b"#!"] {
            let head = [magic, &rest].concat();
            let found = check_attachment(&name, 1_000, &head, &Limits::default()).map_err(|problem| problem.code);
            prop_assert_eq!(found, Err(FieldCode::DangerousType));
        }
    }

    #[test]
    fn a_dangerous_ending_is_refused_however_it_is_written(stem in "[a-z]{1,8}", ending in prop::sample::select(vec!["exe", "ExE", "JS", "hta", "lnk", "Desktop", "ps1", "jar"]), tail in "[. ]{0,3}") {
        let name = format!("{stem}.pdf.{ending}{tail}");
        let found = check_attachment(&name, 10, b"%PDF", &Limits::default()).map_err(|problem| problem.code);
        prop_assert_eq!(found, Err(FieldCode::DangerousType), "{}", name);
    }

    #[test]
    fn a_rating_is_1_to_5_stars(stars in any::<u8>()) {
        prop_assert_eq!(Rating::new(stars, " Good. ", Timestamp::UNIX_EPOCH).is_ok(), (1..=5).contains(&stars));
    }
}

fn codes(problems: Vec<FieldProblem>) -> Vec<(String, FieldCode)> {
    problems
        .into_iter()
        .map(|problem| (problem.pointer, problem.code))
        .collect()
}

#[test]
fn a_question_is_checked_field_by_field() {
    let limits = Limits::default();
    assert_eq!(
        question::check("Who owns it?", "My former partner registered it.", 10, &limits),
        Ok(())
    );
    let found = question::check(" ", &"x".repeat(20_001), 11, &limits).map_err(codes);
    let expected = [
        ("/title".to_owned(), FieldCode::Missing),
        ("/text".to_owned(), FieldCode::TooLong),
        ("/attachments".to_owned(), FieldCode::TooMany),
    ];
    assert_eq!(found, Err(expected.to_vec()));
    let title = "ß".repeat(QUESTION_TITLE_MAX_CHARS);
    assert_eq!(question::check(&title, "x", 0, &limits), Ok(()));
    assert!(question::check(&format!("{title}ß"), "x", 0, &limits).is_err());
}

#[test]
fn each_kind_of_message_is_sent_by_its_role_only() {
    let limits = Limits::default();
    for (kind, sender) in [
        (MessageKind::Answer, Role::Expert),
        (MessageKind::InfoRequest, Role::Expert),
        (MessageKind::Reply, Role::Customer),
    ] {
        for role in [Role::Customer, Role::Expert, Role::Moderator] {
            let draft = MessageDraft {
                kind,
                text: "Hello",
                attachments: 0,
                announces_offer: false,
            };
            let expected = if role == sender {
                Ok(())
            } else {
                Err(MessageError::WrongRole(role.as_str()))
            };
            assert_eq!(draft.check(role, &limits), expected, "{kind:?} by {role:?}");
        }
        let announcing = MessageDraft {
            kind,
            text: "Hello",
            attachments: 0,
            announces_offer: true,
        };
        assert_eq!(
            announcing.check(sender, &limits).is_ok(),
            kind == MessageKind::Answer,
            "{kind:?}"
        );
    }
}

#[test]
fn an_attachment_of_a_hundred_megabytes_or_none_is_refused_with_words() {
    let limits = Limits::default();
    let check = |name: &str, size| check_attachment(name, size, b"%PDF", &limits);
    assert_eq!(check("manual.pdf", limits.attachment_max_bytes), Ok(()));
    let large = check("manual.pdf", 100 * 1024 * 1024).expect_err("too large");
    assert_eq!(
        (large.code, large.limit.as_deref()),
        (FieldCode::TooLarge, Some("20 MB"))
    );
    assert!(large.message.contains("manual.pdf"));
    assert_eq!(
        check("manual.pdf", 0).map_err(|problem| problem.code),
        Err(FieldCode::Missing)
    );
    assert_eq!(check("", 10).map_err(|problem| problem.code), Err(FieldCode::Missing));
    let long = format!("{}.pdf", "x".repeat(NAME_MAX_CHARS));
    assert_eq!(
        check(&long, 10).map_err(|problem| problem.code),
        Err(FieldCode::TooLong)
    );
    assert_eq!(check_attachment_count(10, &limits), None);
    assert_eq!(
        check_attachment_count(11, &limits).map(|problem| problem.code),
        Some(FieldCode::TooMany)
    );
}

#[test]
fn comments_and_requests_for_help_keep_their_limits() {
    let limits = Limits::default();
    assert!(Rating::new(5, &"ß".repeat(REASON_MAX_CHARS), Timestamp::UNIX_EPOCH).is_ok());
    assert!(Rating::new(5, &"ß".repeat(REASON_MAX_CHARS + 1), Timestamp::UNIX_EPOCH).is_err());
    assert_eq!(support::check("Help", "I cannot reach the customer.", &limits), Ok(()));
    let found = support::check(&"x".repeat(support::SUBJECT_MAX_CHARS + 1), "", &limits).map_err(codes);
    let expected = [
        ("/subject".to_owned(), FieldCode::TooLong),
        ("/text".to_owned(), FieldCode::Missing),
    ];
    assert_eq!(found, Err(expected.to_vec()));
}

#[test]
fn a_text_is_told_without_its_marks() {
    for (markdown, plain) in [
        ("His price is **£6,800** for *all*.", "His price is £6,800 for all."),
        (
            "# First\n\n- one\n- [two](https://example.com)\n\n`three`",
            "First one two three",
        ),
        ("half**way** and ~~never~~", "halfway and never"),
        ("<b>raw</b> & so", "<b>raw</b> & so"),
        ("", ""),
    ] {
        let told = proffer_domain::text::to_plain(markdown);
        assert_eq!(
            told.split_whitespace().collect::<Vec<_>>().join(" "),
            plain,
            "{markdown}"
        );
    }
}
