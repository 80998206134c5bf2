//! What a plan must not hold, and where it may all the same.

/// Tables that grow with an expert's work.
const LARGE: [&str; 9] = [
    "question",
    "message",
    "offer",
    "customer",
    "search",
    "customer_search",
    "notice",
    "read_mark",
    "offer_made_from",
];

/// A step that a rule forbids and that is right where it is.
struct Exception {
    /// A piece of the statement.
    statement: &'static str,
    /// A piece of the step.
    step: &'static str,
    #[expect(dead_code, reason = "it is for who reads this")]
    why: &'static str,
}

const fn but(statement: &'static str, step: &'static str, why: &'static str) -> Exception {
    Exception { statement, step, why }
}

const EXCEPTIONS: &[Exception] = &[
    but(
        "question_answered",
        "question_answered",
        "the index holds the group and nothing else, in its order",
    ),
    but(
        "question_open",
        "question_open",
        "the index holds the group and little else, in its order",
    ),
    but(
        "question_by_activity",
        "question_by_activity",
        "most questions are in this group, and stand in its order",
    ),
    but(
        "SELECT count(*)",
        "question_of_customer",
        "counting all is going through the narrowest index",
    ),
    but(
        "answered_by_me = 1 ORDER BY last_activity_at DESC",
        "question_answered",
        "the index holds what is asked for, in its order",
    ),
    but(
        "words IS NULL",
        "offer_to_fill",
        "the index holds what is to be filled and nothing else",
    ),
    but(
        "SELECT DISTINCT o.kind, o.state",
        "USE TEMP B-TREE FOR DISTINCT",
        "a filter's choices: a few of each",
    ),
    but(
        "SELECT o.state, o.currency, count(*)",
        "USE TEMP B-TREE FOR GROUP BY",
        "the sums of a few states and currencies",
    ),
    but(
        "FROM offer o INDEXED BY offer_of_expert",
        "USE TEMP B-TREE FOR ORDER BY",
        "an order that the expert chose, of what the index alone says",
    ),
    but("SET place = NULL", "SCAN ", "a migration"),
    but(
        "UPDATE question SET last_kind = (SELECT m.kind",
        "SCAN question",
        "a migration",
    ),
    but(
        "question_held",
        "USE TEMP B-TREE FOR ORDER BY",
        "an expert holds few at once",
    ),
    but(
        "customer_id IN",
        "USE TEMP B-TREE FOR ORDER BY",
        "the questions of a few customers",
    ),
    but(
        "indexed_hash IS NOT text_hash",
        "_to_index",
        "the index holds what waits and nothing else",
    ),
    but(
        "category_id = ?",
        "SCAN question",
        "a category leaves seldom, and all of it goes",
    ),
    but(
        "NOT EXISTS (SELECT 1 FROM question q",
        "SCAN c",
        "a category leaves seldom, and its customers with it",
    ),
];

/// The rules, and which exceptions were made.
pub struct Rules {
    used: Vec<bool>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            used: vec![false; EXCEPTIONS.len()],
        }
    }
}

impl Rules {
    /// What of a statement's plan breaks a rule.
    pub fn broken_by(&mut self, statement: &str, plan: &[String]) -> Vec<String> {
        let mut broken = Vec::new();
        for step in plan {
            let Some(why) = forbidden(statement, step, plan) else {
                continue;
            };
            let exception = EXCEPTIONS
                .iter()
                .position(|exception| statement.contains(exception.statement) && step.contains(exception.step));
            match exception {
                Some(place) => self.used[place] = true,
                None => broken.push(format!("{why}: {step}\n    in {statement}")),
            }
        }
        broken
    }

    /// Exceptions that nothing needs.
    pub fn exceptions_without_use(&self) -> Vec<&'static str> {
        let unused = EXCEPTIONS.iter().zip(&self.used).filter(|(_, is_used)| !**is_used);
        unused.map(|(exception, _)| exception.statement).collect()
    }
}

/// Whether a table of a plan's step, which goes by its name in the statement, is a large one.
fn is_large(statement: &str, name: &str) -> bool {
    let words: Vec<&str> = statement
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    LARGE.iter().any(|table| {
        *table == name
            || words
                .windows(3)
                .any(|words| words[0] == *table && (words[1] == name || (words[1] == "AS" && words[2] == name)))
    })
}

/// Why a step is not to be.
fn forbidden(statement: &str, step: &str, plan: &[String]) -> Option<&'static str> {
    if step.contains("AUTOMATIC") {
        return Some("an index is made for this one statement");
    }
    // To put those in order that are equal by an index takes nothing.
    let sorts_ties = step.contains(" LAST ") || step.contains(" RIGHT PART ");
    let reads_much = || {
        let mut names = plan.iter().filter_map(|step| step.split(' ').nth(1));
        names.any(|name| is_large(statement, name))
    };
    if step.starts_with("USE TEMP B-TREE") && !sorts_ties && reads_much() {
        return Some("it sorts");
    }
    let by_expert = ["offer_of_expert", "offer_newest"]
        .iter()
        .any(|index| step.contains(index));
    if statement.contains("question_id = ") && by_expert {
        return Some("it goes through all offers for those of one question");
    }
    let name = step.strip_prefix("SCAN ")?.split(' ').next()?;
    if !is_large(statement, name) {
        return None;
    }
    if let Some((_, asked)) = step.split_once("VIRTUAL TABLE INDEX ") {
        // A word or a row of a text index.
        let is_looked_up = asked.contains('M') || asked.contains('=');
        return (!is_looked_up).then_some("it reads a text index through");
    }
    Some("it reads a table or an index through")
}
