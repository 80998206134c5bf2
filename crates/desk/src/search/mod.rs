//! What of a search needs no database: [`query`] reads what was typed, [`words`] cuts texts into words, [`snippet`] shows
//! where something was found.

pub(crate) mod query;
pub(crate) mod snippet;
pub(crate) mod words;
