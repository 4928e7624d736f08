use super::assess::{Pairs, assess, concordance};
use super::cox::{self, Cox, Rows, steady};
use super::hazard::{Hazard, stays};
use super::outlook::outlooks;
use super::{Churn, Customers, Refusal, Spell, learn};
use crate::market::customers::people::design::{Coefficient, Design};
use crate::market::customers::people::folds::{FOLDS, folds};
use crate::market::customers::people::{Feature, RIDGE, Table};
use crate::stats::stream::{Key, Purpose, Stream};
use std::path::Path;

fn table(spells: &[Spell], features: Vec<Feature>) -> Customers {
    let n = spells.len();
    Table::new((0..n).map(|k| format!("c{k:05}")).collect(), spells.to_vec(), vec![None; n], features)
}

fn spell(until: f64, left: bool) -> Spell {
    Spell { from: 0.0, until, left }
}

/// Design, rows, law and coefficients of a whole table.
fn fitted(table: &Customers, ridge: f64) -> (Design, Rows, Cox, Vec<Coefficient>) {
    let all: Vec<usize> = (0..table.ids.len()).collect();
    let design = Design::new(&table.features, &all);
    let rows = Rows::new(&design, table, &all);
    let law = cox::fit(&rows, ridge).unwrap();
    let list = design.coefficients(&table.features, &law.weights, |k| law.covariance[k][k].sqrt());
    (design, rows, law, list)
}

fn dice(entity: u64) -> Stream {
    Key { seed: 20_261_127, purpose: Purpose::Selection, replication: 13, entity, day: 0 }.stream()
}

fn normal(dice: &mut Stream) -> f64 {
    crate::stats::normal::quantile(dice.unit())
}

/// Months to leaving at a constant hazard, censored at random; a third are in the books only from some month on, and those who
/// left before are not in the table.
fn drawn(dice: &mut Stream, hazard: f64) -> Spell {
    loop {
        let leaves = -dice.unit().ln() / hazard;
        let watched = 6.0 + 54.0 * dice.unit();
        let from = if dice.unit() < 0.33 { (12.0 * dice.unit()).floor() } else { 0.0 };
        let until = leaves.min(watched);
        if until > from {
            return Spell { from, until, left: leaves < watched };
        }
    }
}

/// Customers with a distance (mean 10, standard deviation 4), a number that says nothing, and a segment; the hazard a month is
/// `0.02 exp(far · (km − 10) + lease · [lease])`.
fn planted(seed: u64, people: usize, [far, lease]: [f64; 2]) -> Customers {
    let mut dice = dice(seed);
    let (mut km, mut noise, mut kinds, mut spells) = (vec![], vec![], vec![], vec![]);
    for _ in 0..people {
        let (distance, leased) = (10.0 + 4.0 * normal(&mut dice), dice.unit() < 0.4);
        km.push(Some(distance));
        noise.push(Some(normal(&mut dice)));
        kinds.push(if leased { "lease" } else { "bought" });
        let score = far * (distance - 10.0) + if leased { lease } else { 0.0 };
        spells.push(drawn(&mut dice, 0.02 * score.exp()));
    }
    table(&spells, vec![Feature::numbers("km", km), Feature::numbers("noise", noise), Feature::words("kind", kinds)])
}

/// Weeks of remission of children with leukaemia under 6-mercaptopurine and under placebo (Freireich et al. 1963), the table of
/// Cox's paper (1972).
fn remissions() -> (Vec<Spell>, Vec<f64>) {
    let ended = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|t| (t, true, 0.0));
    let lasted = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|t| (t, false, 0.0));
    let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23].map(|t| (t, true, 1.0));
    let all = ended.into_iter().chain(lasted).chain(placebo);
    all.map(|(t, left, x)| (spell(f64::from(t), left), x)).unzip()
}

