//! Mix: the structure of a dealer's stock against the structure of what its customers will ask for.

use super::chance::chi_square_below;
use super::{Band, Finding};

/// Probability of no accident from which a deviation is reported.
const SURE: f64 = 0.8;

/// One model at the dealer.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Id of the model.
    pub name: &'a str,
    /// Cars in stock.
    pub stock: f64,
    /// Expected demand of the coming weeks.
    pub demand: f64,
    /// Margin of a car, money: what a customer who does not find it takes away.
    pub margin: f64,
}

/// Half the sum of the differences of shares: the part of the stock that is of the wrong kind.
pub fn deviation(models: &[Facts]) -> f64 {
    let (stock, demand) = totals(models);
    if stock <= 0.0 || demand <= 0.0 {
        return 0.0;
    }
    0.5 * models.iter().map(|m| (m.stock / stock - m.demand / demand).abs()).sum::<f64>()
}

fn totals(models: &[Facts]) -> (f64, f64) {
    (models.iter().map(|m| m.stock).sum(), models.iter().map(|m| m.demand).sum())
}

/// Raises the warning; the probability is that of the deviation being no accident of small numbers (Pearson's χ²).
/// One that small numbers explain is not reported.
pub fn check(models: &[Facts], band: Band) -> Option<Finding> {
    let deviation = deviation(models);
    let level = band.level(deviation)?;
    let (stock, demand) = totals(models);
    let asked: Vec<_> = models.iter().filter(|m| m.demand > 0.0).collect();
    let expected = |m: &Facts| stock * m.demand / demand;
    let statistic: f64 = asked.iter().map(|m| (m.stock - expected(m)).powi(2) / expected(m)).sum();
    let strangers = models.iter().any(|m| m.demand <= 0.0 && m.stock > 0.0);
    let probability = if strangers { 1.0 } else { chi_square_below(statistic, asked.len() as f64 - 1.0) };
    if probability < SURE {
        return None;
    }
    // Cars missing of each model against a stock of the same size in the right mix, as far as customers come for them.
    let money = asked.iter().map(|m| (expected(m).min(m.demand) - m.stock).max(0.0) * m.margin).sum();
    let most = (0..models.len()).max_by(|&a, &b| {
        let over = |k: usize| models[k].stock / stock - models[k].demand / demand;
        over(a).total_cmp(&over(b)).then(b.cmp(&a))
    });
    Some(Finding {
        level,
        probability,
        money,
        lead_weeks: 0.0,
        text: format!(
            "{:.0} % of the stock is of other models than customers ask for, most of it model {}",
            100.0 * deviation,
            most.map_or("", |m| models[m].name)
        ),
        text_zh: format!(
            "库存结构偏离需求结构{:.0}%，主要是{}",
            100.0 * deviation,
            most.map_or("", |m| models[m].name)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_half() {
        let model = |stock, demand| Facts { name: "M", stock, demand, margin: 1000.0 };
        let wrong = [model(20.0, 5.0), model(0.0, 15.0)];
        assert!((deviation(&wrong) - 0.75).abs() < 1e-12);
        let band = Band { amber: 0.25, red: 0.40 };
        let found = check(&wrong, band).unwrap();
        assert!((found.money - 15_000.0).abs() < 1e-9 && found.probability > 0.99);
        assert!(check(&[model(5.0, 5.0), model(15.0, 15.0)], band).is_none());
        // One car in stock is always of one model: no reason to warn.
        assert!(check(&[model(1.0, 5.0), model(0.0, 5.0)], band).is_none());
    }
}
