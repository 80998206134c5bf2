//! Money: an integer of minor units with an ISO 4217 currency. Never a float.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// An ISO 4217 currency that has minor units, such as `GBP` (2 decimals) or `JPY` (none).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The number of decimals its amounts are shown with.
    #[must_use]
    pub fn decimals(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(2))
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The sign people write before an amount, where it is unmistakable; the code and a space for all others.
    #[must_use]
    pub fn sign(self) -> String {
        match self.code() {
            "GBP" => "£".into(),
            "EUR" => "€".into(),
            "USD" => "$".into(),
            "JPY" => "¥".into(),
            "INR" => "₹".into(),
            code => format!("{code} "),
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or(MoneyError::UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        code.parse()
            .map_err(|_| de::Error::custom(format!("{code:?} is not an ISO 4217 currency code")))
    }
}

#[cfg(feature = "ts")]
impl ts_rs::TS for Currency {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "string".into()
    }
    fn inline(config: &ts_rs::Config) -> String {
        Self::name(config)
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use iso_currency::IntoEnumIterator;
    use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

    impl utoipa::PartialSchema for super::Currency {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(codes()))
                .description(Some("ISO 4217 code of a currency that has minor units"))
                .examples(["GBP"])
                .into()
        }
    }

    /// The codes that can be read.
    fn codes() -> Vec<&'static str> {
        let mut codes: Vec<_> = iso_currency::Currency::iter()
            .map(|currency| currency.code())
            .filter(|code| code.parse::<super::Currency>().is_ok())
            .collect();
        codes.sort_unstable();
        codes
    }

    impl utoipa::ToSchema for super::Currency {
        fn name() -> std::borrow::Cow<'static, str> {
            "Currency".into()
        }
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units: pence, cents; whole yen.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is no amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing was typed.
    #[error("enter an amount, such as 145.00")]
    Empty,
    /// Something other than digits, one decimal separator and group separators.
    #[error("this is not an amount; write digits only, such as 145.00")]
    NotANumber,
    /// More decimals than the currency has.
    #[error("too many digits after the decimal sign for this currency")]
    TooManyDecimals,
    /// A separator that could mean either thousands or decimals.
    #[error("it is not clear whether this separator marks thousands or decimals; leave it out")]
    Ambiguous,
    /// Larger than can be held.
    #[error("this amount is too large")]
    TooLarge,
    /// Not a currency of ISO 4217 with minor units.
    #[error("this is not a currency that can be used; write its three letters, such as GBP")]
    UnknownCurrency,
}

impl Money {
    /// An amount of minor units.
    #[must_use]
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    /// Reads what a person typed: `145`, `145.00`, `145,5`, `1,234.50`, `1.234,50`, `1 234`.
    ///
    /// The currency's sign before or after the amount is taken away first.
    ///
    /// # Errors
    /// [`MoneyError`] says which part could not be read; nothing is guessed.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = text.trim();
        let sign = currency.sign();
        let text = text
            .strip_prefix(sign.trim())
            .or_else(|| text.strip_suffix(sign.trim()))
            .unwrap_or(text);
        let text = text
            .strip_prefix(currency.code())
            .or_else(|| text.strip_suffix(currency.code()))
            .unwrap_or(text);
        let text: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’'))
            .collect();
        if text.is_empty() {
            return Err(MoneyError::Empty);
        }
        if !text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
            return Err(MoneyError::NotANumber);
        }
        let decimals = currency.decimals() as usize;
        let (whole, fraction) = split_decimals(&text, decimals)?;
        if whole.is_empty() && fraction.is_empty() {
            return Err(MoneyError::NotANumber);
        }
        if fraction.len() > decimals {
            return Err(MoneyError::TooManyDecimals);
        }
        let digits = format!("{whole}{fraction:0<decimals$}");
        let digits = digits.trim_start_matches('0');
        let amount_minor = if digits.is_empty() {
            0
        } else {
            digits.parse().map_err(|_| MoneyError::TooLarge)?
        };
        Ok(Self { amount_minor, currency })
    }

    /// The amount with the currency's own number of decimals and no sign: `145.00`. What an edit field holds.
    #[must_use]
    pub fn plain(&self) -> String {
        self.digits("")
    }

    fn digits(&self, group: &str) -> String {
        let decimals = self.currency.decimals();
        let scale = 10_u64.pow(decimals);
        let amount = self.amount_minor.unsigned_abs();
        let minus = if self.amount_minor < 0 { "-" } else { "" };
        let whole = (amount / scale).to_string();
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push_str(group);
            }
            grouped.push(digit);
        }
        if decimals == 0 {
            format!("{minus}{grouped}")
        } else {
            format!("{minus}{grouped}.{:0width$}", amount % scale, width = decimals as usize)
        }
    }

    /// The part of this amount that `basis_points` of it make, rounded half up; 10,000 basis points are all of it.
    #[must_use]
    pub fn share(&self, basis_points: u32) -> Self {
        let part = (i128::from(self.amount_minor) * i128::from(basis_points) + 5_000).div_euclid(10_000);
        Self {
            amount_minor: i64::try_from(part).unwrap_or(if part < 0 { i64::MIN } else { i64::MAX }),
            currency: self.currency,
        }
    }

    /// What is left of this amount without `other`; `None` for another currency or an overflow.
    #[must_use]
    pub fn minus(&self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.amount_minor.checked_sub(other.amount_minor))
            .flatten()
            .map(|amount_minor| Self {
                amount_minor,
                currency: self.currency,
            })
    }
}

