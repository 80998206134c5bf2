//! A client's place in each of its streams. Opaque to the client: it keeps the text and sends it back.

use crate::StreamId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The last number seen of each stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Stream to the last number that was delivered.
    pub positions: BTreeMap<StreamId, u64>,
}

/// Why a text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor of this platform; sync again without one")]
pub struct CursorError;

impl Cursor {
    /// The place in one stream; 0 before its first change.
    #[must_use]
    pub fn position(&self, stream: &StreamId) -> u64 {
        self.positions.get(stream).copied().unwrap_or(0)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self
            .positions
            .iter()
            .map(|(stream, seq)| format!("{stream}={seq}"))
            .collect();
        f.write_str(&URL_SAFE_NO_PAD.encode(parts.join(",")))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let plain = String::from_utf8(bytes).map_err(|_| CursorError)?;
        let positions = plain
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (stream, seq) = part.rsplit_once('=').ok_or(CursorError)?;
                Ok((
                    stream.parse().map_err(|_| CursorError)?,
                    seq.parse().map_err(|_| CursorError)?,
                ))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { positions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proffer_domain::AccountId;

    #[test]
    fn a_cursor_comes_back_as_it_was_sent() {
        let stream = StreamId::Account(AccountId(uuid::Uuid::from_u128(7)));
        let cursor = Cursor {
            positions: [(stream, 12)].into(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
        assert_eq!(cursor.position(&stream), 12);
        assert_eq!(Cursor::default().to_string().parse(), Ok(Cursor::default()));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["%%%", "bm9uc2Vuc2U", "YWNjb3VudDp4PTE"] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
