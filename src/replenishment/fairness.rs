//! Fair shares under short supply: balanced days of supply.
//!
//! For a model whose supply is short in the first free week, τ solves Σ_d max(0, τ r_d - P_d) = Q by filling up like
//! water: `r` the sales rate, `P` stock and cars on the way, `Q` the free build slots of that week.

use super::problem::Problem;

/// The fair cover of each model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FairShare {
    /// τ in weeks of sales where supply is short and the model weighs fairness.
    pub(super) cover: Vec<Option<f64>>,
}

/// The level τ of Σ max(0, τ r - p) = `cars` over `(r, p)` with `r > 0`; 0 when there is nothing to share.
pub(super) fn water_level(sites: &[(f64, f64)], cars: f64) -> f64 {
    let mut order: Vec<_> = sites.iter().filter(|s| s.0 > 0.0).copied().collect();
    order.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (mut rate, mut position, mut level) = (0.0, 0.0, 0.0);
    for (k, &(r, p)) in order.iter().enumerate() {
        rate += r;
        position += p;
        level = (cars + position) / rate;
        if order.get(k + 1).is_none_or(|next| level <= next.1 / next.0) {
            break;
        }
    }
    level
}

/// Stock, pipeline and fixed orders of a cell.
fn position(problem: &Problem, cell: usize) -> f64 {
    let c = &problem.data().cells[cell];
    let fixed = c.fixed.iter().map(|f| f.cars).sum::<u32>();
    f64::from(c.stock.iter().sum::<u32>() + c.pipeline.iter().sum::<u32>() + fixed)
}

/// Week in which the first free order of a cell can arrive; `None` beyond the horizon.
pub(super) fn first_arrival(problem: &Problem, cell: usize) -> Option<usize> {
    let data = problem.data();
    let lead = problem.sources(cell).iter().map(|s| data.lanes[s.1].lead).min()?;
    Some(data.freeze + lead).filter(|&t| t < data.weeks)
}

impl FairShare {
    /// Finds the models that are short and their τ.
    pub(super) fn new(problem: &Problem) -> Self {
        let data = problem.data();
        let cover = (0..data.models.len()).map(|m| cover(problem, m).filter(|_| data.models[m].fairness > 0.0));
        Self { cover: cover.collect() }
    }

    /// Week, wanted cars and money per car of distance, for a cell that takes part.
    pub(super) fn wish(&self, problem: &Problem, cell: usize) -> Option<(usize, f64, f64)> {
        let c = &problem.data().cells[cell];
        let target = self.cover[c.model]? * c.rate;
        if target <= 0.0 {
            return None;
        }
        let week = first_arrival(problem, cell)?;
        Some((week, target - position(problem, cell), problem.model_of(cell).fairness / target))
    }
}

/// τ of a model if its dealers need more than the first free week can bring.
fn cover(problem: &Problem, model: usize) -> Option<f64> {
    let data = problem.data();
    let fixed: u32 = problem
        .cells_of_model(model)
        .iter()
        .flat_map(|&c| &data.cells[c].fixed)
        .filter(|f| f.week == data.freeze)
        .map(|f| f.cars)
        .sum();
    let slots: u32 = data.supply.iter().filter(|s| s.model == model).filter_map(|s| s.slots.get(data.freeze)).sum();
    let cars = f64::from(slots.saturating_sub(fixed));
    let mut sites = Vec::new();
    let mut need = 0.0;
    for &c in problem.cells_of_model(model) {
        let Some(week) = first_arrival(problem, c) else { continue };
        let cell = &data.cells[c];
        let held = position(problem, c);
        need += (cell.demand[..=week].iter().sum::<f64>() + cell.safety[week] - held).max(0.0);
        sites.push((cell.rate, held));
    }
    (need > cars && sites.iter().any(|s| s.0 > 0.0)).then(|| water_level(&sites, cars))
}
