//! Forecasts of a whole and of its parts, made to add up: minimum trace (Wickramasuriya, Athanasopoulos and Hyndman 2019).
//!
//! The formulae are in the room's page under "Adding up".

use crate::stats::least_squares::{factor, solve};
use thiserror::Error;

/// Most nodes of which each pair's errors are looked at.
pub const MOST_PAIRED: usize = 3_000;
/// Most sums.
pub const MOST_SUMS: usize = 4_000;
/// Least variance of a node, as a share of the mean one: a node that never erred is not known for certain.
const LEAST: f64 = 1e-6;

/// Which series add up to which sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Series at the bottom.
    pub bottom: usize,
    /// Of every sum, positions of the series that it is of, ascending.
    pub sums: Vec<Vec<usize>>,
}

/// How much each node's own forecast is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// The bottom alone: sums are what it adds up to.
    BottomUp,
    /// As many errors as series below: by the structure alone.
    Structure,
    /// By the variance of each node's errors.
    Variance,
    /// By variances and correlations, these drawn towards none (Schäfer and Strimmer 2005).
    Trace,
}

/// Why forecasts cannot be made to add up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReconcileError {
    /// Too many sums.
    #[error("{0} sums are more than {MOST_SUMS}: leave a column of labels out")]
    Sums(usize),
}

impl Structure {
    /// Sums and series together; the sums come first.
    pub fn nodes(&self) -> usize {
        self.sums.len() + self.bottom
    }

    /// Sums that each series is part of.
    fn above(&self) -> Vec<Vec<usize>> {
        let mut above = vec![Vec::new(); self.bottom];
        self.sums.iter().enumerate().for_each(|(i, list)| list.iter().for_each(|b| above[*b].push(i)));
        above
    }

    /// Values of all nodes from those at the bottom.
    pub fn whole(&self, bottom: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let steps = bottom.first().map_or(0, Vec::len);
        let sum = |list: &Vec<usize>| (0..steps).map(|h| list.iter().map(|b| bottom[*b][h]).sum()).collect();
        self.sums.iter().map(sum).chain(bottom.iter().cloned()).collect()
    }
}

/// The bottom's forecasts (by series, then step) that, with their sums, stray least from all nodes' own forecasts `base` as the
/// nodes' past `errors` (by node, then occasion) say.
///
/// # Errors
/// [`ReconcileError`].
pub fn reconcile(
    structure: &Structure,
    base: &[Vec<f64>],
    errors: &[Vec<f64>],
    belief: Belief,
) -> Result<Vec<Vec<f64>>, ReconcileError> {
    let sums = structure.sums.len();
    if sums > MOST_SUMS {
        return Err(ReconcileError::Sums(sums));
    }
    let mut bottom = base[sums..].to_vec();
    if belief == Belief::BottomUp || sums == 0 {
        return Ok(bottom);
    }
    let spread = Spread::new(structure, errors, belief);
    let above = structure.above();
    // What the sums' own forecasts are beyond those of their series.
    let mut system = spread.apart(structure, &above);
    factor(&mut system, sums);
    for h in 0..bottom.first().map_or(0, Vec::len) {
        let gap = |(i, list): (usize, &Vec<usize>)| base[i][h] - list.iter().map(|b| base[sums + b][h]).sum::<f64>();
        let mut price: Vec<f64> = structure.sums.iter().enumerate().map(gap).collect();
        solve(&system, &mut price);
        let moves = spread.moves(structure, &above, &price);
        bottom.iter_mut().zip(moves).for_each(|(series, d)| series[h] -= d);
    }
    Ok(bottom)
}

/// The nodes' variance matrix: `diagonal + own ownᵀ`.
struct Spread {
    diagonal: Vec<f64>,
    /// By node, then occasion; no occasions where correlations are not looked at.
    own: Vec<Vec<f64>>,
}

