//! Intervals that hold the true value: every end is rounded outwards.
//!
//! The four operations of IEEE 754 are right to half a unit in the last place, so one step of [`f64::next_down`] or
//! [`f64::next_up`] is enough. Exponential and logarithm are series summed in intervals, with the rest of the series
//! added on both sides; nothing is asked of a mathematical library.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// All numbers from `lo` to `hi`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// Not above the true value.
    pub lo: f64,
    /// Not below it.
    pub hi: f64,
}

/// The natural logarithm of 2 lies between this number (0.693147180559945286…) and the next.
const LN_2: f64 = std::f64::consts::LN_2;

impl Interval {
    /// Nothing.
    pub const ZERO: Self = Self { lo: 0.0, hi: 0.0 };
    /// One.
    pub const ONE: Self = Self { lo: 1.0, hi: 1.0 };

    /// A number that is what it is.
    pub const fn point(x: f64) -> Self {
        Self { lo: x, hi: x }
    }
    /// From the lower to the upper end.
    pub const fn new(lo: f64, hi: f64) -> Self {
        Self { lo, hi }
    }
    /// Hundredths as units of the currency.
    pub fn money(hundredths: i64) -> Self {
        Self::point(hundredths as f64) / Self::point(100.0)
    }
    /// The middle.
    pub fn mid(self) -> f64 {
        self.lo + 0.5 * (self.hi - self.lo)
    }
    /// The smallest interval that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
    /// Whether a number lies inside, with some play.
    pub fn holds(self, x: f64, play: f64) -> bool {
        x >= self.lo - play && x <= self.hi + play
    }
    /// Money in whole hundredths, each end rounded to the nearest.
    pub fn hundredths(self) -> (i64, i64) {
        ((self.lo * 100.0).round() as i64, (self.hi * 100.0).round() as i64)
    }
    /// Rounded to whole hundredths.
    pub fn rounded(self) -> Self {
        let (lo, hi) = self.hundredths();
        Self::money(lo).hull(Self::money(hi))
    }

    /// `e^x`.
    pub fn exp(self) -> Self {
        Self { lo: exp(self.lo).lo, hi: exp(self.hi).hi }
    }
    /// `2^x`.
    pub fn exp2(self) -> Self {
        (self * Self::new(LN_2, LN_2.next_up())).exp()
    }
    /// The natural logarithm of numbers above zero.
    pub fn ln(self) -> Self {
        Self { lo: ln(self.lo).lo, hi: ln(self.hi).hi }
    }
    /// A power of numbers not below zero, for an exponent above zero.
    pub fn pow(self, exponent: Self) -> Self {
        if exponent == Self::ONE {
            return self;
        }
        let at = |x: f64| if x > 0.0 { (exponent * Self::point(x).ln()).exp() } else { Self::ZERO };
        Self { lo: at(self.lo).lo, hi: at(self.hi).hi }
    }
}

/// Term by term; exact sums stay exact.
impl Add for Interval {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self { lo: sum(self.lo, o.lo, f64::next_down), hi: sum(self.hi, o.hi, f64::next_up) }
    }
}
impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo }
    }
}
impl Sub for Interval {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}
impl Mul for Interval {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        if self == Self::ZERO || o == Self::ZERO {
            return Self::ZERO;
        }
        if self == Self::ONE {
            return o;
        }
        if o == Self::ONE {
            return self;
        }
        let all = [self.lo * o.lo, self.lo * o.hi, self.hi * o.lo, self.hi * o.hi];
        let lo = all.into_iter().fold(f64::INFINITY, f64::min);
        let hi = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self { lo: lo.next_down(), hi: hi.next_up() }
    }
}
/// The divisor must not hold zero.
impl Div for Interval {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        if o == Self::ONE || self == Self::ZERO {
            return self;
        }
        if o.lo <= 0.0 && o.hi >= 0.0 {
            return Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY };
        }
        let all = [self.lo / o.lo, self.lo / o.hi, self.hi / o.lo, self.hi / o.hi];
        let lo = all.into_iter().fold(f64::INFINITY, f64::min);
        let hi = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self { lo: lo.next_down(), hi: hi.next_up() }
    }
}
impl std::iter::Sum for Interval {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, |a, b| a + b)
    }
}

/// A sum, one step outwards unless it is exact (the error of a sum is a number that can be computed: Knuth).
fn sum(a: f64, b: f64, out: impl Fn(f64) -> f64) -> f64 {
    let s = a + b;
    let rest = s - a;
    let error = (a - (s - rest)) + (b - rest);
    if error == 0.0 { s } else { out(s) }
}

