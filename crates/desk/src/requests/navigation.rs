//! `navigation_take`

use super::Answer;
use crate::{
    api::{Nothing, event::NavigationTaken},
    desk::Desk,
};

impl Desk {
    pub(crate) async fn navigation_take(&self, _: Nothing) -> Answer<NavigationTaken> {
        Ok(NavigationTaken {
            target: self.inner.target.send_replace(None),
        })
    }
}