impl Spread {
    fn new(structure: &Structure, errors: &[Vec<f64>], belief: Belief) -> Self {
        let nodes = structure.nodes();
        let none = vec![Vec::new(); nodes];
        if belief == Belief::Structure {
            let below = structure.sums.iter().map(|s| s.len() as f64);
            return Self { diagonal: below.chain((0..structure.bottom).map(|_| 1.0)).collect(), own: none };
        }
        let occasions = errors.first().map_or(0, Vec::len);
        let centred: Vec<Vec<f64>> = errors
            .iter()
            .map(|e| {
                let mean = e.iter().sum::<f64>() / occasions.max(1) as f64;
                e.iter().map(|x| x - mean).collect()
            })
            .collect();
        let freedom = (occasions as f64 - 1.0).max(1.0);
        let mut variance: Vec<f64> = centred.iter().map(|e| e.iter().map(|x| x * x).sum::<f64>() / freedom).collect();
        let mean = variance.iter().sum::<f64>() / nodes.max(1) as f64;
        let least = if mean > 0.0 { LEAST * mean } else { 1.0 };
        variance.iter_mut().for_each(|v| *v = v.max(least));
        if belief == Belief::Variance || occasions < 3 || nodes > MOST_PAIRED {
            return Self { diagonal: variance, own: none };
        }
        let unit: Vec<Vec<f64>> =
            centred.iter().zip(&variance).map(|(e, v)| e.iter().map(|x| x / v.sqrt()).collect()).collect();
        let drawn = drawn(&unit);
        let share = ((1.0 - drawn) / freedom).sqrt();
        let own: Vec<Vec<f64>> = centred.into_iter().map(|e| e.into_iter().map(|x| x * share).collect()).collect();
        // What the shared part leaves of each variance.
        let diagonal = variance.iter().zip(&own).map(|(v, o)| v - o.iter().map(|x| x * x).sum::<f64>());
        Self { diagonal: diagonal.map(|d| d.max(1e-9 * least)).collect(), own }
    }

    /// Variances of the gaps between each sum and its series, lower triangle by rows.
    fn apart(&self, structure: &Structure, above: &[Vec<usize>]) -> Vec<f64> {
        let n = structure.sums.len();
        let mut matrix = vec![0.0; n * n];
        (0..n).for_each(|i| matrix[i * n + i] = self.diagonal[i]);
        for (b, list) in above.iter().enumerate() {
            for (k, &i) in list.iter().enumerate() {
                // Ascending, so that `j ≤ i`.
                list[..=k].iter().for_each(|&j| matrix[i * n + j] += self.diagonal[n + b]);
            }
        }
        let gap = |i: usize| {
            let mut own = self.own[i].clone();
            for &b in &structure.sums[i] {
                own.iter_mut().zip(&self.own[n + b]).for_each(|(o, x)| *o -= x);
            }
            own
        };
        let gaps: Vec<Vec<f64>> = (0..n).map(gap).collect();
        for i in 0..n {
            for j in 0..=i {
                matrix[i * n + j] += gaps[i].iter().zip(&gaps[j]).map(|(a, b)| a * b).sum::<f64>();
            }
        }
        matrix
    }

    /// By how much each series is to be lowered, the gaps being priced.
    fn moves(&self, structure: &Structure, above: &[Vec<usize>], price: &[f64]) -> Vec<f64> {
        let n = structure.sums.len();
        let below = |b: usize| -above[b].iter().map(|i| price[*i]).sum::<f64>();
        let pull: Vec<f64> = price.iter().copied().chain((0..structure.bottom).map(below)).collect();
        let mut shared = vec![0.0; self.own[0].len()];
        for (own, p) in self.own.iter().zip(&pull) {
            shared.iter_mut().zip(own).for_each(|(s, x)| *s += p * x);
        }
        let one = |b: usize| {
            let k = n + b;
            self.diagonal[k] * pull[k] + self.own[k].iter().zip(&shared).map(|(a, b)| a * b).sum::<f64>()
        };
        (0..structure.bottom).map(one).collect()
    }
}

