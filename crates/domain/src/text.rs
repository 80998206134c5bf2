//! Text that people write: how long it may be, and how it is shown without harm.
//!
//! All text of customers and experts is hostile until it went through [`to_safe_html`] or an escaping template.

use crate::{FieldCode, FieldProblem};

/// The longest one-line name of a person, file or category, in characters.
pub const NAME_MAX_CHARS: usize = 120;
/// The longest title of a question, in characters.
pub const QUESTION_TITLE_MAX_CHARS: usize = 150;
/// The longest reason or comment, in characters.
pub const REASON_MAX_CHARS: usize = 1_000;

/// Checks a text that must not be empty and not exceed `max_chars`.
#[must_use]
pub fn check(pointer: &str, what: &str, text: &str, max_chars: usize) -> Option<FieldProblem> {
    if text.trim().is_empty() {
        return Some(FieldProblem::new(pointer, FieldCode::Missing, format!("Enter {what}.")));
    }
    check_optional(pointer, what, text, max_chars)
}

/// Checks a text that may be empty.
#[must_use]
pub fn check_optional(pointer: &str, what: &str, text: &str, max_chars: usize) -> Option<FieldProblem> {
    let chars = text.chars().count();
    (chars > max_chars).then(|| {
        FieldProblem::new(
            pointer,
            FieldCode::TooLong,
            format!("Shorten {what} to {max_chars} characters; it has {chars}."),
        )
        .with_limit(max_chars)
    })
}

/// Renders Markdown to HTML in which nothing can run, load or lead astray.
///
/// Only text structure and links survive: no images, styles, scripts, forms or frames; links open apart, carry no
/// referrer, and go only to `http`, `https` and `mailto`.
#[must_use]
pub fn to_safe_html(markdown: &str) -> String {
    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH | pulldown_cmark::Options::ENABLE_TABLES;
    let events = pulldown_cmark::Parser::new_ext(markdown, options).map(|event| match event {
        // People press Enter once and mean a new line; raw HTML is shown as what was typed.
        pulldown_cmark::Event::SoftBreak => pulldown_cmark::Event::HardBreak,
        pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => {
            pulldown_cmark::Event::Text(html)
        }
        other => other,
    });
    let mut html = String::with_capacity(markdown.len() * 2);
    pulldown_cmark::html::push_html(&mut html, events);
    ammonia::Builder::default()
        .tags(
            [
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
            ]
            .into(),
        )
        .generic_attributes(std::collections::HashSet::new())
        .tag_attributes([("a", ["href"].into()), ("ol", ["start"].into())].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .clean(&html)
        .to_string()
}

/// What a Markdown text says, without its marks: for lists and what is found.
#[must_use]
pub fn to_plain(markdown: &str) -> String {
    use pulldown_cmark::{Event, TagEnd};
    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH | pulldown_cmark::Options::ENABLE_TABLES;
    let mut plain = String::with_capacity(markdown.len());
    for event in pulldown_cmark::Parser::new_ext(markdown, options) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                plain.push_str(&text)
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => plain.push(' '),
            // Marks within a word part nothing.
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::End(_) => plain.push(' '),
            _ => {}
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The first line of a text, cut at `max_chars` with an ellipsis: for lists, subjects and notifications.
#[must_use]
pub fn excerpt(text: &str, max_chars: usize) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if line.chars().count() <= max_chars {
        return line.to_owned();
    }
    let cut: String = line.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Takes line breaks, other controls and what turns the direction of text around out: what is in a header stays in it
/// and reads as it is written.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_markdown_comes_out_harmless() {
        for hostile in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "![x](https://tracker.example/p.gif)",
            "<img src=x onerror=alert(1)>",
            "<a href=\"data:text/html,x\" onclick=alert(1)>x</a>",
            "<style>*{display:none}</style><iframe src=//evil>",
            "[x](//evil.example)",
            "<svg><a xlink:href=javascript:alert(1)>",
        ] {
            let html = to_safe_html(hostile);
            for bad in [
                "<script",
                "href=\"javascript:",
                "<img",
                "<style",
                "<iframe",
                "<a href=\"data",
                "<a href=\"//",
                "<svg",
            ] {
                assert!(!html.contains(bad), "{hostile} gave {html}");
            }
        }
    }

    #[test]
    fn structure_and_links_survive() {
        let html = to_safe_html("1. one\n2. **two**\n\nline\nnext [site](https://example.com)");
        assert!(
            html.contains("<ol>") && html.contains("<strong>two</strong>") && html.contains("line<br>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://example.com\"") && html.contains("noopener"),
            "{html}"
        );
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("\n  Hello there  \nmore", 20), "Hello there");
        assert_eq!(excerpt("Hello there", 6), "Hello…");
    }
}
