use crate::demand::forecast::hindsight::Spread;
use crate::stats::normal;
use crate::stats::poisson::{negative_binomial, probabilities};

/// Demand over some span: negative binomial with this mean and variance `mean + dispersion · mean²` (Poisson at 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    /// Expected cars.
    pub mean: f64,
    /// Dispersion k (measured between provinces: 0.018).
    pub dispersion: f64,
}

impl Demand {
    /// First value and probabilities.
    fn table(self) -> (u32, Vec<f64>) {
        if self.mean <= 0.0 {
            (0, vec![1.0])
        } else if self.dispersion <= 0.0 {
            probabilities(self.mean)
        } else {
            negative_binomial(self.mean, self.dispersion)
        }
    }

    /// P(demand < cars).
    pub fn below(self, cars: f64) -> f64 {
        let (first, table) = self.table();
        let below = table.iter().enumerate().take_while(|(n, _)| f64::from(first) + (*n as f64) < cars);
        below.map(|(_, p)| p).sum::<f64>().min(1.0)
    }

    /// P(demand > cars).
    pub fn above(self, cars: f64) -> f64 {
        let (first, table) = self.table();
        let above = table.iter().enumerate().skip_while(|(n, _)| f64::from(first) + *n as f64 <= cars);
        above.map(|(_, p)| p).sum::<f64>().min(1.0)
    }

    /// E(demand - cars)⁺.
    pub fn beyond(self, cars: f64) -> f64 {
        let (first, table) = self.table();
        table.iter().enumerate().map(|(n, p)| p * (f64::from(first) + n as f64 - cars).max(0.0)).sum()
    }

    /// The same demand over `times` as long a span (the dispersion stays: one factor moves the whole span).
    pub fn over(self, times: f64) -> Self {
        Self { mean: self.mean * times.max(0.0), ..self }
    }

    /// Standard deviation.
    pub fn deviation(self) -> f64 {
        (self.mean + self.dispersion * self.mean * self.mean).sqrt()
    }
}

/// Demand to come: expected cars week by week and how far the past has strayed from such forecasts.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// Expected cars of each coming week; beyond the last its level goes on.
    pub weeks: &'a [f64],
    /// Spread of the sum over 1, 2, … weeks; beyond the last it stays. Empty: Poisson.
    pub spread: &'a [Spread],
}

impl Outlook<'_> {
    /// Demand from now over so many weeks.
    pub fn over(&self, weeks: f64) -> Demand {
        let (whole, part) = (weeks.max(0.0).floor(), weeks.max(0.0).fract());
        let last = self.weeks.last().copied().unwrap_or(0.0);
        let at = |w: usize| self.weeks.get(w).copied().unwrap_or(last);
        let mean = (0..whole as usize).map(at).sum::<f64>() + part * at(whole as usize);
        let spread = self.spread.get(weeks.ceil() as usize - usize::from(weeks > 0.0)).or(self.spread.last());
        Demand { mean, dispersion: spread.map_or(0.0, |s| s.dispersion(mean)) }
    }
}

/// P(χ² of `freedom` degrees < x), by the cube root (Wilson and Hilferty 1931): good to about 0.01.
pub(super) fn chi_square_below(x: f64, freedom: f64) -> f64 {
    if x <= 0.0 || freedom <= 0.0 {
        return 0.0;
    }
    let spread = 2.0 / (9.0 * freedom);
    normal::cumulative(((x / freedom).cbrt() - (1.0 - spread)) / spread.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_parts_of_a_poisson_demand() {
        let d = Demand { mean: 2.0, dispersion: 0.0 };
        let p = |n: i32| (-2.0_f64).exp() * 2.0_f64.powi(n) / (1..=n).map(f64::from).product::<f64>();
        assert!((d.below(2.0) - p(0) - p(1)).abs() < 1e-12);
        assert!((d.above(1.0) - (1.0 - p(0) - p(1))).abs() < 1e-12);
        // E(D - 1)⁺ = 2 - 1 + P(D = 0).
        assert!((d.beyond(1.0) - (1.0 + p(0))).abs() < 1e-12);
    }

    #[test]
    fn a_known_quantile_of_chi_square() {
        assert!((chi_square_below(11.0705, 5.0) - 0.95).abs() < 0.005);
    }
}
