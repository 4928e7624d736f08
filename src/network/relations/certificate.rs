//! Modularity from its definition, and a discount's spread from its equations.

use super::contagion::Influence;

/// Modularity pair by pair: Σ over pairs of a community of (weight − degree × degree / 2m) / 2m.
pub fn modularity(dealers: usize, edges: &[(usize, usize, f64)], of: &[usize]) -> f64 {
    let mut degree = vec![0.0; dealers];
    for &(a, b, w) in edges {
        degree[a] += w;
        degree[b] += w;
    }
    let twice: f64 = degree.iter().sum();
    if twice == 0.0 {
        return 0.0;
    }
    let together: f64 = edges.iter().filter(|e| of[e.0] == of[e.1]).map(|e| 2.0 * e.2).sum();
    let mut expected = 0.0;
    for i in 0..dealers {
        expected += (0..dealers).filter(|&j| of[i] == of[j]).map(|j| degree[i] * degree[j] / twice).sum::<f64>();
    }
    (together - expected) / twice
}

/// The largest violation of x = d + ρ P x, relative to the largest cut, and of Σ x = v · d, relative to Σ |v d|.
pub fn contagion(influence: &Influence, first: &[f64], spread: &[f64], multipliers: &[f64]) -> f64 {
    let size = spread.iter().fold(1e-300_f64, |m, x| m.max(x.abs()));
    let row = |i: usize| influence.rivals(i).iter().map(|&(j, p)| p * spread[j]).sum::<f64>();
    let equation =
        (0..first.len()).map(|i| (spread[i] - first[i] - influence.follow() * row(i)).abs() / size).fold(0.0, f64::max);
    let (sum, weighed): (f64, f64) = (spread.iter().sum(), multipliers.iter().zip(first).map(|(v, d)| v * d).sum());
    let scale: f64 = multipliers.iter().zip(first).map(|(v, d)| (v * d).abs()).sum();
    equation.max((sum - weighed).abs() / scale.max(1e-300))
}