/// Efron's coefficient 1.5721 and error 0.4124 are in every textbook; the other digits are those of lifelines 0.30.3.
#[test]
fn the_remissions_are_the_published_ones() {
    let (spells, arm) = remissions();
    let table = table(&spells, vec![Feature::numbers("placebo", arm.iter().map(|x| Some(*x)))]);
    let (_, rows, law, found) = fitted(&table, 0.0);
    assert!((found[0].estimate - 1.572_125).abs() < 5e-7 && (found[0].error - 0.412_397).abs() < 5e-7, "{found:?}");
    assert!((law.log_likelihood + 85.008_425).abs() < 5e-7, "{}", law.log_likelihood);
    assert!((concordance(&spells, &arm).share() - 0.690_042).abs() < 5e-7);
    // A constant ratio of the hazards fits: the classic finding.
    assert!(steady(&rows, &law)[0].chance > 0.5, "{:?}", steady(&rows, &law));
    // As a word the same column says the same.
    let word = Feature::words("arm", arm.iter().map(|x| if *x > 0.0 { "placebo" } else { "drug" }));
    let (.., found) = fitted(&super::tests::table(&spells, vec![word]), 0.0);
    assert!((found[0].estimate.abs() - 1.572_125).abs() < 5e-7, "{found:?}");
}

/// The share in remission under the drug, and its error, are the published ones (.857, .807, .753, .690, .627, .538, .448).
#[test]
fn the_share_that_stays_is_the_published_one() {
    let drug = &remissions().0[..21];
    let published = [
        (5.0, 1.0),
        (6.0, 0.857),
        (7.0, 0.807),
        (10.0, 0.753),
        (13.0, 0.690),
        (16.0, 0.627),
        (22.0, 0.538),
        (23.0, 0.448),
    ];
    for (time, share) in published {
        assert!((stays(drug, time).unwrap().0 - share).abs() < 5.1e-4, "{time}");
    }
    // Greenwood's error at 23 is .1346, that of ln(−ln S) so .1346 / (.448 · .803).
    let (share, low, high) = stays(drug, 23.0).unwrap();
    let wide = 1.959_964 * 0.1346 / (share * share.ln().abs());
    assert!((low - share.powf(wide.exp())).abs() < 1e-4 && (high - share.powf((-wide).exp())).abs() < 1e-4);
    assert_eq!(stays(drug, 35.5), None);
    assert_eq!(stays(drug, 35.0).map(|s| s.0), stays(drug, 23.0).map(|s| s.0));
    // Nelson and Aalen's sum at 7 with ties one after another: 1/21 + 1/20 + 1/19 + 1/17.
    let hazard = Hazard::new(drug, &[0.0; 21]);
    assert!((hazard.until(7.0) - (1.0 / 21.0 + 1.0 / 20.0 + 1.0 / 19.0 + 1.0 / 17.0)).abs() < 1e-12);
    assert!(hazard.until(5.9) == 0.0 && hazard.until(100.0) == hazard.until(23.0));
}

/// Survival of patients with lung cancer (Loprinzi et al. 1994) by age, sex and performance: .011067, −.552612, .463728. The rows
/// are in the Python package lifelines (`lifelines/datasets/lung.csv`).
#[test]
fn the_lung_data_are_the_published_ones() {
    let data = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    let file = data.join("market/lung.csv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there (the rows are not free to copy)", file.display());
        return;
    };
    let cells = |l: &str| l.split(',').map(|x| x.parse::<f64>().ok()).collect::<Vec<_>>();
    let rows: Vec<Vec<Option<f64>>> = text.lines().skip(1).map(cells).filter(|c| c[5].is_some()).collect();
    assert_eq!(rows.len(), 227);
    let spells: Vec<Spell> = rows.iter().map(|r| spell(r[1].unwrap(), r[2] == Some(1.0))).collect();
    let feature = |k: usize, name: &str| Feature::numbers(name, rows.iter().map(|r| r[k]));
    let lung = table(&spells, vec![feature(3, "age"), feature(4, "sex"), feature(5, "ph.ecog")]);
    let (_, rows, law, found) = fitted(&lung, 0.0);
    for (c, (value, error)) in
        found.iter().zip([(0.011_067, 0.009_267), (-0.552_612, 0.167_739), (0.463_728, 0.113_577)])
    {
        assert!((c.estimate - value).abs() < 6e-7 && (c.error - error).abs() < 6e-7, "{c:?}");
    }
    assert!((law.log_likelihood + 729.230_121).abs() < 1e-6);
    let scores = rows.scores(&law.weights);
    assert!((concordance(&spells, &scores).share() - 0.637_135).abs() < 5e-7);
    println!("steady: {:?}", steady(&rows, &law));
}

