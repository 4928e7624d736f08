use super::*;

fn options(season: usize, horizon: usize) -> Options {
    Options { season, horizon, levels: vec![0.05, 0.5, 0.95] }
}

/// A small generator of numbers between −1 and 1 (any fixed sequence would do).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

#[test]
fn a_series_that_stands_still_stays_where_it_is() {
    let out = forecast(&[vec![7.0; 30], vec![3.0]], &options(4, 3));
    assert_eq!((out[0].method, &out[0].point), ("still", &vec![7.0; 3]));
    assert_eq!(out[1].quantiles[2], vec![3.0; 3]);
}

#[test]
fn a_season_is_carried_on_by_a_single_series() {
    let wave = |t: usize| 100.0 + 10.0 * [0.0, 3.0, -1.0, -2.0][t % 4];
    let values: Vec<f64> = (0..40).map(wave).collect();
    let out = forecast(&[values], &options(4, 8));
    assert_eq!(out[0].method, "single");
    for (h, p) in out[0].point.iter().enumerate() {
        assert!((p - wave(40 + h)).abs() < 1.0, "step {h}: {p} against {}", wave(40 + h));
    }
}

/// Sixty random walks with a season: the pool must find the season, and its 90 % bands must hold what then happens.
#[test]
fn the_pool_learns_a_season_and_how_far_it_errs() {
    let horizon = 6;
    let mut inside = 0;
    let (mut error, mut naive, mut all) = (0.0, 0.0, 0);
    let make = |k: u64| {
        let mut step = noise(k + 1);
        let mut level = 50.0;
        let size = 1.0 + (k % 7) as f64;
        (0..180)
            .map(|t| {
                level += step();
                size * (level + 6.0 * [0.0, 1.0, 2.0, 1.0, 0.0, -1.0, -2.0, -1.0][t % 8])
            })
            .collect::<Vec<f64>>()
    };
    let whole: Vec<Vec<f64>> = (0..60).map(make).collect();
    let known: Vec<Vec<f64>> = whole.iter().map(|s| s[..180 - horizon].to_vec()).collect();
    let out = forecast(&known, &options(8, horizon));
    for (k, o) in out.iter().enumerate() {
        assert_eq!(o.method, "pooled");
        for h in 0..horizon {
            let truth = whole[k][180 - horizon + h];
            let size = 1.0 + (k % 7) as f64;
            error += (o.point[h] - truth).abs() / size;
            naive += (known[k][known[k].len() - 1] - truth).abs() / size;
            inside += usize::from(o.quantiles[0][h] <= truth && truth <= o.quantiles[2][h]);
            all += 1;
        }
    }
    // The walk itself cannot be foreseen: its mean error over six steps is about 1; a flat forecast errs by the season, about 5.
    assert!(error < 0.35 * naive, "{error} against {naive}");
    let share = f64::from(inside as u32) / f64::from(all);
    assert!((0.84..=0.96).contains(&share), "{share}");
}

#[test]
fn what_was_never_negative_stays_so_and_quantiles_are_in_order() {
    let mut step = noise(5);
    let values: Vec<f64> = (0..60).map(|_| (step() * 3.0).max(0.0)).collect();
    let out = forecast(&[values], &options(1, 10));
    for h in 0..10 {
        let q: Vec<f64> = out[0].quantiles.iter().map(|p| p[h]).collect();
        assert!(q[0] >= 0.0 && q[0] <= q[1] && q[1] <= q[2], "{q:?}");
    }
}

/// M4 weekly, scored as the competition does (season 1 in its measures). `cargo test --release m4_weekly -- --ignored --nocapture`
#[test]
#[ignore = "reads ../shared/data/m4"]
fn m4_weekly() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/m4");
    let table = |name: &str| -> Option<Vec<Vec<f64>>> {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        let row = |line: &str| {
            line.split(',').skip(1).filter_map(|f| f.trim_matches('"').parse::<f64>().ok()).collect::<Vec<f64>>()
        };
        Some(text.lines().skip(1).map(row).collect())
    };
    let (Some(known), Some(truth)) = (table("Weekly-train.csv"), table("Weekly-test.csv")) else {
        println!("skipped: {} has no M4 data", folder.display());
        return;
    };
    let began = std::time::Instant::now();
    let out = forecast(&known, &options(52, 13));
    let seconds = began.elapsed().as_secs_f64();
    let (mut ours, mut naive, mut inside, mut all) = ([0.0; 2], [0.0; 2], 0, 0);
    for ((y, a), o) in known.iter().zip(&truth).zip(&out) {
        let step = y.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / (y.len() - 1) as f64;
        let flat = vec![y[y.len() - 1]; 13];
        for (sum, forecast) in [(&mut ours, &o.point), (&mut naive, &flat)] {
            for (f, t) in forecast.iter().zip(a) {
                sum[0] += 200.0 * (f - t).abs() / (f.abs() + t.abs());
                sum[1] += (f - t).abs() / step;
            }
        }
        inside += (0..13).filter(|&h| o.quantiles[0][h] <= a[h] && a[h] <= o.quantiles[2][h]).count();
        all += 13;
    }
    let owa = 0.5 * (ours[0] / naive[0] + ours[1] / naive[1]);
    let share = f64::from(inside as u32) / f64::from(all);
    println!(
        "M4 weekly: OWA {owa:.4}, sMAPE {:.3}, 90 % intervals hold {:.1} %, {seconds:.2} s",
        ours[0] / f64::from(all),
        100.0 * share
    );
    assert!(owa <= 0.85 && (0.88..=0.92).contains(&share));
}
