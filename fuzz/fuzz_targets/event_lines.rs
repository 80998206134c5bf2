//! Server-sent events, cut anywhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proffer_desk::fuzzing::event_lines(bytes));
