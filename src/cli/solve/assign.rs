use super::answer::{Answer, Common, Trouble};
use crate::flow::assignment::solve;
use crate::io::instances::assign;
use crate::placement::control::End;
use clap::Args;
use serde_json::{Map, json};
use std::time::Instant;

/// `forecourt solve assign FILE`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub(super) common: Common,
}

/// Solves in whole numbers, and proves the answer in whole numbers: no price is believed before every pair has been looked
/// at again.
pub(super) fn run(options: &Options) -> Result<Answer, Trouble> {
    let start = Instant::now();
    let file = assign::read(&options.common.file)?;
    let n = file.rows;
    let cost: Vec<f64> = file.cost.iter().map(|&c| c as f64).collect();
    let plan = solve(n, n, &cost).map_err(|e| Trouble::Other(e.to_string()))?;
    let columns: Vec<usize> =
        plan.column_of.iter().map(|j| j.expect("a square table without gaps is matched")).collect();
    let (objective, bound) = certify(n, &file.cost, &columns, &plan.row_price)
        .ok_or_else(|| Trouble::Other("the assignment failed its check; this is a bug".into()))?;
    let unit = 10f64.powi(file.digits as i32);
    let mut more = Map::new();
    more.insert("assignment".into(), json!(columns.iter().map(|j| j + 1).collect::<Vec<_>>()));
    Ok(Answer {
        end: if objective == bound { End::Proved } else { End::WorkLimit },
        objective: Some(decimal(objective, file.digits)),
        bound: bound as f64 / unit,
        tolerance: 0.0,
        sites: Vec::new(),
        more,
        start,
    })
}

/// A whole number of the last digits as a decimal.
fn decimal(value: i128, digits: u32) -> String {
    let unit = 10i128.pow(digits);
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = (value.abs() / unit, value.abs() % unit);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0w$}", w = digits as usize) }
}

/// Cost and lower bound, both in whole units: every row and column is used once; with row prices `u` (rounded to whole
/// numbers) each column's price is the least `c_ij − u_i`, and the prices' sum is a bound whatever they are.
fn certify(n: usize, cost: &[i64], columns: &[usize], row_price: &[f64]) -> Option<(i128, i128)> {
    let mut used = vec![false; n];
    let mut sum = 0i128;
    for (i, &j) in columns.iter().enumerate() {
        if std::mem::replace(used.get_mut(j)?, true) {
            return None;
        }
        sum += i128::from(cost[i * n + j]);
    }
    let mut least = vec![i128::MAX; n];
    let mut bound = 0i128;
    for (i, price) in row_price.iter().enumerate() {
        let price = price.round() as i128;
        bound += price;
        for (least, &c) in least.iter_mut().zip(&cost[i * n..][..n]) {
            *least = (*least).min(i128::from(c) - price);
        }
    }
    (columns.len() == n).then(|| (sum, bound + least.iter().sum::<i128>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::stream::Stream;

    #[test]
    fn the_check_sees_a_column_taken_twice_and_a_worse_choice() {
        let cost = [1, 5, 5, 1];
        assert_eq!(certify(2, &cost, &[0, 1], &[1.0, 1.0]), Some((2, 2)));
        assert_eq!(certify(2, &cost, &[1, 0], &[1.0, 1.0]), Some((10, 2)));
        assert_eq!(certify(2, &cost, &[0, 0], &[1.0, 1.0]), None);
        assert_eq!((decimal(-1205, 2), decimal(7, 0), decimal(5, 1)), ("-12.05".into(), "7".into(), "0.5".into()));
    }

    /// Thousand random tables against all permutations, and each proved in whole numbers.
    #[test]
    fn small_tables_against_all_permutations() {
        let mut s = Stream::from_hash(11);
        for _ in 0..1000 {
            let n = 1 + s.below(6) as usize;
            let cost: Vec<i64> = (0..n * n).map(|_| s.below(20) as i64 - 5).collect();
            let plan = solve(n, n, &cost.iter().map(|&c| c as f64).collect::<Vec<_>>()).unwrap();
            let columns: Vec<usize> = plan.column_of.iter().map(|j| j.unwrap()).collect();
            let (sum, bound) = certify(n, &cost, &columns, &plan.row_price).unwrap();
            assert_eq!((sum, bound), (best(n, &cost, 0, &mut vec![false; n]), sum));
        }
    }

    fn best(n: usize, cost: &[i64], row: usize, used: &mut Vec<bool>) -> i128 {
        if row == n {
            return 0;
        }
        let mut least = i128::MAX;
        for j in 0..n {
            if !used[j] {
                used[j] = true;
                least = least.min(i128::from(cost[row * n + j]) + best(n, cost, row + 1, used));
                used[j] = false;
            }
        }
        least
    }
}