/// The partial likelihood by its definition: of each tie, `l` of `d` at a time, over all who are at risk.
fn by_definition(rows: &Rows, w: &[f64], ridge: f64) -> f64 {
    let scores = rows.scores(w);
    let mut sum = -0.5 * ridge * w.iter().map(|w| w * w).sum::<f64>();
    let mut times: Vec<f64> = rows.spells.iter().filter(|s| s.left).map(|s| s.until).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    for t in times {
        let gone: Vec<usize> =
            (0..scores.len()).filter(|k| rows.spells[*k].left && rows.spells[*k].until == t).collect();
        let risk = (0..scores.len()).filter(|k| rows.spells[*k].from < t && t <= rows.spells[*k].until);
        let all: f64 = risk.map(|k| scores[k].exp()).sum();
        let own: f64 = gone.iter().map(|k| scores[*k].exp()).sum();
        for (l, k) in gone.iter().enumerate() {
            sum += scores[*k] - (all - own * l as f64 / gone.len() as f64).ln();
        }
    }
    sum
}

/// With ties and people who come into the books late: the answer is the top of the likelihood by its definition, and the errors
/// are its curvature.
#[test]
fn the_answer_is_the_top() {
    let mut people = planted(4, 120, [0.08, 0.5]);
    people.outcomes.iter_mut().for_each(|s| s.until = (s.until / 3.0).ceil() * 3.0 + 0.5);
    for ridge in [0.0, 2.0] {
        let (_, rows, law, _) = fitted(&people, ridge);
        let height = |d: &[(usize, f64)]| {
            let mut w = law.weights.clone();
            d.iter().for_each(|(j, x)| w[*j] += x);
            by_definition(&rows, &w, ridge)
        };
        let penalty: f64 = 0.5 * ridge * law.weights.iter().map(|w| w * w).sum::<f64>();
        assert!((height(&[]) + penalty - law.log_likelihood).abs() < 1e-9);
        let (n, h) = (law.weights.len(), 1e-3);
        let curve: Vec<Vec<f64>> = (0..n)
            .map(|i| {
                let second = |j: usize| {
                    let at = |a: f64, b: f64| height(&[(i, a * h), (j, b * h)]);
                    -(at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * h * h)
                };
                (0..n).map(second).collect()
            })
            .collect();
        for i in 0..n {
            assert!((height(&[(i, h)]) - height(&[(i, -h)])).abs() / (2.0 * h) < 1e-4, "slope {i}");
            assert!(height(&[(i, 0.01)]) < height(&[]) && height(&[(i, -0.01)]) < height(&[]));
            for j in 0..n {
                let one: f64 = (0..n).map(|k| curve[i][k] * law.covariance[k][j]).sum();
                assert!((one - f64::from(u8::from(i == j))).abs() < 1e-4, "{i} {j} {one}");
            }
        }
    }
}

#[test]
fn pairs_are_counted_by_definition() {
    for seed in 0..60 {
        let mut dice = dice(9000 + seed);
        let n = 30;
        let spells: Vec<Spell> = (0..n)
            .map(|_| {
                let from = dice.below(3) as f64;
                Spell { from, until: from + 1.0 + dice.below(8) as f64, left: dice.unit() < 0.6 }
            })
            .collect();
        let scores: Vec<f64> = (0..n).map(|_| dice.below(6) as f64).collect();
        let mut pairs = Pairs::default();
        for i in (0..n).filter(|i| spells[*i].left) {
            for j in (0..n).filter(|j| *j != i) {
                let t = spells[i].until;
                let at_risk = spells[j].from < t && (spells[j].until > t || (spells[j].until == t && !spells[j].left));
                if at_risk {
                    pairs.all += 1;
                    pairs.right += u64::from(scores[i] > scores[j]);
                    pairs.tied += u64::from(scores[i] == scores[j]);
                }
            }
        }
        assert_eq!(concordance(&spells, &scores), pairs, "{seed}");
    }
}

