//! Markdown to HTML: whatever it is, only known tags and attributes come out, and links that lead to the web or to mail.
#![no_main]

const TAGS: &str = " p br strong em del code pre blockquote ul ol li a h1 h2 h3 h4 hr table thead tbody tr th td ";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let html = proffer_domain::text::to_safe_html(text);
    // The sanitiser writes `<` of a text as an entity: each one begins a tag.
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let mut words = tag.trim_start_matches('/').splitn(2, ' ');
        let name = words.next().unwrap_or_default();
        assert!(TAGS.contains(&format!(" {name} ")), "the tag {name:?} in {html}");
        let mut attributes = words.next().unwrap_or_default();
        while let Some((attribute, rest)) = attributes.split_once("=\"") {
            let (value, rest) = rest.split_once('"').expect("a value ends");
            match (name, attribute.trim()) {
                ("a", "href") => {
                    let value = value.to_ascii_lowercase();
                    let leads = ["http:", "https:", "mailto:"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme));
                    assert!(leads, "a link to {value:?} in {html}");
                }
                ("a", "rel" | "target") | ("ol", "start") => {}
                (name, attribute) => panic!("the attribute {attribute:?} of {name} in {html}"),
            }
            attributes = rest;
        }
        assert!(attributes.trim().is_empty(), "{attributes:?} in {html}");
    }
    let _ = proffer_domain::text::excerpt(text, 40);
    let _ = proffer_domain::text::one_line(text);
    let _ = proffer_domain::message::clean_file_name(text);
});
