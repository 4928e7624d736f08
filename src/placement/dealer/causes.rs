//! The cause when no plan exists: families of rules are loosened, fewest first, until one does.

use super::Problem;
use super::formulation::{Family, Formulation, Loose, SCALE};
use crate::lp::{self, Limits};
use crate::units::Money;

/// Says by how much each family has to give way.
pub(super) fn causes(problem: &Problem, limits: &Limits) -> Result<Vec<String>, lp::Failure> {
    let mut trials: Vec<Vec<Family>> = Family::ALL.iter().map(|&f| vec![f]).collect();
    for (k, &a) in Family::ALL.iter().enumerate() {
        trials.extend(Family::ALL[k + 1..].iter().map(|&b| vec![a, b]));
    }
    trials.push(Family::ALL.to_vec());
    for families in trials {
        let model = Formulation::new(problem, Some(Loose { families, price: 1.0, profit: false }));
        if model.slack.is_empty() {
            continue;
        }
        let answer = lp::solve(&model.programme, &Limits { gap: 1e-4, ..limits.clone() })?;
        if !answer.has_point() {
            continue;
        }
        let mut amounts: std::collections::BTreeMap<Family, f64> = std::collections::BTreeMap::new();
        for &(family, col) in &model.slack {
            *amounts.entry(family).or_default() += answer.value(col);
        }
        return Ok(amounts.into_iter().filter(|a| a.1 > 1e-6).map(|(f, by)| sentence(problem, f, by)).collect());
    }
    Ok(vec!["the rules contradict each other in more than one way; loosen [placement] step by step".into()])
}

fn sentence(problem: &Problem, family: Family, by: f64) -> String {
    let phases = problem.phases.len();
    // Slack is summed over the phases; a limit that holds for each of them need not rise by all of it.
    let each = if phases > 1 { format!(" (summed over {phases} phases)") } else { String::new() };
    let most = |limit: Option<u32>| limit.map_or(0, |l| l + by.ceil() as u32);
    match family {
        Family::Region => format!(
            "{:.0} more people than any permitted network reaches within {:.0} min would have to be covered: lower \
             [placement] coverage_floor, raise coverage_min, or allow more candidate sites",
            by * 1000.0,
            problem.coverage_min
        ),
        Family::Budget => {
            let needed = problem.budget.unwrap_or_default() + Money::from_major(by * SCALE);
            format!("[placement] budget_cny must be at least {needed}{each}")
        }
        Family::MaxOpen => format!("[placement] max_open must be at least {}{each}", most(problem.max_open)),
        Family::MaxClose => format!("[placement] max_close must be at least {}{each}", most(problem.max_close)),
        Family::FewestStores => format!(
            "[placement] min_stores can be at most {}",
            problem.store_count.0.unwrap_or(0).saturating_sub(by.ceil() as u32)
        ),
        Family::MostStores => format!("[placement] max_stores must be at least {}", most(problem.store_count.1)),
        Family::Required => format!("{:.0} of the sites with rule = required cannot be open", by.ceil()),
        Family::Distance => format!(
            "{:.0} pairs of stores must stand closer than [placement] min_distance_km or territory_km",
            by.ceil()
        ),
        Family::Move => "a move has no two ends".into(),
    }
}
