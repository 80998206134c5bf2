//! Links from outside: what is understood is written as it was read.
#![no_main]

libfuzzer_sys::fuzz_target!(|link: &str| {
    if let Ok(read) = proffer_desk::deep_link::parse(link) {
        assert_eq!(read.to_string(), link.to_lowercase());
        assert_eq!(link.len(), "proffer://offer/".len() + 36);
    }
});
