//! A panic is logged with its place and, where they are the program's own, its words. Words that were put together while
//! it ran are left out: they can quote what people wrote.

use std::panic::{self, PanicHookInfo};

/// Logs every panic of every thread, in place of printing it.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(log));
}

fn log(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        place,
        words = own_words(info.payload()),
        "a defect: the program panicked"
    );
}

/// The words of a panic that were written in the source.
fn own_words(payload: &(dyn std::any::Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(left out: they could quote someone)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(panic: impl FnOnce() + panic::UnwindSafe) -> &'static str {
        let payload = panic::catch_unwind(panic).expect_err("it panics");
        own_words(&*payload)
    }

    #[test]
    fn a_panics_words_are_logged_only_if_nobody_can_be_quoted_in_them() {
        assert_eq!(words_of(|| panic!("the lock is gone")), "the lock is gone");
        let text = "Helen's secret é".to_owned();
        let cut = text.len() - 1;
        assert!(!words_of(move || drop(text[..cut].to_owned())).contains("secret"));
    }
}
