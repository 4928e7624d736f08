//! Whole quantities of routing. Distances, durations and loads are different types: they cannot be added by mistake.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

macro_rules! whole {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest value a problem may hold; sums of many stay exact.
            pub const LARGEST: Self = Self(1 << 42);
            /// Wraps a whole number.
            pub const fn new(value: i64) -> Self {
                Self(value)
            }
            /// The bare number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                Self(items.map(|m| m.0).sum())
            }
        }
    )*};
}

whole! {
    /// A length in the problem's own units (metres, or tenths of an instance's unit).
    Distance;
    /// A time or a duration in the problem's own units (seconds, or tenths of an instance's unit).
    Duration;
    /// What a vehicle carries, in units of its capacity.
    Load;
    /// What the search minimises: fixed cost of vehicles plus distance times rate.
    Cost;
}

impl Distance {
    /// What driving this far costs at a rate per unit of distance.
    pub const fn at_rate(self, rate: i64) -> Cost {
        Cost(self.0 * rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_add_up() {
        let legs = [Distance::new(3), Distance::new(4)];
        assert_eq!(legs.into_iter().sum::<Distance>(), Distance::new(7));
        assert_eq!(Distance::new(7).at_rate(2), Cost::new(14));
        assert_eq!((Duration::new(5) - Duration::new(2)).to_string(), "3");
        assert!(Load::new(2) < Load::new(3));
    }
}
