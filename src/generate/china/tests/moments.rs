//! Moments of monthly sales, by the definitions under which the published ones were measured.
//!
//! A month is the set of weeks whose Thursday lies in it; its sales are divided by the summed season of those weeks.

use crate::generate::china::demand::WEEKS;
use crate::generate::china::models::MODELS;
use crate::generate::china::provinces::PROVINCES;
use crate::generate::china::season::{Season, month_of_week};
use crate::generate::china::world::World;

/// Deseasonalised monthly sales by province and model, and what a count stands for after the division.
pub(super) struct Monthly {
    /// Months of the history.
    pub(super) months: usize,
    /// `cars[p][m][t]`, divided by the month's season.
    pub(super) cars: Vec<Vec<Vec<f64>>>,
    /// One over the month's season: the variance of a Poisson count of mean 1 after the division.
    pub(super) unit: Vec<f64>,
}

impl Monthly {
    /// Sums a world's weekly sales.
    pub(super) fn new(world: &World) -> Self {
        let season = Season::new();
        let start = month_of_week(world.tide.monday(0));
        let month: Vec<usize> = (0..WEEKS).map(|w| month_of_week(world.tide.monday(w)) - start).collect();
        // The last month has one week only and is left out.
        let months = month[WEEKS - 1];
        let mut weight = vec![0.0; months];
        for w in (0..WEEKS).filter(|&w| month[w] < months) {
            weight[month[w]] += season.week(world.tide.monday(w));
        }
        // A usual month is a twelfth of a year.
        let unit: Vec<f64> = weight.iter().map(|s| 365.0 / 7.0 / 12.0 / s).collect();
        let mut cars = vec![vec![vec![0.0; months]; MODELS.len()]; PROVINCES.len()];
        for (k, series) in world.sold.chunks(WEEKS).enumerate() {
            let row = &mut cars[world.demand[k / MODELS.len()].province][k % MODELS.len()];
            for (w, &sold) in series.iter().enumerate().filter(|s| month[s.0] < months) {
                row[month[w]] += f64::from(sold) * unit[month[w]];
            }
        }
        Self { months, cars, unit }
    }

    /// A model's sales in the country.
    pub(super) fn national(&self, model: usize) -> Vec<f64> {
        (0..self.months).map(|t| self.cars.iter().map(|p| p[model][t]).sum()).collect()
    }

    /// All sales in the country.
    pub(super) fn total(&self) -> Vec<f64> {
        (0..self.months).map(|t| self.cars.iter().flatten().map(|c| c[t]).sum()).collect()
    }

    /// Variance of a cell with the noise of its own counts taken out and that of cells of `volume` a month put in.
    fn variance(&self, cell: &[f64], volume: f64) -> f64 {
        covariance(cell, cell) - mean(cell) * mean(&self.unit) + mean(cell) * mean(cell) / volume
    }

    /// Median CV of the cells that sell at least `least` a month, as if they sold `volume`.
    pub(super) fn cell_cv(&self, models: &[usize], least: f64, volume: f64) -> f64 {
        let cells = self.cars.iter().flat_map(|p| models.iter().map(|&m| &p[m])).filter(|c| mean(c) >= least);
        median(cells.map(|c| self.variance(c, volume).max(0.0).sqrt() / mean(c)).collect())
    }

    /// Mean correlation of a model's sales in two provinces, over all pairs of such cells.
    pub(super) fn cell_correlation(&self, models: &[usize], least: f64, volume: f64) -> f64 {
        let mut found = Vec::new();
        for &m in models {
            let cells: Vec<&Vec<f64>> = self.cars.iter().map(|p| &p[m]).filter(|c| mean(c) >= least).collect();
            for (i, a) in cells.iter().enumerate() {
                for b in &cells[..i] {
                    let spread = self.variance(a, volume).max(1e-9) * self.variance(b, volume).max(1e-9);
                    found.push(covariance(a, b) / spread.sqrt());
                }
            }
        }
        mean(&found)
    }

    /// Mean correlation between provinces of their sales of all these models.
    pub(super) fn provincial_correlation(&self, models: &[usize], least: f64) -> f64 {
        let of = |p: &Vec<Vec<f64>>| (0..self.months).map(|t| models.iter().map(|&m| p[m][t]).sum()).collect();
        let all: Vec<Vec<f64>> = self.cars.iter().map(of).filter(|x: &Vec<f64>| mean(x) >= least).collect();
        let pairs = (0..all.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        mean(&pairs.map(|(i, j)| correlation(&all[i], &all[j])).collect::<Vec<_>>())
    }

    /// Dispersion of provinces given the national total of each model: `k = Σ((x − μ)² − var(count)) / Σ μ²`.
    pub(super) fn dispersion_given_national(&self, models: &[usize]) -> f64 {
        let (mut beyond, mut square) = (0.0, 0.0);
        for &m in models {
            let national = self.national(m);
            let total: f64 = national.iter().sum();
            for row in &self.cars {
                let share = row[m].iter().sum::<f64>() / total;
                for t in 0..self.months {
                    let mean = share * national[t];
                    beyond += (row[m][t] - mean) * (row[m][t] - mean) - mean * self.unit[t];
                    square += mean * mean;
                }
            }
        }
        beyond / square
    }
}

/// Mean of some numbers.
pub(super) fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// Covariance of two series (n − 1).
pub(super) fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (a, b) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / (x.len() - 1) as f64
}

/// Correlation of two series.
pub(super) fn correlation(x: &[f64], y: &[f64]) -> f64 {
    covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()
}

/// Coefficient of variation.
pub(super) fn cv(x: &[f64]) -> f64 {
    covariance(x, x).sqrt() / mean(x)
}

/// The middle one.
pub(super) fn median(mut x: Vec<f64>) -> f64 {
    x.sort_by(f64::total_cmp);
    x[x.len() / 2]
}

/// Correlation with the month before.
pub(super) fn memory(x: &[f64]) -> f64 {
    let m = mean(x);
    let lagged: f64 = x.windows(2).map(|w| (w[0] - m) * (w[1] - m)).sum();
    lagged / x.iter().map(|v| (v - m) * (v - m)).sum::<f64>()
}
