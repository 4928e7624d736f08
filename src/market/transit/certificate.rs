//! A permutation of least cost, by its prices.

/// The cost of a permutation that prices prove to be least.
///
/// # Errors
/// What is wrong, in words.
pub fn cost(cost: &[f64], slot: &[usize], row_price: &[f64], column_price: &[f64]) -> Result<f64, String> {
    let n = slot.len();
    let mut taken = vec![false; n];
    if slot.iter().any(|&s| s >= n || std::mem::replace(&mut taken[s], true)) {
        return Err("a slot is served twice".into());
    }
    let sum: f64 = slot.iter().enumerate().map(|(k, &s)| cost[k * n + s]).sum();
    let small = 1e-7 * (1.0 + sum.abs());
    for (k, u) in row_price.iter().enumerate() {
        for (s, v) in column_price.iter().enumerate() {
            if u + v > cost[k * n + s] + small {
                return Err(format!("car {k} in slot {s} is cheaper than its prices say"));
            }
        }
    }
    let bound: f64 = row_price.iter().chain(column_price).sum();
    if (bound - sum).abs() > small {
        return Err(format!("the cost is {sum}, the bound {bound}"));
    }
    Ok(sum)
}
