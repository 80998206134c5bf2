//! Server-sent events from the pieces of a body. A piece may end anywhere; each byte is looked at once, however long a
//! line becomes.

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name; empty for the usual one.
    pub(crate) name: String,
    /// Its data, lines joined by line feeds.
    pub(crate) data: String,
}

/// What has come of a body so far.
#[derive(Debug, Default)]
pub(crate) struct EventLines {
    line: Vec<u8>,
    is_after_return: bool,
    is_begun: bool,
    event: Event,
    has_data: bool,
}

impl EventLines {
    /// Takes a piece and gives the events that it completes.
    pub(crate) fn take(&mut self, mut piece: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        // The line feed after a carriage return ends no line of its own; the one after that does.
        if let (true, Some(first)) = (self.is_after_return, piece.first()) {
            self.is_after_return = false;
            if *first == b'\n' {
                piece = &piece[1..];
            }
        }
        while let Some(end) = piece.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(&piece[..end]);
            events.extend(self.end_line());
            let is_return = piece[end] == b'\r';
            piece = &piece[end + 1..];
            if is_return {
                match piece.first() {
                    Some(b'\n') => piece = &piece[1..],
                    Some(_) => {}
                    None => self.is_after_return = true,
                }
            }
        }
        self.line.extend_from_slice(piece);
        events
    }

    fn end_line(&mut self) -> Option<Event> {
        let bytes = std::mem::take(&mut self.line);
        let mut line =
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if !self.is_begun {
            self.is_begun = true;
            if let Some(rest) = line.strip_prefix('\u{feff}') {
                line = rest.to_owned();
            }
        }
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, begin) = match line.find(':') {
            Some(colon) => (&line[..colon], colon + 1),
            None => (line.as_str(), line.len()),
        };
        let begin = begin + usize::from(line[begin..].starts_with(' '));
        match field {
            "event" => self.event.name = line[begin..].to_owned(),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                    self.event.data.push_str(&line[begin..]);
                } else {
                    self.has_data = true;
                    // The usual case, and it may be megabytes: the line becomes the data where it lies.
                    line.drain(..begin);
                    self.event.data = line;
                }
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_are_the_same_wherever_their_bytes_are_cut() {
        let body = "\u{feff}: a comment\r\n\r\nevent: sync\nid: 1\ndata: {\"a\":\"é\"}\n\ndata:x\rdata: y\r\rdata\n\nevent: none\n\nretry: 1\r\ndata:  z\r\n\r\ndata: w\r\n\ndata: unfinished";
        let expected = vec![
            event("sync", "{\"a\":\"é\"}"),
            event("", "x\ny"),
            event("", ""),
            event("", " z"),
            event("", "w"),
        ];
        for size in 1..body.len() {
            let mut lines = EventLines::default();
            let events: Vec<_> = body
                .as_bytes()
                .chunks(size)
                .flat_map(|piece| lines.take(piece))
                .collect();
            assert_eq!(events, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_data_is_none_and_its_name_is_forgotten() {
        let mut lines = EventLines::default();
        assert_eq!(lines.take(b"event: behind\n\ndata: 1\n\n"), [event("", "1")]);
    }
}
