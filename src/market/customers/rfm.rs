//! Recency, frequency and money as scores from 1 to 5 (Hughes 1994).

use super::Customer;

/// Scores of a customer, 5 the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores {
    /// The last purchase is recent.
    pub recency: u8,
    /// Purchases are many.
    pub frequency: u8,
    /// Amounts are large; none where they are not known.
    pub money: Option<u8>,
}

/// Scores of all customers: `1 + ⌊5 · share of customers who do worse⌋`, so that equal customers have equal scores. Amounts count
/// among those that are known.
pub fn scores(customers: &[Customer]) -> Vec<Scores> {
    let recency = fifths(customers.iter().map(|c| Some(c.recency - c.age)));
    let frequency = fifths(customers.iter().map(|c| Some(f64::from(c.repeats))));
    let money = fifths(customers.iter().map(|c| c.amount));
    let one = |((r, f), m): ((&Option<u8>, &Option<u8>), &Option<u8>)| Scores {
        recency: r.unwrap_or(1),
        frequency: f.unwrap_or(1),
        money: *m,
    };
    recency.iter().zip(&frequency).zip(&money).map(one).collect()
}

fn fifths(values: impl Iterator<Item = Option<f64>>) -> Vec<Option<u8>> {
    let values: Vec<Option<f64>> = values.collect();
    let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let score = |v: f64| (1 + 5 * sorted.partition_point(|x| *x < v) / sorted.len().max(1)) as u8;
    values.into_iter().map(|v| v.map(score)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifths_by_hand() {
        let customer = |k: u32, amount: Option<f64>| Customer {
            repeats: k / 2,
            recency: if k < 2 { 0.0 } else { f64::from(k) },
            age: 20.0,
            amount,
        };
        let all: Vec<Customer> = (0..10).map(|k| customer(k, (k % 2 == 0).then_some(f64::from(k)))).collect();
        let found = scores(&all);
        // Two of ten a fifth; the two that never came back are equal, and so are pairs by frequency.
        assert_eq!(found.iter().map(|s| s.recency).collect::<Vec<_>>(), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!(found.iter().map(|s| s.frequency).collect::<Vec<_>>(), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        let money: Vec<Option<u8>> = found.iter().map(|s| s.money).collect();
        assert_eq!(money[..6], [Some(1), None, Some(2), None, Some(3), None]);
        assert!(scores(&[]).is_empty());
    }
}
