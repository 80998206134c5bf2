//! A page of changes, as a platform that lies would send it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proffer_desk::fuzzing::sync_documents(bytes));