/// Three hundred tables with known coefficients, a third of the people late in the books: of the intervals of 95 % about as many
/// cover them.
#[test]
fn planted_coefficients_are_covered_as_often_as_said() {
    let (mut covered, mut mean) = ([0; 3], [0.0; 3]);
    for seed in 0..300 {
        let (.., found) = fitted(&planted(seed, 400, [0.08, 0.5]), RIDGE);
        assert_eq!(found.iter().map(Coefficient::name).collect::<Vec<_>>(), ["km", "noise", "kind = lease"]);
        for (k, (c, right)) in found.iter().zip([0.08, 0.0, 0.5]).enumerate() {
            let (low, high) = c.interval();
            covered[k] += u32::from(low <= right && right <= high);
            mean[k] += c.estimate / 300.0;
        }
    }
    println!("covered of 300: {covered:?}, mean estimates {mean:?}");
    // 285 expected, standard deviation 3.8.
    assert!(covered.iter().all(|c| (271..=297).contains(c)), "{covered:?}");
    assert!((mean[0] - 0.08).abs() < 0.004 && mean[1].abs() < 0.02 && (mean[2] - 0.5).abs() < 0.04, "{mean:?}");
}

/// Where the columns say nothing the gate opens to about one in a hundred; where they do, to nearly all.
#[test]
fn the_gate_opens_to_what_is_planted_and_not_to_noise() {
    let opened = |seeds: std::ops::Range<u64>, people: usize, truth: [f64; 2]| {
        seeds.filter(|s| learn(&planted(*s, people, truth), 24.0).unwrap().assessment.gains()).count()
    };
    let noise = opened(5000..5400, 200, [0.0, 0.0]);
    let signal = opened(6000..6050, 400, [0.12, 0.8]);
    println!("gain: {noise} of 400 that say nothing, {signal} of 50 that do");
    assert!(noise <= 9 && signal >= 48, "{noise} of 400, {signal} of 50");
}

/// A hazard ratio that stays is doubted about as often as the level says; one that turns round is found.
#[test]
fn a_ratio_that_turns_is_found() {
    let doubted = |seeds: std::ops::Range<u64>, turn: bool| {
        let one = |seed: u64| {
            let mut people = planted(seed, 300, [0.08, 0.5]);
            if turn {
                let mut dice = dice(seed);
                let Some(Feature { cells: crate::market::customers::people::Cells::Words { codes, words }, .. }) =
                    people.features.last()
                else {
                    panic!("words")
                };
                let lease = words.iter().position(|w| w == "lease").unwrap() as u32;
                // Who leases leaves early or not at all, others late.
                for (s, code) in people.outcomes.iter_mut().zip(codes) {
                    let early = *code == lease && dice.unit() < 0.5;
                    let until = if early { 1.0 + 12.0 * dice.unit() } else { 20.0 + 40.0 * dice.unit() };
                    *s = Spell { from: 0.0, until, left: early || *code != lease };
                }
            }
            let (_, rows, law, _) = fitted(&people, RIDGE);
            steady(&rows, &law).iter().map(|s| s.chance < 0.05).collect::<Vec<_>>()
        };
        seeds.map(one).collect::<Vec<_>>()
    };
    let steady = doubted(7000..7200, false);
    let each: Vec<usize> = (0..3).map(|j| steady.iter().filter(|s| s[j]).count()).collect();
    let turned = doubted(7200..7230, true).iter().filter(|s| s[2]).count();
    println!("doubted of 200 that stay: {each:?}; found of 30 that turn: {turned}");
    // Ten expected of each, standard deviation 3.1.
    assert!(each.iter().all(|n| *n <= 20) && turned == 30, "{each:?} {turned}");
}