/// `e^x` for one number: `x = k ln 2 + r`, `|r| < 0.36`, eighteen terms of the series of `e^r`, times `2^k`. What is
/// left out is less than `2 · 0.36^19 / 19! < 1e-25`.
fn exp(x: f64) -> Interval {
    if x < -690.0 {
        return Interval::new(0.0, 1e-299);
    }
    if x.is_nan() || x > 690.0 {
        return Interval::new(1e299, f64::INFINITY);
    }
    let k = (x / LN_2).round();
    let r = Interval::point(x) - Interval::point(k) * Interval::new(LN_2, LN_2.next_up());
    let mut value = Interval::ONE;
    for n in (1..=18).rev() {
        value = Interval::ONE + value * r / Interval::point(f64::from(n));
    }
    let rest = Interval::new(-1e-25, 1e-25);
    let scale = f64::from_bits(((1023 + k as i64) as u64) << 52);
    let value = value + rest;
    // A power of two changes no digit.
    Interval { lo: value.lo * scale, hi: value.hi * scale }
}

/// `ln x` for one number above zero: `x = m 2^e` with `0.75 ≤ m < 1.5`, `ln m = 2 artanh s`, `s = (m − 1)/(m + 1)`,
/// `|s| ≤ 0.2`, fifteen terms. What is left out is less than `2 · 0.2^31 / (31 · 0.96) < 1e-22`.
fn ln(x: f64) -> Interval {
    if x.is_nan() || x < 1e-290 {
        return Interval::new(f64::NEG_INFINITY, if x > 0.0 { -660.0 } else { f64::NEG_INFINITY });
    }
    let bits = x.to_bits();
    let mut e = (bits >> 52) as i64 - 1023;
    let mut m = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    if m >= 1.5 {
        m *= 0.5;
        e += 1;
    }
    let m = Interval::point(m);
    let s = (m - Interval::ONE) / (m + Interval::ONE);
    let square = s * s;
    let mut value = Interval::ZERO;
    for n in (0..15).rev() {
        value = Interval::ONE / Interval::point(f64::from(2 * n + 1)) + value * square;
    }
    let value = Interval::point(2.0) * s * value + Interval::new(-1e-22, 1e-22);
    value + Interval::point(e as f64) * Interval::new(LN_2, LN_2.next_up())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tight(i: Interval, x: f64) {
        assert!(i.lo <= x.next_up() && i.hi >= x.next_down(), "{i:?} misses {x}");
        assert!(i.hi - i.lo <= 1e-13 * x.abs() + 1e-25, "{i:?} is wide around {x}");
    }

    #[test]
    fn known_values_lie_inside_and_the_ends_are_near() {
        tight(Interval::point(1.0).exp(), std::f64::consts::E);
        tight(Interval::point(2.0).ln(), std::f64::consts::LN_2);
        tight(Interval::point(10.0).ln(), std::f64::consts::LN_10);
        tight(Interval::point(-0.5).exp2(), std::f64::consts::FRAC_1_SQRT_2);
        tight(Interval::point(2.0).pow(Interval::point(0.5)), std::f64::consts::SQRT_2);
        // Powers of two, where the truth is a number of the machine.
        for k in -20..20 {
            tight(Interval::point(f64::from(k)).exp2(), 2f64.powi(k));
        }
        for k in 1..400 {
            let x = f64::from(k) * 0.37;
            let back = Interval::point(x).ln().exp();
            assert!(back.lo <= x && back.hi >= x && back.hi - back.lo < 2e-13 * x, "{x}: {back:?}");
            let third = Interval::point(x).pow(Interval::ONE / Interval::point(3.0));
            let cube = third * third * third;
            assert!(cube.lo <= x && cube.hi >= x, "{x}: {cube:?}");
        }
    }

    #[test]
    fn operations_round_outwards_and_exact_sums_stay_exact() {
        let third = Interval::ONE / Interval::point(3.0);
        assert!(third.lo < third.hi);
        let one = third + third + third;
        assert!(one.lo <= 1.0 && one.hi >= 1.0 && one.lo < one.hi);
        let tenth = Interval::money(10) * Interval::point(10.0);
        assert!(tenth.lo <= 1.0 && tenth.hi >= 1.0);
        assert_eq!(Interval::point(1.5) + Interval::point(2.25), Interval::point(3.75));
        assert_eq!(Interval::new(-1.0, 2.0) * Interval::ZERO, Interval::ZERO);
        let product = Interval::new(-1.0, 2.0) * Interval::new(-3.0, 0.5);
        assert!(product.lo <= -6.0 && product.hi >= 3.0 && product.hi < 3.1);
        assert!((Interval::ONE / Interval::new(-1.0, 1.0)).hi.is_infinite());
        let none = Interval::ZERO.pow(Interval::point(0.4));
        assert_eq!(none, Interval::ZERO);
        assert!(exp(f64::NAN).hi.is_infinite() && exp(-1e9).lo == 0.0 && exp(1e9).hi.is_infinite());
        assert!(ln(0.0).lo.is_infinite() && ln(f64::MIN_POSITIVE).hi < -600.0);
    }
}
