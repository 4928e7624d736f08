//! Quantities with their units. Fields are private; only the products that mean something exist.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// An amount of money in hundredths of the scenario's currency (fen for CNY). Whole, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// From hundredths.
    pub const fn from_minor(hundredths: i64) -> Self {
        Self(hundredths)
    }
    /// From whole units of the currency, rounded to the nearest hundredth.
    pub fn from_major(units: f64) -> Self {
        Self((units * 100.0).round() as i64)
    }
    /// In hundredths.
    pub const fn minor(self) -> i64 {
        self.0
    }
    /// In units of the currency.
    pub fn major(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, cents) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        if cents == 0 { write!(f, "{sign}{units}") } else { write!(f, "{sign}{units}.{cents:02}") }
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        Self(items.map(|m| m.0).sum())
    }
}
impl Mul<i64> for Money {
    type Output = Self;
    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}
impl Mul<f64> for Money {
    type Output = Self;
    fn mul(self, share: f64) -> Self {
        Self((self.0 as f64 * share).round() as i64)
    }
}

macro_rules! measure {
    ($(#[$doc:meta] $name:ident $suffix:literal;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// Wraps a finite number.
            pub const fn new(value: f64) -> Self {
                Self(value)
            }
            /// The bare number.
            pub const fn get(self) -> f64 {
                self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if let Some(p) = f.precision() { write!(f, concat!("{:.*}", $suffix), p, self.0) } else { write!(f, concat!("{}", $suffix), self.0) }
            }
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, times: f64) -> Self {
                Self(self.0 * times)
            }
        }
        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                Self(items.map(|m| m.0).sum())
            }
        }
    )*};
}

measure! {
    /// A length on the ground in kilometres.
    Kilometres " km";
    /// A duration in hours.
    Hours " h";
    /// A share between 0 and 1 (100 % = 1).
    Share "";
    /// Vehicles a week, an expectation: may be fractional.
    WeeklyRate " /week";
    /// Vehicles a year, an expectation: may be fractional.
    YearlyRate " /year";
}

impl YearlyRate {
    /// The same flow counted by the week (a year has 365/7 weeks).
    pub fn weekly(self) -> WeeklyRate {
        WeeklyRate(self.0 * 7.0 / 365.0)
    }
}

impl WeeklyRate {
    /// The same flow counted by the day.
    pub fn daily(self) -> f64 {
        self.0 / 7.0
    }
    /// The same flow counted by the year.
    pub fn yearly(self) -> YearlyRate {
        YearlyRate(self.0 * 365.0 / 7.0)
    }
}

/// Whole vehicles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vehicles(u32);

impl Vehicles {
    /// None.
    pub const ZERO: Self = Self(0);
    /// A count.
    pub const fn new(count: u32) -> Self {
        Self(count)
    }
    /// The bare count.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Vehicles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl Add for Vehicles {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl AddAssign for Vehicles {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl Sum for Vehicles {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        Self(items.map(|m| m.0).sum())
    }
}
impl Mul<Vehicles> for Money {
    type Output = Self;
    fn mul(self, count: Vehicles) -> Self {
        Self(self.0 * i64::from(count.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_prints_its_cents() {
        assert_eq!(Money::from_major(0.1) + Money::from_major(0.2), Money::from_major(0.3));
        assert_eq!(Money::from_minor(-5).to_string(), "-0.05");
        assert_eq!(Money::from_major(1200.0).to_string(), "1200");
        assert_eq!(Money::from_major(3.5) * Vehicles::new(4), Money::from_major(14.0));
    }

    #[test]
    fn a_yearly_flow_keeps_its_size_by_the_week() {
        let flow = YearlyRate::new(365.0);
        assert!((flow.weekly().get() - 7.0).abs() < 1e-12);
        assert!((flow.weekly().yearly() / flow - 1.0).abs() < 1e-12);
        assert!((flow.weekly().daily() - 1.0).abs() < 1e-12);
    }
}