/// What is foretold of a fifth is what a table without that fifth tells, and calibration counts everybody once.
#[test]
fn rows_are_foretold_by_others_alone() {
    let all = planted(11, 150, [0.12, 0.8]);
    let found = assess(&all, 24.0).unwrap();
    let left: Vec<bool> = all.outcomes.iter().map(|s| s.left).collect();
    let parts = folds(all.ids.iter().map(String::as_str), &left);
    for part in 0..FOLDS {
        let (held, seen): (Vec<usize>, Vec<usize>) = (0..150).partition(|k| parts[*k] == part);
        let design = Design::new(&all.features, &seen);
        let law = cox::fit(&Rows::new(&design, &all, &seen), RIDGE).unwrap();
        let own = Rows::new(&design, &all, &held).scores(&law.weights);
        assert!(held.iter().zip(own).all(|(k, s)| found.scores[*k] == s));
    }
    assert_eq!(found.tenths.iter().map(|t| t.people).sum::<usize>(), 150);
    assert!(found.tenths.windows(2).all(|w| w[0].foretold <= w[1].foretold));
    assert!(found.tenths.iter().all(|t| t.left.is_none_or(|l| t.low <= l && l <= t.high)));
}

/// Tenths of a large table leave as often as foretold.
#[test]
fn what_is_foretold_happens() {
    let found = assess(&planted(77, 20_000, [0.12, 0.8]), 24.0).unwrap();
    for t in &found.tenths {
        let left = t.left.unwrap();
        // Ten intervals of 95 %: wider ones here.
        assert!((left - t.foretold).abs() < 1.6 * (t.high - t.low) / 2.0 + 0.005, "{t:?}");
    }
    assert!(found.tenths[9].foretold > 0.7 && found.tenths[0].foretold < 0.25, "{:?}", found.tenths);
}

#[test]
fn outlooks_are_the_hazard_ahead_and_reasons_add_up() {
    let mut people = planted(3, 600, [0.12, 0.8]);
    people.values.iter_mut().enumerate().for_each(|(k, v)| *v = (k % 3 > 0).then_some(1000.0 * (k % 7) as f64));
    let learnt = learn(&people, 12.0).unwrap();
    assert!(learnt.assessment.gains());
    let list = outlooks(&people, &learnt, 12.0);
    let there = people.outcomes.iter().filter(|s| !s.left).count();
    assert!(list.len() == there && list.windows(2).all(|w| w[0].chance >= w[1].chance));
    for o in &list {
        let until = people.outcomes[o.row].until;
        let score: f64 = o.reasons.iter().map(|r| r.adds).sum();
        let sum = learnt.hazard.within(until, 12.0);
        // Trifles are left out of the reasons.
        assert!((1.0 - (-sum * score.exp()).exp() - o.chance).abs() < 0.01, "{o:?}");
        assert!(o.low < o.chance && o.chance < o.high || sum == 0.0, "{o:?}");
        assert_eq!(o.at_risk, people.values[o.row].map(|v| v * o.chance));
        let end = people.outcomes.iter().map(|s| s.until).fold(0.0, f64::max);
        assert_eq!(o.beyond, until + 12.0 > end);
        if !o.beyond {
            assert!((sum - (learnt.hazard.until(until + 12.0) - learnt.hazard.until(until))).abs() < 1e-12);
        }
    }
    assert!(list.iter().any(|o| o.beyond && o.chance > 0.0) && list.iter().any(|o| !o.beyond));
}

