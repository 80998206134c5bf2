//! Rows as CSV (RFC 4180), safe to be opened by a spreadsheet.

/// One record with its line end.
pub(crate) fn record<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

/// A spreadsheet takes what begins with one of these for a formula, and would run what a customer wrote.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn cell(text: &str) -> String {
    let starts = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    let harmless = if starts.is_some_and(|start| FORMULA_STARTS.contains(&start)) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if harmless.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless
    }
}