/// How a language writes an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyStyle {
    /// `£1,145.00`, `CHF 90.00`: English, Japanese.
    SignFirst,
    /// `1.145,00 £`, `90,00 CHF`: German, Spanish.
    SignLast,
}

impl Money {
    /// The amount with its sign, for people.
    #[must_use]
    pub fn written(&self, style: MoneyStyle) -> String {
        let sign = self.currency.sign();
        match style {
            MoneyStyle::SignFirst => format!("{sign}{}", self.digits(",")),
            MoneyStyle::SignLast => {
                let swap = |c| match c {
                    ',' => '.',
                    '.' => ',',
                    other => other,
                };
                let digits: String = self.digits(",").chars().map(swap).collect();
                // No line ends between the number and its currency.
                format!("{digits}\u{a0}{}", sign.trim())
            }
        }
    }
}

/// The amount with its sign, for people: `£1,145.00`, `CHF 90.00`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(MoneyStyle::SignFirst))
    }
}

/// Splits digits with separators into the whole part and the decimals, both without separators.
fn split_decimals(text: &str, decimals: usize) -> Result<(String, &str), MoneyError> {
    let Some(last) = text.rfind(['.', ',']) else {
        return Ok((text.to_owned(), ""));
    };
    let separator = &text[last..=last];
    let (head, tail) = (&text[..last], &text[last + 1..]);
    let other = if separator == "." { "," } else { "." };
    let repeated = head.contains(separator);
    let is_group = tail.len() == 3 && !head.contains(other) && !head.starts_with('0') && !head.is_empty();
    if repeated || (is_group && decimals < 3) {
        // A separator that comes twice, or before exactly three digits that cannot be decimals, marks thousands.
        if text.contains(other) {
            return Err(MoneyError::NotANumber);
        }
        return ungroup(text, separator).map(|whole| (whole, ""));
    }
    // A point before all of a currency's decimals is the form of `Money::plain`, which must be read back.
    let is_plain = separator == "." && tail.len() == decimals;
    if is_group && head.len() <= 3 && !is_plain {
        return Err(MoneyError::Ambiguous);
    }
    Ok((ungroup(head, other)?, tail))
}

/// Takes group separators away, which must stand before every three digits.
fn ungroup(text: &str, separator: &str) -> Result<String, MoneyError> {
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let fits = rest.is_empty()
        || (1..=3).contains(&first.len()) && !first.starts_with('0') && rest.iter().all(|group| group.len() == 3);
    if !fits || !text.replace(separator, "").chars().all(|c| c.is_ascii_digit()) {
        return Err(MoneyError::NotANumber);
    }
    Ok(text.replace(separator, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbp(text: &str) -> Result<i64, MoneyError> {
        Money::parse(text, "GBP".parse().expect("GBP")).map(|money| money.amount_minor)
    }

    #[test]
    fn what_people_type_is_read_without_guessing() {
        for (text, minor) in [
            ("145", 14_500),
            ("145.5", 14_550),
            ("145,50", 14_550),
            ("£145.00", 14_500),
            ("1,234.50", 123_450),
            ("1.234,50", 123_450),
            ("1 234", 123_400),
            ("1,234", 123_400),
            (".5", 50),
            ("0", 0),
            ("007", 700),
            ("1,234,567", 123_456_700),
            ("145 GBP", 14_500),
        ] {
            assert_eq!(gbp(text), Ok(minor), "{text}");
        }
        for (text, error) in [
            ("", MoneyError::Empty),
            ("12,3x", MoneyError::NotANumber),
            ("-5", MoneyError::NotANumber),
            ("1.2.3", MoneyError::NotANumber),
            ("12.345,6,7", MoneyError::NotANumber),
            ("1,23,456", MoneyError::NotANumber),
            ("5.1234", MoneyError::TooManyDecimals),
            (".", MoneyError::NotANumber),
            ("1e3", MoneyError::NotANumber),
            ("0.500", MoneyError::TooManyDecimals),
            ("0,234,567", MoneyError::NotANumber),
            ("99999999999999999999", MoneyError::TooLarge),
        ] {
            assert_eq!(gbp(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_currency_keeps_its_own_number_of_decimals() {
        let yen = "JPY".parse().expect("JPY");
        assert_eq!(Money::parse("1,200", yen).map(|m| m.to_string()), Ok("¥1,200".into()));
        assert_eq!(Money::parse("12.50", yen), Err(MoneyError::TooManyDecimals));
        let dinar = "KWD".parse().expect("KWD");
        assert_eq!(Money::parse("1,234", dinar), Err(MoneyError::Ambiguous));
        assert_eq!(Money::parse("1.234", dinar).map(|m| m.plain()), Ok("1.234".into()));
        assert_eq!(Money::parse("1.2345", dinar), Err(MoneyError::TooManyDecimals));
        assert_eq!(
            Money::parse("1234.567", dinar).map(|m| m.plain()),
            Ok("1234.567".into())
        );
        assert!("XAU".parse::<Currency>().is_err());
        assert!("gbp".parse::<Currency>().is_err());
    }

    #[test]
    fn a_share_is_rounded_half_up_and_never_a_float() {
        let money = Money::new(14_550, "GBP".parse().expect("GBP"));
        assert_eq!(money.share(2_000).amount_minor, 2_910);
        assert_eq!(money.share(1).amount_minor, 1);
        assert_eq!(
            money.minus(money.share(2_000)).map(|m| m.to_string()),
            Some("£116.40".into())
        );
    }
}