/// A hazard of one step a month goes on beyond what was seen at its last pace.
#[test]
fn the_last_pace_goes_on() {
    // Of a hundred one leaves each month for thirty months.
    let spells: Vec<Spell> =
        (0..100).map(|k| if k < 30 { spell(f64::from(k + 1), true) } else { spell(30.0, false) }).collect();
    let hazard = Hazard::new(&spells, &[0.0; 100]);
    let last = hazard.until(30.0) - hazard.until(20.0);
    assert!((hazard.within(30.0, 10.0) - last).abs() < 1e-12);
    assert!((hazard.within(25.0, 10.0) - (hazard.until(30.0) - hazard.until(25.0) + last / 2.0)).abs() < 1e-12);
    assert!((hazard.within(5.0, 10.0) - (hazard.until(15.0) - hazard.until(5.0))).abs() < 1e-12);
    // Longer ahead than anything that was seen.
    assert!((hazard.within(0.0, 60.0) - 2.0 * hazard.until(30.0)).abs() < 1e-12);
    assert!(hazard.beyond(30.5) && !hazard.beyond(30.0));
}

#[test]
fn no_gain_leaves_everybody_the_hazard_of_all() {
    let people = planted(5001, 230, [0.0, 0.0]);
    let learnt = learn(&people, 12.0).unwrap();
    assert!(!learnt.assessment.gains());
    for o in outlooks(&people, &learnt, 12.0) {
        let sum = learnt.plain.within(people.outcomes[o.row].until, 12.0);
        assert!((o.chance - (1.0 - (-sum).exp())).abs() < 1e-12 && o.reasons.is_empty());
    }
}

/// The same rows in another order give the same answer to the last bit.
#[test]
fn rows_in_any_order_give_the_same_answer() {
    let all = planted(9, 300, [0.12, 0.8]);
    let order: Vec<usize> = (0..300).rev().collect();
    let words = |f: &Feature| order.iter().map(|k| f.shown(*k)).collect::<Vec<_>>();
    let turned = Table::new(
        order.iter().map(|k| all.ids[*k].clone()).collect(),
        order.iter().map(|k| all.outcomes[*k]).collect(),
        vec![None; 300],
        all.features
            .iter()
            .map(|f| match f.name.as_str() {
                "kind" => Feature::words("kind", words(f).iter().map(String::as_str)),
                name => Feature::numbers(name, words(f).iter().map(|w| w.parse().ok())),
            })
            .collect(),
    );
    let bits = |c: &Churn| {
        let law = c.law.weights.iter().chain(c.law.covariance.iter().flatten()).chain(&c.assessment.scores);
        law.chain(c.hazard.steps().iter().map(|s| &s.1)).map(|x| x.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(&learn(&all, 12.0).unwrap()), bits(&learn(&turned, 12.0).unwrap()));
}

#[test]
fn too_little_is_refused_with_the_way_out() {
    let number = |n: usize, by: usize| Feature::numbers(&format!("n{by}"), (0..n).map(|k| Some((k * by % 13) as f64)));
    let spells = |left: usize, n: usize| (0..n).map(|k| spell(1.0 + k as f64, k < left)).collect::<Vec<_>>();
    let said =
        |left: usize, n: usize, features: Vec<Feature>| learn(&table(&spells(left, n), features), 12.0).unwrap_err();
    assert_eq!(said(9, 100, vec![number(100, 5)]), Refusal::Few { left: 9, stayed: 91 });
    assert_eq!(said(95, 100, vec![number(100, 5)]), Refusal::Few { left: 95, stayed: 5 });
    let three = vec![number(100, 2), number(100, 3), number(100, 5)];
    assert!(said(12, 100, three).to_string().contains("too many for 12 who left"));
    let flat = vec![Feature::numbers("flat", vec![Some(2.0); 100])];
    assert!(said(30, 100, flat).to_string().contains("\"flat\" is nearly the same"));
    // Who leaves is known for certain: without a ridge there is no top.
    let certain = table(&spells(30, 60), vec![Feature::numbers("x", (0..60).map(|k| Some(f64::from(60 - k))))]);
    let all: Vec<usize> = (0..60).collect();
    let design = Design::new(&certain.features, &all);
    let rows = Rows::new(&design, &certain, &all);
    assert_eq!(cox::fit(&rows, 0.0), Err(Refusal::NoMaximum));
    assert!(cox::fit(&rows, RIDGE).unwrap().weights[0] > 1.0);
}
