//! What the offer dialog is given and keeps.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proffer_desk::fuzzing::draft(bytes));