/// By how much correlations are drawn towards none: the sum of the variances of all correlations by that of their squares, at
/// most 1. `unit` holds errors with mean 0 and variance 1, by node, then occasion.
fn drawn(unit: &[Vec<f64>]) -> f64 {
    let t = unit[0].len() as f64;
    let (mut variances, mut squares) = (0.0, 0.0);
    for i in 0..unit.len() {
        for j in 0..i {
            let (mut sum, mut sum_of_squares) = (0.0, 0.0);
            for (a, b) in unit[i].iter().zip(&unit[j]) {
                let w = a * b;
                sum += w;
                sum_of_squares += w * w;
            }
            let mean = sum / t;
            let scatter = sum_of_squares - t * mean * mean;
            variances += t / ((t - 1.0) * (t - 1.0) * (t - 1.0)) * scatter;
            squares += (sum / (t - 1.0)) * (sum / (t - 1.0));
        }
    }
    if squares > 0.0 { (variances / squares).clamp(0.0, 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Solves by elimination with pivots.
    fn eliminated(mut a: Vec<Vec<f64>>, mut b: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let n = a.len();
        for k in 0..n {
            let best = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).unwrap();
            a.swap(k, best);
            b.swap(k, best);
            for i in 0..n {
                if i != k {
                    let f = a[i][k] / a[k][k];
                    let (row, other) = (a[k].clone(), b[k].clone());
                    a[i].iter_mut().zip(&row).for_each(|(x, y)| *x -= f * y);
                    b[i].iter_mut().zip(&other).for_each(|(x, y)| *x -= f * y);
                }
            }
        }
        (0..n).map(|i| b[i].iter().map(|x| x / a[i][i]).collect()).collect()
    }

    fn times(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let row = |r: &Vec<f64>| {
            (0..b[0].len()).map(|j| r.iter().zip(b).map(|(x, row)| x * row[j]).sum()).collect::<Vec<f64>>()
        };
        a.iter().map(row).collect()
    }

    fn turned(a: &[Vec<f64>]) -> Vec<Vec<f64>> {
        (0..a[0].len()).map(|j| a.iter().map(|r| r[j]).collect()).collect()
    }

    /// The published closed form: `(Sᵀ W⁻¹ S)⁻¹ Sᵀ W⁻¹ ŷ` with all matrices written out, `W` by its definition.
    fn published(structure: &Structure, base: &[Vec<f64>], errors: &[Vec<f64>], belief: Belief) -> Vec<Vec<f64>> {
        let nodes = structure.nodes();
        let s: Vec<Vec<f64>> = (0..nodes)
            .map(|i| {
                let holds = |b: usize| {
                    i.checked_sub(structure.sums.len()).map_or_else(|| structure.sums[i].contains(&b), |own| own == b)
                };
                (0..structure.bottom).map(|b| f64::from(u8::from(holds(b)))).collect()
            })
            .collect();
        let t = errors[0].len() as f64;
        let mean = |i: usize| errors[i].iter().sum::<f64>() / t;
        let covariance = |i: usize, j: usize| {
            errors[i].iter().zip(&errors[j]).map(|(a, b)| (a - mean(i)) * (b - mean(j))).sum::<f64>() / (t - 1.0)
        };
        let correlation = |i: usize, j: usize| covariance(i, j) / (covariance(i, i) * covariance(j, j)).sqrt();
        let unit = |i: usize, k: usize| (errors[i][k] - mean(i)) / covariance(i, i).sqrt();
        let (mut up, mut down) = (0.0, 0.0);
        for i in 0..nodes {
            for j in (0..nodes).filter(|j| *j != i) {
                let w: Vec<f64> = (0..errors[0].len()).map(|k| unit(i, k) * unit(j, k)).collect();
                let middle = w.iter().sum::<f64>() / t;
                up += t / (t - 1.0).powi(3) * w.iter().map(|x| (x - middle).powi(2)).sum::<f64>();
                down += correlation(i, j).powi(2);
            }
        }
        let lambda = (up / down).min(1.0);
        let w: Vec<Vec<f64>> = (0..nodes)
            .map(|i| {
                let one = |j: usize| match belief {
                    Belief::Structure if i == j => s[i].iter().sum(),
                    Belief::Variance | Belief::Trace if i == j => covariance(i, i),
                    Belief::Trace => (1.0 - lambda) * covariance(i, j),
                    _ => 0.0,
                };
                (0..nodes).map(one).collect()
            })
            .collect();
        let weighed = turned(&eliminated(w, s.clone()));
        eliminated(times(&weighed, &s), times(&weighed, base))
    }

    fn drawn_case(seed: u64) -> (Structure, Vec<Vec<f64>>, Vec<Vec<f64>>) {
        use crate::stats::stream::{Key, Purpose};
        let mut dice = Key { seed: 3, purpose: Purpose::Selection, replication: 21, entity: seed, day: 0 }.stream();
        let bottom = 3 + dice.below(6) as usize;
        let label: Vec<[u64; 2]> = (0..bottom).map(|_| [dice.below(3), dice.below(2)]).collect();
        let mut sums = vec![(0..bottom).collect::<Vec<_>>()];
        for column in 0..2 {
            for value in 0..3 {
                let list: Vec<usize> = (0..bottom).filter(|b| label[*b][column] == value).collect();
                if !list.is_empty() {
                    sums.push(list);
                }
            }
        }
        let structure = Structure { bottom, sums };
        let mut noise = |size: f64| size * (dice.unit() + dice.unit() + dice.unit() - 1.5);
        let errors: Vec<Vec<f64>> = {
            let own: Vec<Vec<f64>> = (0..bottom).map(|b| (0..20).map(|_| noise(1.0 + b as f64)).collect()).collect();
            let mut all = structure.whole(&own);
            all.iter_mut().flatten().for_each(|x| *x += noise(0.7));
            all
        };
        let base = (0..structure.nodes()).map(|i| (0..4).map(|_| 10.0 * (1.0 + i as f64 % 3.0) + noise(3.0)).collect());
        (structure.clone(), base.collect(), errors)
    }

    /// Ours works with the gaps of the sums, the published form with the inverse of the whole matrix.
    #[test]
    fn closed_forms_agree_to_ten_digits() {
        for seed in 0..200 {
            let (structure, base, errors) = drawn_case(seed);
            for belief in [Belief::Structure, Belief::Variance, Belief::Trace] {
                let ours = reconcile(&structure, &base, &errors, belief).unwrap();
                let theirs = published(&structure, &base, &errors, belief);
                for (a, b) in ours.iter().flatten().zip(theirs.iter().flatten()) {
                    assert!((a - b).abs() < 1e-10 * (1.0 + b.abs()), "{seed} {belief:?}: {a} {b}");
                }
            }
        }
    }

    /// Forecasts that add up already are left alone; a sum that is certain is met.
    #[test]
    fn what_adds_up_is_left_alone() {
        let (structure, base, errors) = drawn_case(7);
        let whole = structure.whole(&base[structure.sums.len()..]);
        for belief in [Belief::BottomUp, Belief::Structure, Belief::Variance, Belief::Trace] {
            let found = reconcile(&structure, &whole, &errors, belief).unwrap();
            for (a, b) in found.iter().flatten().zip(whole[structure.sums.len()..].iter().flatten()) {
                assert!((a - b).abs() < 1e-9, "{belief:?}");
            }
        }
        // Two series of equal variance and a sum that never errs: each takes half of the gap.
        let two = Structure { bottom: 2, sums: vec![vec![0, 1]] };
        let errors = vec![vec![0.0; 6], vec![1.0, -1.0, 1.0, -1.0, 0.0, 0.0], vec![1.0, 1.0, -1.0, -1.0, 0.0, 0.0]];
        let found = reconcile(&two, &[vec![10.0], vec![4.0], vec![5.0]], &errors, Belief::Variance).unwrap();
        assert!((found[0][0] - 4.5).abs() < 1e-5 && (found[1][0] - 5.5).abs() < 1e-5, "{found:?}");
    }
}
