//! A table of series with its sums: total, and one for every label of every column.

use super::reconcile::{Belief, ReconcileError, Structure, reconcile};
use super::{Choice, Options, Outlook, backtest};
use std::collections::BTreeMap;

/// Past origins at which the nodes' errors are read, half a horizon apart.
const ORIGINS: usize = 8;
/// Least past of such an origin.
const LEAST_PAST: usize = 8;
/// Whole units in which bottom values are rounded, so that sums of them are exact.
const UNITS: f64 = 1e6;

/// Sums by label.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Names of the sums: `total`, then `column=label`.
    pub names: Vec<String>,
    /// What they are sums of.
    pub structure: Structure,
}

impl Groups {
    /// Of columns and, for each series, its labels.
    pub fn new(columns: &[String], labels: &[Vec<String>]) -> Self {
        let mut names = vec!["total".to_owned()];
        let mut sums = vec![(0..labels.len()).collect()];
        for (c, column) in columns.iter().enumerate() {
            let mut of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            labels.iter().enumerate().for_each(|(k, row)| of.entry(&row[c]).or_default().push(k));
            for (label, list) in of {
                names.push(format!("{column}={label}"));
                sums.push(list);
            }
        }
        Self { names, structure: Structure { bottom: labels.len(), sums } }
    }
}

/// Forecasts of all nodes, sums first, whose points add up exactly. Series are of one length.
///
/// # Errors
/// [`ReconcileError`].
pub fn forecast(
    groups: &Groups,
    series: &[Vec<f64>],
    options: &Options,
    belief: Belief,
) -> Result<Vec<Outlook>, ReconcileError> {
    let structure = &groups.structure;
    let nodes = structure.whole(series);
    let options = &settled(&nodes, options);
    let own = super::forecast(&nodes, options);
    let base: Vec<Vec<f64>> = own.iter().map(|o| o.point.clone()).collect();
    let errors = past_errors(&nodes, options);
    let belief = if errors[0].is_empty() && belief != Belief::BottomUp { Belief::Structure } else { belief };
    let mut bottom = reconcile(structure, &base, &errors, belief)?;
    let never = series.iter().flatten().all(|v| *v >= 0.0);
    for x in bottom.iter_mut().flatten() {
        *x = (if never { x.max(0.0) } else { *x } * UNITS).round();
    }
    let points = structure.whole(&bottom);
    let one = |((mut o, old), point): ((Outlook, &Vec<f64>), Vec<f64>)| {
        o.point = point.iter().map(|x| x / UNITS).collect();
        // Each node strays around its new point as it did around its own.
        for q in &mut o.quantiles {
            q.iter_mut().zip(o.point.iter().zip(old)).for_each(|(q, (new, old))| *q += new - old);
        }
        if never {
            o.quantiles.iter_mut().flatten().for_each(|q| *q = q.max(0.0));
        }
        o
    };
    Ok(own.into_iter().zip(&base).zip(points).map(one).collect())
}

/// A choice that can be made again at earlier origins.
fn settled(nodes: &[Vec<f64>], options: &Options) -> Options {
    let choice = match options.choice {
        Choice::Best => backtest::backtest(nodes, options, options.origins).map_or(Choice::Pooled, |t| t.best()),
        other => other,
    };
    Options { choice, ..options.clone() }
}

/// Errors of every node at earlier origins and all steps ahead, each step in units of its own mean size; none where the past is too
/// short.
fn past_errors(nodes: &[Vec<f64>], options: &Options) -> Vec<Vec<f64>> {
    // An ensemble's methods were chosen on these very weeks: the pool, or each series alone, stands in.
    let choice =
        if matches!(options.choice, Choice::Ensemble | Choice::Auto) { Choice::Pooled } else { options.choice };
    let apart = options.horizon.div_ceil(2);
    let length = nodes.iter().map(Vec::len).min().unwrap_or(0);
    let kept = (0..ORIGINS).map(|k| length.checked_sub(options.horizon + k * apart));
    let kept: Vec<usize> = kept.flatten().filter(|n| *n >= LEAST_PAST).collect();
    let mut errors = vec![Vec::new(); nodes.len()];
    for n in kept {
        let past: Vec<Vec<f64>> = nodes.iter().map(|y| y[..n].to_vec()).collect();
        let made = super::forecast(&past, &Options { choice, levels: Vec::new(), ..options.clone() });
        for ((own, o), y) in errors.iter_mut().zip(&made).zip(nodes) {
            own.extend(o.point.iter().zip(&y[n..]).map(|(p, y)| p - y));
        }
    }
    let steps = options.horizon;
    for h in 0..steps {
        let at = |e: &Vec<f64>| e.iter().skip(h).step_by(steps).map(|x| x * x).sum::<f64>();
        let size: f64 = errors.iter().map(at).sum::<f64>().sqrt();
        if size > 0.0 {
            errors.iter_mut().for_each(|e| e.iter_mut().skip(h).step_by(steps).for_each(|x| *x /= size));
        }
    }
    errors
}
