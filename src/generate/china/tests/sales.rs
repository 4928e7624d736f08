//! The generated sales against the published moments, and the published moments against the data they came from.

use super::moments::{Monthly, cv, mean, median, memory};
use crate::generate::DEFAULT_SEED;
use crate::generate::china::demand::WEEKS;
use crate::generate::china::models::MODELS;
use crate::generate::china::season::{PUBLISHED, Season};
use crate::generate::china::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// Median sales of a model in a province in a month of the measured data.
const MEASURED_VOLUME: f64 = 384.0;

/// The published moments, of one table of sales.
#[derive(Debug)]
struct Moments {
    national_cv: f64,
    national_memory: f64,
    total_cv: f64,
    cell_cv: f64,
    dispersion: f64,
    cell_correlation: f64,
    provincial_correlation: f64,
}

impl Moments {
    fn new(sales: &Monthly, models: &[usize], least: f64) -> Self {
        let national: Vec<Vec<f64>> = models.iter().map(|&m| sales.national(m)).collect();
        Self {
            national_cv: median(national.iter().map(|x| cv(x)).collect()),
            national_memory: mean(&national.iter().map(|x| memory(x)).collect::<Vec<_>>()),
            total_cv: cv(&sales.total()),
            cell_cv: sales.cell_cv(models, least, MEASURED_VOLUME),
            dispersion: sales.dispersion_given_national(models),
            cell_correlation: sales.cell_correlation(models, least, MEASURED_VOLUME),
            provincial_correlation: sales.provincial_correlation(models, 10.0 * least),
        }
    }

    /// Published: .19, .25, k = .018, .555; measured beside them: .55 (with trends), .062, .30.
    fn check(&self, tolerance: f64) {
        let near = |what: &str, is: f64, should: f64, within: f64| {
            assert!((is - should).abs() <= within * tolerance, "{what}: {is} instead of {should}");
        };
        near("national CV per model", self.national_cv, 0.19, 0.025);
        near("CV per province and model", self.cell_cv, 0.25, 0.025);
        near("dispersion given the national total", self.dispersion, 0.018, 0.003);
        near("correlation between provinces", self.cell_correlation, 0.555, 0.06);
        near("national CV", self.total_cv, 0.062, 0.02);
        near("correlation of provincial totals", self.provincial_correlation, 0.30, 0.08);
        near("memory of national sales", self.national_memory, 0.48, 0.12);
    }
}

/// Models that were on sale all the time, as all of the measured ones were.
fn lasting(world: &World) -> Vec<usize> {
    (0..MODELS.len()).filter(|&m| world.tide.always_on_sale(m)).collect()
}

#[test]
fn sales_have_the_published_moments() {
    for seed in [DEFAULT_SEED, 1, 2] {
        let world = World::new(seed);
        let moments = Moments::new(&Monthly::new(&world), &lasting(&world), 100.0);
        println!("{moments:?}");
        // One seed is one draw of 24 months.
        moments.check(if seed == DEFAULT_SEED { 1.0 } else { 2.0 });
    }
}

#[test]
fn sales_have_the_published_season() {
    // All weeks of a month of both years over the mean week; the festival fell on 10 February and 29 January, within
    // two days of the measured years.
    let world = super::shipped();
    let weekly: Vec<f64> =
        (0..WEEKS).map(|w| world.sold.iter().skip(w).step_by(WEEKS).map(|&s| f64::from(s)).sum::<f64>()).collect();
    let level = mean(&weekly);
    let season = Season::new();
    for month in 1..=12_i8 {
        let weeks: Vec<usize> = (0..WEEKS)
            .filter(|&w| {
                // Weeks wholly inside the month.
                let monday = world.tide.monday(w);
                monday.month() == month && monday.day() + 6 <= monday.days_in_month()
            })
            .collect();
        let sold = mean(&weeks.iter().map(|&w| weekly[w]).collect::<Vec<_>>()) / level;
        let expected = mean(&weeks.iter().map(|&w| season.week(world.tide.monday(w))).collect::<Vec<_>>());
        let published = PUBLISHED[month as usize - 1];
        println!("month {month}: sold {sold:.3}, expected of these weeks {expected:.3}, published {published}");
        // The national factor moves a pair of months by about .05 / √2 each.
        assert!((sold / expected - 1.0).abs() < 0.15, "month {month}: {sold} against {expected}");
        assert!((sold - published).abs() < 0.2, "month {month}: {sold} against {published}");
    }
    let deviations: Vec<f64> =
        (0..WEEKS).map(|w| weekly[w] / level / season.week(world.tide.monday(w)) - 1.0).collect();
    assert!(mean(&deviations).abs() < 0.03, "{}", mean(&deviations));
}

/// The measured data, when it is at hand: 22 provinces × 60 models × 24 months.
fn measured() -> Option<(Monthly, [f64; 12])> {
    let root = std::env::var_os("FORECOURT_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        std::path::PathBuf::from,
    );
    let text = std::fs::read_to_string(root.join("china_sales/train_sales_data.csv")).ok()?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    // province, adcode, model, bodyType, regYear, regMonth, salesVolume
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
    let keys = |column: usize| -> BTreeMap<String, usize> {
        let distinct: BTreeSet<String> = rows.iter().map(|r| r[column].to_owned()).collect();
        distinct.into_iter().enumerate().map(|(k, v)| (v, k)).collect()
    };
    let (provinces, models) = (keys(0), keys(2));
    let mut cars = vec![vec![vec![0.0; 24]; models.len()]; provinces.len()];
    let mut month_total = [0.0; 12];
    for row in &rows {
        let (year, month): (usize, usize) = (row[4].parse().ok()?, row[5].parse().ok()?);
        let sold: f64 = row[6].parse().ok()?;
        cars[provinces[&row[0]]][models[&row[2]]][(year - 2016) * 12 + month - 1] += sold;
        month_total[month - 1] += sold;
    }
    let level = mean(&month_total);
    let season = month_total.map(|t| t / level);
    for cell in cars.iter_mut().flatten() {
        for (t, sold) in cell.iter_mut().enumerate() {
            *sold /= season[t % 12];
        }
    }
    let unit = (0..24).map(|t| 1.0 / season[t % 12]).collect();
    Some((Monthly { months: 24, cars, unit }, season))
}

#[test]
fn the_measured_data_has_the_published_moments() {
    let Some((sales, season)) = measured() else {
        println!("skipped: china_sales/train_sales_data.csv is not at hand");
        return;
    };
    for (found, published) in season.iter().zip(PUBLISHED) {
        assert!((found - published).abs() < 0.006, "{found} against {published}");
    }
    let models: Vec<usize> = (0..60).collect();
    let moments = Moments::new(&sales, &models, 100.0);
    println!("{moments:?}");
    moments.check(1.0);
}
