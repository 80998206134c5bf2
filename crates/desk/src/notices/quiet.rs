//! Quiet hours, as a pure function with a case table.

use crate::api::settings::QuietHours;
use jiff::{civil::Time, tz::TimeZone};
use proffer_domain::Timestamp;

/// Minutes of a day.
pub(crate) const DAY_MINUTES: u16 = 24 * 60;

fn time_of(minute: u16) -> Option<Time> {
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

/// When the quiet hours end in which `now` falls; `None` if it falls in none.
pub(crate) fn quiet_until(hours: &QuietHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let (from, to) = (time_of(hours.from_minute)?, time_of(hours.to_minute)?);
    if !hours.is_on || from == to {
        return None;
    }
    let here = now.to_zoned(zone.clone());
    let (today, time) = (here.date(), here.time());
    let end = if from < to {
        (from <= time && time < to).then_some(today)
    } else if time >= from {
        today.tomorrow().ok()
    } else {
        (time < to).then_some(today)
    }?;
    // A time that the change to summer leaves out is the one after it.
    let end = end.to_datetime(to).to_zoned(zone.clone()).ok()?.timestamp();
    (end > now).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_end_by_the_clock_on_the_wall_also_across_midnight_and_the_change_of_summer_time() {
        let zone = TimeZone::get("Europe/London").expect("a zone");
        let hours = |from: u16, to: u16| QuietHours {
            is_on: true,
            from_minute: from * 60,
            to_minute: to * 60,
        };
        for (from, to, now, end) in [
            (22, 7, "2026-11-23T21:59:59Z", None),
            (22, 7, "2026-11-23T22:00:00Z", Some("2026-11-24T07:00:00Z")),
            (22, 7, "2026-11-24T06:59:59Z", Some("2026-11-24T07:00:00Z")),
            (22, 7, "2026-11-24T07:00:00Z", None),
            (12, 14, "2026-11-23T13:00:00Z", Some("2026-11-23T14:00:00Z")),
            (12, 14, "2026-11-23T14:00:00Z", None),
            (12, 14, "2026-11-23T11:00:00Z", None),
            // In summer seven o'clock in London is six by UTC; the night of the change is an hour shorter.
            (22, 7, "2026-06-23T21:30:00Z", Some("2026-06-24T06:00:00Z")),
            (22, 7, "2026-03-28T23:00:00Z", Some("2026-03-29T06:00:00Z")),
            (7, 7, "2026-11-23T07:00:00Z", None),
        ] {
            let until = quiet_until(&hours(from, to), now.parse().expect("a moment"), &zone);
            let end = end.map(|end| end.parse::<Timestamp>().expect("a moment"));
            assert_eq!(until, end, "{from} to {to} at {now}");
        }
        let off = QuietHours {
            is_on: false,
            ..hours(22, 7)
        };
        assert_eq!(
            quiet_until(&off, "2026-11-23T23:00:00Z".parse().expect("a moment"), &zone),
            None
        );
    }
}
