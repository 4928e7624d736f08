use super::*;
use jiff::civil::date;

fn inputs<'a>(history: &'a History, region: &'a IdVec<SiteId, RegionId>, festivals: &'a [Date]) -> Inputs<'a> {
    Inputs { history, sites: region.len(), models: 1, region, festivals }
}

#[test]
fn a_still_series_is_carried_on_by_hand() {
    let mut history = History::new(date(2025, 11, 10), 8, 2, 1);
    history.series_mut(SiteId::at(0), ModelId::at(0)).fill(3);
    history.series_mut(SiteId::at(1), ModelId::at(0)).fill(1);
    let region = IdVec::filled(RegionId::at(0), 2);
    let f = forecast(&inputs(&history, &region, &[]), 4, 4);
    assert_eq!(f.first, date(2026, 1, 5));
    assert_eq!(f.national[ModelId::at(0)].mean, vec![4.0; 4]);
    assert!((f.rate(SiteId::at(0), ModelId::at(0), 2) - 3.0).abs() < 1e-12);
    assert!((f.share[(SiteId::at(1), ModelId::at(0))] - 0.25).abs() < 1e-12);
    assert_eq!(f.dispersion, 0.0);
}

#[test]
fn months_and_the_moving_festival_are_found() {
    // Sales double in December and halve in the week of the festival, with a mild trend.
    let first = date(2024, 1, 1);
    let festivals = [date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)];
    let monday = |w: i64| first.saturating_add(jiff::Span::new().days(7 * w));
    let sales = |w: i64| {
        let december = days_in(monday(w), 12) / 7.0;
        let festival = festivals.iter().any(|&f| (0..7).contains(&(f - monday(w)).get_days()));
        10_000.0 * 2f64.powf(december) * if festival { 0.5 } else { 1.0 } * (1.0 + 0.001 * w as f64)
    };
    let totals: Vec<f64> = (0..104).map(sales).collect();
    let season = Season::fit(&totals, first, &festivals);
    let ratio = season.month(12) / season.month(6);
    assert!((ratio - 2.0).abs() < 0.15, "December against June: {ratio}");
    let dip = season.factor(date(2026, 2, 16)) / season.factor(date(2026, 3, 16));
    assert!((dip - 0.5).abs() < 0.1, "the week of the next festival: {dip}");
}

fn days_in(monday: Date, month: i8) -> f64 {
    (0..7).filter(|&d| monday.saturating_add(jiff::Span::new().days(d)).month() == month).count() as f64
}

#[test]
fn shares_lie_between_the_count_and_the_prior_and_add_up() {
    let mut history = History::new(date(2025, 1, 6), 52, 3, 2);
    let region = IdVec::filled(RegionId::at(0), 3);
    for w in 0..52 {
        history.series_mut(SiteId::at(0), ModelId::at(0))[w] = 5;
        history.series_mut(SiteId::at(0), ModelId::at(1))[w] = (w % 2) as u16;
        history.series_mut(SiteId::at(1), ModelId::at(0))[w] = 1;
        history.series_mut(SiteId::at(2), ModelId::at(1))[w] = 2;
    }
    let given = Inputs { models: 2, ..inputs(&history, &region, &[]) };
    let f = forecast(&given, 4, 8);
    for m in 0..2 {
        let sum: f64 = (0..3).map(|s| f.share[(SiteId::at(s), ModelId::at(m))]).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
    let raw = 130.0 / 156.0;
    let part = f.share[(SiteId::at(0), ModelId::at(0))];
    assert!(part > 0.5 && part < raw, "{part} is drawn below {raw} by the region's taste");
    assert!(
        f.share[(SiteId::at(2), ModelId::at(0))] > 0.0,
        "a dealer that sold none of a model may still be asked for it"
    );
}

#[test]
fn a_longer_history_can_be_tested_on_itself() {
    let mut history = History::new(date(2024, 1, 1), 104, 1, 1);
    for (w, s) in history.series_mut(SiteId::at(0), ModelId::at(0)).iter_mut().enumerate() {
        *s = 100 + (w * 37 % 11) as u16;
    }
    let region = IdVec::filled(RegionId::at(0), 1);
    let tests = backtest(&inputs(&history, &region, &[]), 8).expect("two years are long enough");
    assert!(tests[0].wape < 0.06, "{:?}", tests[0]);
    assert!(backtest(&inputs(&History::new(date(2025, 1, 6), 8, 1, 1), &region, &[]), 4).is_none());
}
