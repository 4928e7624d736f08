//! Discrete demand: the recursion as sums over tables.

use super::super::{Distribution, Lattice, PolicyError};
use super::Serial;

/// Echelon levels and cost.
pub fn solve(data: &Serial) -> Result<(Vec<f64>, f64), PolicyError> {
    let (step, tables) = tables(data)?;
    // C_N at y looks down to y minus the largest demand of all stages together.
    let reach: i64 = tables.iter().map(Lattice::last).sum();
    let top = reach + 1;
    let size = (reach + top + 1) as usize;
    let work = tables.iter().map(|t| t.masses().len()).sum::<usize>().saturating_mul(size);
    if work > 4_000_000_000 {
        return Err(PolicyError::TooLarge { size: work, limit: 4_000_000_000 });
    }
    let at = |y: i64| (y + reach) as usize;
    let shortage = data.shortage() * step;
    // `induced` is C̲_{j-1} on -reach ..= top, valid from `valid` on.
    let mut induced: Vec<f64> = (-reach..=top).map(|x| shortage * (-x).max(0) as f64).collect();
    let mut valid = -reach;
    let (mut levels, mut cost) = (Vec::new(), 0.0);
    for (stage, table) in data.stages.iter().zip(&tables) {
        let h = stage.echelon_holding * step;
        valid += table.last();
        let mut best = (valid, f64::INFINITY);
        let mut own = vec![f64::NAN; size];
        for y in valid..=top {
            let low = at(y - table.last());
            let window = &induced[low..low + table.masses().len()];
            // Masses run upwards in demand, so downwards in what is left.
            let tail: f64 = table.masses().iter().rev().zip(window).map(|(m, c)| m * c).sum();
            let value = h * (y as f64 - table.mean()) + tail;
            own[at(y)] = value;
            if value < best.1 - 1e-12 * value.abs() {
                best = (y, value);
            }
        }
        for y in best.0..=top {
            own[at(y)] = best.1;
        }
        induced = own;
        levels.push(best.0 as f64 * step);
        cost = best.1;
    }
    Ok((levels, cost))
}

/// Lead-time demand of every stage on one common grid.
fn tables(data: &Serial) -> Result<(f64, Vec<Lattice>), PolicyError> {
    let mut step = 1.0;
    let mut tables = Vec::new();
    for stage in &data.stages {
        tables.push(match data.demand.over(stage.lead)? {
            Distribution::Whole(table) => table,
            Distribution::Steps { step: s, count } => {
                step = s;
                count
            }
            _ => {
                return Err(PolicyError::Unsupported {
                    model: "the serial system",
                    law: data.demand.to_string(),
                    hint: "give normal, poisson, negbin or empirical demand",
                });
            }
        });
        if tables.last().is_some_and(|t: &Lattice| t.first() < 0) {
            return Err(PolicyError::Shape("demand is negative in places: give observations of 0 or more".into()));
        }
    }
    Ok((step, tables))
}
