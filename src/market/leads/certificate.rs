//! Worth, limits and bound of an assignment, from the data alone, in whole numbers.

use super::problem::Problem;

/// What an assignment is worth, fair parts included.
///
/// # Errors
/// The limit that it breaks, in words.
pub fn objective(problem: &Problem, taken: &[Vec<(u32, u32)>]) -> Result<i64, String> {
    let mut by_dealer = vec![0_u64; problem.dealers.len()];
    let mut worth = 0_i64;
    if taken.len() != problem.groups.len() {
        return Err(format!("{} groups answered of {}", taken.len(), problem.groups.len()));
    }
    for (l, (group, list)) in problem.groups.iter().zip(taken).enumerate() {
        let mut count = 0_u64;
        for &(d, leads) in list {
            let pair = group.worth.iter().find(|w| w.0 == d);
            let Some(&(_, each)) = pair else { return Err(format!("group {l} may not go to dealer {d}")) };
            by_dealer[d as usize] += u64::from(leads);
            count += u64::from(leads);
            worth += each * i64::from(leads);
        }
        if count > u64::from(group.count) {
            return Err(format!("group {l} has {} leads, {count} are assigned", group.count));
        }
    }
    for (d, (dealer, &got)) in problem.dealers.iter().zip(&by_dealer).enumerate() {
        if got > u64::from(dealer.capacity) {
            return Err(format!("dealer {d} takes {got} leads, its capacity is {}", dealer.capacity));
        }
        worth += problem.fair_worth * got.min(u64::from(dealer.fair)) as i64;
    }
    Ok(worth)
}

/// The most that any assignment is worth, by prices of the dealers.
pub fn bound(problem: &Problem, price: &[i64]) -> i64 {
    let lead = |worth: &[(u32, i64)]| worth.iter().map(|&(d, w)| w - price[d as usize]).fold(0, i64::max);
    let leads: i64 = problem.groups.iter().map(|g| i64::from(g.count) * lead(&g.worth)).sum();
    let dealers: i64 = problem
        .dealers
        .iter()
        .zip(price)
        .map(|(d, &p)| {
            let rest = i64::from(d.capacity - d.fair);
            i64::from(d.fair) * (p + problem.fair_worth).max(0) + rest * p.max(0)
        })
        .sum();
    leads + dealers
}
